"""Text into the numbered pieces of words that the model was trained on.

WordPiece as BERT's uncased models define it (Devlin et al. 2018): text is lowered, accents go, punctuation and Chinese
characters stand alone, and each word is cut from the left into the longest pieces that the vocabulary has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

MOST_PIECES: Final = 256
"""Pieces of a text that the model reads, its two marks included; what it was trained with."""

_LONGEST_WORD: Final = 100  # Characters; a longer word is one unknown piece.
_REMEMBERED: Final = 20_000
_READ: Final = 8  # Characters of a text for each piece that could be read of it: words are shorter on average.
_CHINESE: Final = (
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F)),
    *((0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F)),
)


class WordPiece:
    """Cuts texts into pieces of one vocabulary, a piece a line in its file."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._numbers = dict(vocabulary)
        self._unknown = self._numbers["[UNK]"]
        self._first, self._last = self._numbers["[CLS]"], self._numbers["[SEP]"]
        self._pieces = lru_cache(maxsize=_REMEMBERED)(self._cut)

    @classmethod
    def read(cls, path: Path) -> WordPiece:
        """Raises OSError, and KeyError for what is no such vocabulary."""
        return cls({piece: number for number, piece in enumerate(path.read_text(encoding="utf-8").splitlines())})

    def numbers(self, text: str, most: int = MOST_PIECES) -> list[int]:
        """The numbers of the text's pieces between the marks of beginning and end, cut to `most`."""
        found = [self._first]
        for word in _words(text[: most * _READ]):
            found += self._pieces(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self._last]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            piece = self._longest(word, start)
            if not piece:
                return (self._unknown,)
            found.append(self._numbers[piece])
            start += len(piece) - (2 if start else 0)
        return tuple(found)

    def _longest(self, word: str, start: int) -> str:
        """The longest piece of the vocabulary that the word goes on with; empty where there is none."""
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = mark + word[start:end]
            if piece in self._numbers:
                return piece
        return ""


def _words(text: str) -> Iterator[str]:
    """Words, punctuation marks and Chinese characters, lowered and without accents."""
    word: list[str] = []
    for character in _folded(text):
        if character.isspace():
            alone = ""
        elif _stands_alone(character):
            alone = character
        else:
            word.append(character)
            continue
        if word:
            yield "".join(word)
            word = []
        if alone:
            yield alone
    if word:
        yield "".join(word)


def _folded(text: str) -> str:
    if text.isascii():
        return "".join(character for character in text.lower() if character >= " " or character in "\t\n\r")
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in apart if character in "\t\n\r" or not _is_unseen(character))


@lru_cache(maxsize=_REMEMBERED)
def _is_unseen(character: str) -> bool:
    """Whether it is an accent by itself, a control character or the sign for what could not be read."""
    return character == "\ufffd" or unicodedata.category(character) in {"Mn", "Cc", "Cf", "Cn", "Co", "Cs"}


@lru_cache(maxsize=_REMEMBERED)
def _stands_alone(character: str) -> bool:
    code = ord(character)
    if code < 128:
        return not character.isalnum()
    return unicodedata.category(character).startswith("P") or any(low <= code <= high for low, high in _CHINESE)
