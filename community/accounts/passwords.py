"""Password hashing: Argon2id, off the event loop, at most two at once.

Parameters: 19 MiB, two passes, one lane (OWASP's first choice and stack.md). Two at once keep the
memory at 38 MiB and one of the two cores that a small site has for everybody else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext

from community.core.errors import Invalid, TooMany
from community.core.native import NativeThreads, TooBusy
from community.core.text import is_clean

SHORTEST: Final = 10
LONGEST: Final = 200
AT_ONCE: Final = 2
PATIENCE: Final = 10.0  # seconds somebody waits for a turn before being asked to come back

P = ParamSpec("P")
T = TypeVar("T")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = NativeThreads(AT_ONCE, PATIENCE)


def hash_password(password: str) -> str:
    """The Argon2id hash. Raises TooMany when no turn comes within 10 seconds. Never call it inside a unit."""
    return _off_the_loop(_hasher.hash, _folded(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one. Without a stored hash it takes as long and says no."""
    return _off_the_loop(_verify, stored or _nobodys(), _folded(password)) and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise Invalid for the field `password` when it is too short, too long or only repeats what everybody knows of its owner."""
    plain = _folded(password)
    known = {word.casefold() for word in about if word}
    if not SHORTEST <= len(plain) <= LONGEST or not is_clean(plain):
        sentence = gettext("Please choose a password of %(low)s to %(high)s characters.", low=SHORTEST, high=LONGEST)
    elif plain.casefold() in known or len(set(plain)) < 4:
        sentence = gettext("This password is too easy to guess. Several words in a row make a good one.")
    else:
        return
    raise Invalid(fields={"password": sentence})


def _folded(password: str) -> str:
    # The same key presses give different code points on different systems.
    return unicodedata.normalize("NFKC", password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody at all")


def _off_the_loop(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    try:
        return _threads.run(work, *args, **named)
    except TooBusy:
        sentence = gettext("Many people are signing in just now. Please try again in a few seconds.")
        raise TooMany(sentence, retry_after=5) from None
