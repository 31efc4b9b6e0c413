"""The thin typed layer of the API: who asks by which key, what they send, what they get, and the description of it all.

An endpoint is declared once, with its models; parsing, rights of the key, errors and OpenAPI follow from that.
Nothing here reads a cookie, so a session gives nothing below /api/ and no CSRF token is needed (rulings 1).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, NoReturn, TypeVar

from flask import Blueprint, Response, make_response, request
from flask_babel import gettext
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from community.accounts import seen
from community.accounts.queries import viewer_of_key
from community.core import limits
from community.core.errors import Forbidden, Invalid, Unauthorized
from community.core.text import is_clean, without_unwanted
from community.staff.viewer import VISITOR, Viewer

PREFIX = "/api/v1"
MAX_BODY = 512 * 1024  # a post of 128 KiB with every character escaped as \uXXXX, and its other fields

READS = "600 per minute"
WRITES = "120 per minute"

Sent = TypeVar("Sent", bound=BaseModel)
Asked = TypeVar("Asked", bound=BaseModel)


class Nothing(BaseModel, extra="forbid"):
    """No arguments, or no body."""


@dataclass(frozen=True)
class Call(Generic[Sent, Asked]):
    """One request: who asks, the checked body and query, and the Idempotency-Key where there is one."""

    viewer: Viewer
    body: Sent
    query: Asked
    idempotency_key: str | None

    def require_scope(self, scope: str) -> None:
        """Raises Forbidden unless the key has the scope."""
        _require_scope(self.viewer, scope)


@dataclass(frozen=True)
class Endpoint:
    """What one address and method take and give, for the router and for OpenAPI. `scope` None: no key is needed."""

    method: str
    path: str
    name: str
    summary: str
    scope: str | None
    body: type[BaseModel]
    query: type[BaseModel]
    answer: type[BaseModel] | None
    status: int
    idempotent: bool


ENDPOINTS: list[Endpoint] = []
"""Every endpoint, in the order of the description."""


def endpoint(
    bp: Blueprint,
    method: str,
    path: str,
    *,
    answer: type[BaseModel] | None,
    scope: str | None = None,
    body: type[BaseModel] = Nothing,
    query: type[BaseModel] = Nothing,
    status: int = 200,
    idempotent: bool = False,
    limit: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an endpoint. Its docstring is its summary; it takes a Call and the numbers of its path, and returns `answer`.

    `limit` is of what costs more than other reading and writing: as often as the page that does the same.
    """

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        summary = (view.__doc__ or "").strip().partition("\n")[0]
        described = Endpoint(method, path, view.__name__, summary, scope, body, query, answer, status, idempotent)
        ENDPOINTS.append(described)

        @wraps(view)
        def answered(**path_values: Any) -> Response:
            viewer = _asker(described)
            call = Call(viewer, _sent(described), _asked(described), request.headers.get("Idempotency-Key") if idempotent else None)
            return _response(described, viewer, view(call, **path_values))

        vars(answered)["guard"] = "public" if scope is None else "key"
        limited = limits.by_network(limit or (READS if method == "GET" else WRITES), methods=(method,))(answered)
        bp.add_url_rule(path, view.__name__, limited, methods=[method])
        return view

    return declare


def _asker(described: Endpoint) -> Viewer:
    """Whoever the key belongs to, or the visitor. Raises Unauthorized for a bad or missing key, Forbidden for a missing scope."""
    header = request.headers.get("Authorization")
    if header is None:
        if described.scope is not None:
            raise Unauthorized(gettext("This needs an API key."))
        return VISITOR
    kind, _, key = header.partition(" ")
    viewer = viewer_of_key(key.strip()) if kind.lower() == "bearer" and key.isascii() else None
    if viewer is None:
        raise Unauthorized(gettext("This API key is not valid."))
    _require_scope(viewer, described.scope or "read")
    return viewer


def _require_scope(viewer: Viewer, scope: str) -> None:
    if viewer.scopes is not None and scope not in viewer.scopes:
        raise Forbidden(gettext("This API key does not have the scope %(scope)s.", scope=scope))


def _asked(described: Endpoint) -> BaseModel:
    """The query of the address. A name twice, an unknown one or a value that does not fit is refused."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Invalid(fields={name: gettext("This stands twice in the address.")})
        if not is_clean(name + values[0]):  # PostgreSQL cannot even look for some of them
            raise Invalid(fields={without_unwanted(name): gettext("This holds characters that cannot be stored.")})
    # Everything in an address is text, so numbers may be written as text here, and only here.
    return _checked(described.query, dict(request.args.items()), strict=False)


def _sent(described: Endpoint) -> BaseModel:
    if request.content_length is not None and request.content_length > MAX_BODY:
        raise RequestEntityTooLarge
    data = request.get_data()
    if not data:
        return _checked(described.body, {}, strict=True)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return _checked(described.body, _parsed(data), strict=True)


def _parsed(data: bytes) -> Any:
    """The JSON of a body. Raises Invalid for what is no JSON, too deep, ambiguous, or holds what cannot be stored."""
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # fails for lone surrogates, wherever they stand
    except (ValueError, RecursionError) as error:
        raise Invalid(gettext("The body is not JSON that can be used here.")) from error
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _checked(model: type[BaseModel], value: Any, *, strict: bool) -> BaseModel:
    try:
        return model.model_validate(value, strict=strict)
    except ValidationError as error:
        fields = {".".join(str(each) for each in one["loc"]) or "body": one["msg"] for one in error.errors(include_url=False)}
        raise Invalid(gettext("Some fields do not fit."), fields) from error


def _response(described: Endpoint, viewer: Viewer, found: BaseModel | None) -> Response:
    if found is None:
        answer = make_response("", 204)
    else:
        answer = make_response(found.model_dump_json(), described.status)
        answer.mimetype = "application/json"
    answer.headers["Vary"] = "Authorization"
    answer.headers["Cache-Control"] = "private, no-store" if viewer.signed_in else "no-cache"
    answer.call_on_close(seen.flusher())
    return answer
