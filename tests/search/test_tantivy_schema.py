"""What a text is written as in Tantivy's index: the same pieces that a query is taken apart into, however they are found."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from community.search.analysis import Kind, analyzer_for
from community.search.tantivy_schema import scribe_of

TEXTS = st.text(st.one_of(st.sampled_from("ab1Zéß漢字_-.'\u2019 \n\t,(/#\x1c\x85\xa0"), st.characters(codec="utf-8")), max_size=60)


@given(TEXTS)
@example("it's (f-451), e.g. wi-fi... \u201cdon\u2019t\u201d a\x1cb 漢字b")
def test_chunks_between_spaces_hold_the_pieces_of_the_text(text: str) -> None:
    analyzer = analyzer_for("en")
    pieces = list(analyzer.pieces(text))
    section = scribe_of(analyzer).section(text)
    assert section.words.split() == [piece.word for piece in pieces if piece.kind is Kind.PART]
    assert section.joined.split() == [piece.word for piece in pieces if piece.kind is not Kind.PART]
    assert section.stems.split() == [piece.stem for piece in pieces if not analyzer.is_filler(piece.word)]
