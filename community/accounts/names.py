"""Handles and look-alike names: what a handle may be, and the skeleton by which two names are compared.

Two names with the same skeleton can be mistaken for one another: it folds width, case, accents, invisible
and mathematical letters, letters of other scripts that look Latin, and digits that look like letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from zlib import crc32

HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{1,28})[a-z0-9]")
"""3 to 30 characters; it begins and ends with a letter or digit."""

BADGE_SIGNS: Final = frozenset("✓✔☑✅🗸🗹🔰🛡⭐★🎖🏅")
"""What elsewhere says that a name was verified; here only the server draws badges."""

FACES: Final = 12
"""How many colours a face without a photo can have (`hue-0` to `hue-11`)."""

# Letters of other scripts by the Latin one they are mistaken for; what Unicode itself relates to Latin
# (accents, width, mathematical, circled and small-capital letters) is found by its data instead.
_LOOKALIKES: Final = {
    "a": "аɑαᎪаΑА⍺ꓮ",
    "b": "ЬвВβΒƄᏏьꓐ",
    "c": "сСϲⅽᏟꓚ",
    "d": "ԁⅾᎠꓓժ",
    "e": "еЕεΕҽєᎬꓰ℮",
    "f": "ϝғꓝք",
    "g": "ɡցԌᏀꓖ",
    "h": "һнНΗհᎻꓧ",
    "i": "іІιΙӏⅰᎥꓲі",
    "j": "јЈϳᎫꓙ",
    "k": "кКκΚᏦꓗ",
    "l": "ⅼlլӀᏞꓡ׀|!",
    "m": "мМΜⅿᎷꓟ",
    "n": "пΝոռꓠη",
    "o": "оОοΟσօჿ௦०০ꓳ",
    "p": "рРρΡᏢꓑ",
    "q": "ԛգՕ",
    "r": "гᎡꓣ",
    "s": "ѕЅտᏚꓢ",
    "t": "тТτΤᎢꓔ",
    "u": "υսꓴц",
    "v": "ѵνⅴᏙꓦ",
    "w": "ԝѡωաᎳꓪ",
    "x": "хХχΧⅹꓫ",
    "y": "уУγΥүყꓬ",
    "z": "ᏃΖꓜ",
}
_FOLDED: Final = {ord(seen): plain for plain, letters in _LOOKALIKES.items() for seen in letters}
_DIGITS: Final = str.maketrans("0134578", "oleastb")
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_LATIN_NAME: Final = re.compile(
    r"(?:LATIN|SYMBOL) (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?|LATIN LETTER SMALL CAPITAL ([A-Z])"
)
_DOTLESS: Final = str.maketrans({"ı": "i", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ſ": "s"})


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """The letters and digits of `text` as they look; the same for names that can be mistaken for one another."""
    folded = "".join(_letter(c) for c in unicodedata.normalize("NFKD", text[:200]).translate(_FOLDED))
    folded = unicodedata.normalize("NFKD", folded.casefold().translate(_DOTLESS)).translate(_FOLDED)
    # I and l are one letter to the eye in most type.
    folded = "".join(c for c in folded if c.isalnum()).translate(_DIGITS).replace("i", "l")
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    return folded


def _letter(character: str) -> str:
    """The Latin letter that Unicode names a character after, or the character; nothing for marks and what is invisible."""
    if character.isascii():
        return character
    if unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc", "Co", "Cn"} or character in "ㅤᅟᅠᅠ":
        return ""
    found = _LATIN_NAME.search(unicodedata.name(character, ""))
    return (found.group(1) or found.group(2)).lower() if found else character


def words_of(text: str) -> list[str]:
    """The skeletons of the words of a name or handle."""
    return [folded for word in re.split(r"[\s_.,;:()\[\]/·|@&+-]+", text) if (folded := skeleton(word))]


def poses_as(text: str, brand: str, reserved: Iterable[str]) -> bool:
    """Whether a name or handle looks like the brand's own: a reserved name, or one with the brand's name as a word of its own."""
    whole, branded = skeleton(text), skeleton(brand)
    kept = {skeleton(name) for name in reserved} | {branded}
    if whole in kept:
        return True
    if not branded:
        return False
    words, brand_words = words_of(text), words_of(brand)
    carries = any(words[i : i + len(brand_words)] == brand_words for i in range(len(words)))
    return branded in words or carries or (branded in whole and _made_of(whole, kept))


def _made_of(whole: str, pieces: set[str]) -> bool:
    """Whether `whole` is nothing but pieces put together, as `voltsupport` is."""
    reachable = [True] + [False] * len(whole)
    for end in range(1, len(whole) + 1):
        reachable[end] = any(
            piece and reachable[end - len(piece)] and whole.startswith(piece, end - len(piece))
            for piece in pieces
            if len(piece) <= end
        )
    return reachable[-1]


def handle_from(name: str) -> str:
    """A handle made of a name: plain letters, joined by hyphens, 3 to 24 characters (there is room for a number)."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_DOTLESS))
    plain = "".join(_letter(c) for c in plain)
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-")
    return plain if len(plain) >= 3 else f"{plain or 'member'}-{crc32(name.encode('utf-8', 'replace')) % 1000:03d}"


def hue_of(handle: str) -> int:
    """The colour of a face without a photo: 0 to 11, always the same for a handle."""
    return crc32(handle.encode()) % FACES
