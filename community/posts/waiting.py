"""A visitor's question, kept in their own browser until they have signed in: signed, compressed, for one day.

It lies in cookies that only `/ask` is sent, so it costs no other request anything and nothing here.
"""

from __future__ import annotations

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

_COOKIES = ("bothways_question_0", "bothways_question_1")
_PIECE = 3_600  # a browser keeps about 4,096 bytes a cookie, name and attributes included
_SECONDS = 24 * 60 * 60


def keep(answer: Response, fields: dict[str, str]) -> bool:
    """Put the question into the answer's cookies; False where it is too long for them (about 12,000 characters of English)."""
    text = _signer().dumps(fields)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    if len(pieces) > len(_COOKIES):
        return False
    for name, piece in zip(_COOKIES, [*pieces, ""], strict=False):
        answer.set_cookie(name, piece, max_age=_SECONDS, path="/ask", httponly=True, samesite="Lax", secure=_secure())
    return True


def question(request: Request) -> dict[str, str]:
    """The question that this browser kept, or nothing."""
    text = "".join(request.cookies.get(name, "") for name in _COOKIES)
    try:
        found = _signer().loads(text, max_age=_SECONDS)
    except BadSignature:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def forget(answer: Response) -> Response:
    """Let the browser drop what it kept."""
    for name in _COOKIES:
        answer.delete_cookie(name, path="/ask", httponly=True, samesite="Lax", secure=_secure())
    return answer


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="a visitor's question")


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
