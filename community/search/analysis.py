"""Text into the words that can be found: folding, stems, codes, and pairs of characters.

One analysis serves the index, the query and the marks in a snippet, so what is marked is what was found. It
makes three kinds of piece, because people look for the same thing in different spellings:

- a *part*: one word as a reader sees it ("wi" and "fi" in "wi-fi", one character of Chinese);
- a *whole*: a compound without its joints ("wifi", "f451", "4.6.1"), so codes are found however they are typed;
- a *pair*: two neighbouring characters of a script that is written without spaces.

Folding comes before stemming on purpose: a word typed without its accents then has the same stem as the word with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache
from itertools import islice
from typing import Final, NamedTuple

from whoosh.lang import has_stemmer, has_stopwords, stemmer_for_language, stopwords_for_language

DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = ("en", "de", "fr", "es")
"""Languages that posts may be written in (a category says which), the default first. Others are found word for word."""

LONGEST_WORD: Final = 64  # Characters of a word that are indexed; longer ones are serial numbers or noise.

_REMEMBERED_TOKENS: Final = 65_536
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f"
_JOINTS: Final = "-'\u2019\u2010\u2011_"
# Scripts written without spaces, or (Hangul) with endings that stick to the word.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
# Vowel signs of Indic and South-East Asian scripts are letters here, though Unicode does not call them so.
_LETTERS: Final = rf"\w{_MARKS}\u0900-\u109f\u1780-\u17ff"
_TOKEN: Final = re.compile(rf"[{_LETTERS}]+(?:[-.'\u2019\u2010\u2011][{_LETTERS}]+)*")
_PART: Final = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![_{_UNSPACED}])[{_LETTERS}])+")
_STRIPPED: Final = re.compile(rf"[{_MARKS}]")
_UNJOINT: Final = str.maketrans("", "", _JOINTS)
# Letters that Unicode does not take apart but that people type without their stroke or joined.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


_PLAIN_TOKEN: Final = re.compile(r"\w+(?:[-.']\w+)*", re.ASCII)


def tokens(text: str) -> list[str]:
    """The tokens of a text: words with their joints, each to be taken apart by itself."""
    return _PLAIN_TOKEN.findall(text) if text.isascii() else _TOKEN.findall(text)


class Kind(Enum):
    """What a piece is to the text it comes from."""

    PART = "part"
    WHOLE = "whole"
    PAIR = "pair"


class Piece(NamedTuple):
    """A findable word, its stem, and where it stands in the text (offsets in characters)."""

    word: str
    stem: str
    start: int
    end: int
    kind: Kind


def fold(text: str) -> str:
    """The text in lower case, full width made half, without accents: what two spellings of a word have in common."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _STRIPPED.sub("", apart).translate(_PLAIN))


class Analyzer:
    """Takes text of one language apart; without a stemmer for the language its words are found as they are written."""

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        self.language = language
        self._stem = stemmer_for_language(language) if has_stemmer(language) else None
        words = stopwords_for_language(language) if has_stopwords(language) else ()
        self._filler = frozenset(fold(word) for word in words)
        self._remembered = lru_cache(maxsize=_REMEMBERED_TOKENS)(self._take_apart)

    def pieces(self, text: str) -> Iterator[Piece]:
        """Every findable piece of the text in reading order, in time linear in its length.

        A whole comes directly before its first part, a pair directly after its first character.
        """
        for found in _TOKEN.finditer(text):
            token, start = found.group(), found.start()
            short = len(token) <= LONGEST_WORD
            for piece in self._remembered(token) if short else self._take_apart(token):
                yield Piece(piece.word, piece.stem, piece.start + start, piece.end + start, piece.kind)

    def sought(self, text: str) -> list[Piece]:
        """The pieces a document must have to match the text: wholes rather than their parts, pairs rather than characters."""
        found: list[Piece] = []
        for token in _TOKEN.finditer(text):
            pieces = self._take_apart(token.group())
            if any(piece.kind is Kind.WHOLE for piece in pieces):
                found += [piece for piece in pieces if piece.kind is Kind.WHOLE]
            else:
                paired = {end for piece in pieces if piece.kind is Kind.PAIR for end in range(piece.start, piece.end)}
                found += [piece for piece in pieces if piece.kind is Kind.PAIR or piece.start not in paired]
        return found

    def pairs(self, text: str, most: int) -> Iterator[str]:
        """Neighbouring stems of the text's first `most` pieces as one term each, over filler between them ("reset lever").

        The space in a pair keeps it apart from every word.
        """
        before = ""
        for piece in islice(self.pieces(text), most):
            if piece.kind is Kind.PART and not self.is_filler(piece.word):
                if before:
                    yield f"{before} {piece.stem}"
                before = piece.stem

    def is_filler(self, word: str) -> bool:
        """Whether the folded word says too little to be looked for on its own ("the", "is")."""
        return word in self._filler

    def _take_apart(self, token: str) -> tuple[Piece, ...]:
        parts = list(_PART.finditer(token))
        pieces: list[Piece] = []
        if len(parts) > 1 and not any(part["unspaced"] for part in parts):
            pieces.append(self._piece(token.translate(_UNJOINT), 0, len(token), Kind.WHOLE))
        for part in parts:
            if part["unspaced"]:
                pieces += self._characters(part.group(), part.start())
            else:
                pieces.append(self._piece(part.group(), part.start(), part.end(), Kind.PART))
        return tuple(pieces)

    def _characters(self, run: str, start: int) -> Iterator[Piece]:
        for at, character in enumerate(run):
            yield self._piece(character, start + at, start + at + 1, Kind.PART)
            if at + 1 < len(run):
                yield self._piece(run[at : at + 2], start + at, start + at + 2, Kind.PAIR)

    def _piece(self, text: str, start: int, end: int, kind: Kind) -> Piece:
        word = fold(text)[:LONGEST_WORD]
        stemmed = self._stem(word) if self._stem and len(word) > 2 and word.isalpha() else word
        return Piece(word, stemmed, start, end, kind)


@cache
def analyzer_for(language: str) -> Analyzer:
    """The analyzer of a language, made once a process."""
    return Analyzer(language)
