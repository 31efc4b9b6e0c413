"""A question kept in the browser that it was typed in: signed, compressed, for one day.

It lies in cookies that only the pages of asking are sent, so it costs no other request anything and nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

_PIECES = 2
_PIECE = 3_600  # a browser keeps about 4,096 bytes a cookie, name and attributes included
SECONDS: Final = 24 * 60 * 60
"""How long a browser keeps a question."""


@dataclass(frozen=True)
class Shelf:
    """Where a question lies: the name of its cookies, and the path below which the browser sends them."""

    name: str
    path: str
    salt: str

    @property
    def cookies(self) -> list[str]:
        """The names of the cookies, first piece first."""
        return [f"bothways_{self.name}_{number}" for number in range(_PIECES)]


ASKED: Final = Shelf("question", "/ask", "a visitor's question")
"""A visitor's question that waits until they have signed in."""

ENDED: Final = Shelf("answered", "/ask/answered", "a question that was answered before it was asked")
"""What was typed when "This answers it" ended it: whoever was mistaken goes on with it."""


def keep(answer: Response, fields: dict[str, str], shelf: Shelf = ASKED) -> bool:
    """Put the question into the answer's cookies; False where it is too long for them (about 12,000 characters of English)."""
    text = _signer(shelf).dumps(fields)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    if len(pieces) > _PIECES:
        return False
    for name, piece in zip(shelf.cookies, [*pieces, ""], strict=False):
        answer.set_cookie(name, piece, max_age=SECONDS, path=shelf.path, httponly=True, samesite="Lax", secure=_secure())
    return True


def question(request: Request, shelf: Shelf = ASKED) -> dict[str, str]:
    """The question that this browser kept, or nothing."""
    text = "".join(request.cookies.get(name, "") for name in shelf.cookies)
    try:
        found = _signer(shelf).loads(text, max_age=SECONDS)
    except BadSignature:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def forget(answer: Response, shelf: Shelf = ASKED) -> Response:
    """Let the browser drop what it kept."""
    for name in shelf.cookies:
        answer.delete_cookie(name, path=shelf.path, httponly=True, samesite="Lax", secure=_secure())
    return answer


def _signer(shelf: Shelf) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=shelf.salt)


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
