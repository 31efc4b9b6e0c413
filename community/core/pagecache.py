"""Public pages kept as bytes, served in front of Flask while nothing that they show has changed.

A view says of its answer which channels it shows (`cacheable`), with their versions as they were
before its queries. A hit asks the database for these versions again, by one small query, or on SQLite
by `PRAGMA data_version` alone while nobody has written anything. Only requests without our session
cookie are looked at, so nothing private can be kept or served (rulings 1 and 2).
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import brotli
from flask import Response
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from community.core.log import versions

ALWAYS = ("site", "people")
"""Channels that every page shows: settings and categories; names, photos and roles."""

MAX_BYTES = 64 * 1024 * 1024
"""How much one process keeps, compressed forms included."""

_KEPT_HEADERS = (
    *("Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Link"),
    *("Permissions-Policy", "Cross-Origin-Opener-Policy"),
)
_MARK = "X-Bothways-Shows"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], list[bytes]]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def cacheable(response: Response, shown: Mapping[str, int]) -> Response:
    """Let a visitor's answer be kept. `shown` holds the versions of its channels, read before its queries."""
    response.headers[_MARK] = " ".join(f"{channel}={version}" for channel, version in shown.items())
    return response


def shown(session: Session, *channels: str) -> dict[str, int]:
    """The versions of these channels and of those that every page shows. Read them before anything else."""
    return versions(session, [*channels, *ALWAYS])


class Versions(Protocol):
    """Where the cache asks whether something changed."""

    def generation(self) -> int | None:
        """A number that stays the same while nothing at all was written; None where that cannot be told."""

    def read(self, channels: Sequence[str]) -> dict[str, int]:
        """The newest position of each channel."""


class SqliteVersions:
    """Asks on a connection of its own, outside any transaction."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._data_version = -1
        self._generation = 0

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                Path(self._path).absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
        return self._connection

    def generation(self) -> int | None:
        version = self._connected().execute("PRAGMA data_version").fetchone()[0]
        if version != self._data_version:
            self._data_version = version
            self._generation += 1
        return self._generation

    def read(self, channels: Sequence[str]) -> dict[str, int]:
        newest = "(SELECT position FROM event_channels WHERE channel = ? ORDER BY position DESC LIMIT 1)"
        row = self._connected().execute(f"SELECT {', '.join([newest] * len(channels))}", channels).fetchone()
        return {channel: position or 0 for channel, position in zip(channels, row, strict=True)}

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class EngineVersions:
    """Asks through the engine's pool, by one query each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def generation(self) -> int | None:
        return None

    def read(self, channels: Sequence[str]) -> dict[str, int]:
        with Session(self._engine) as session:
            return versions(session, channels)


@dataclass
class Entry:
    """One kept page: its bytes by encoding, and what it showed."""

    status: str
    headers: list[tuple[str, str]]
    shown: dict[str, int]
    digest: str
    bodies: dict[str, bytes]
    generation: int | None = None
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.bodies["identity"])

    def body(self, encoding: str) -> bytes:
        """The bytes in one encoding, compressed on first use."""
        if encoding not in self.bodies:
            plain = self.bodies["identity"]
            self.bodies[encoding] = brotli.compress(plain, quality=5) if encoding == "br" else gzip.compress(plain, 6)
            self.size += len(self.bodies[encoding])
        return self.bodies[encoding]


class PublicPages:
    """The WSGI layer in front of Flask. `language` picks a page's language from an Accept-Language header."""

    def __init__(self, app: WsgiApp, versions: Versions, *, cookie: str, language: Callable[[str], str]) -> None:
        self._app = app
        self._versions = versions
        self._cookie = cookie + "="
        self._language = language
        self._entries: OrderedDict[tuple[str, ...], Entry] = OrderedDict()
        self._size = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or self._cookie in environ.get("HTTP_COOKIE", ""):
            return self._app(environ, _without_mark(start_response))
        key = self._key(environ)
        entry = self._kept(key)
        return _serve(entry, environ, start_response) if entry is not None else self._make(key, environ, start_response)

    def hit(self, environ: Environ) -> Answer | None:
        """Status, headers and body of a kept page that is still fresh; None where the application must be asked."""
        if self._cookie in environ.get("HTTP_COOKIE", ""):
            return None
        entry = self._kept(self._key(environ))
        return _answer(entry, environ) if entry is not None else None

    def _kept(self, key: tuple[str, ...]) -> Entry | None:
        entry = self._entries.get(key)
        if entry is None or not self._fresh(entry):
            return None
        if key in self._entries:  # others may have pushed it out while the database was asked
            self._entries.move_to_end(key)
        return entry

    def _key(self, environ: Environ) -> tuple[str, ...]:
        accepts = self._language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        wants = "stream" if "turbo-stream" in environ.get("HTTP_ACCEPT", "") else ""
        return (environ.get("HTTP_HOST", ""), environ["PATH_INFO"], environ.get("QUERY_STRING", ""), accepts, wants)

    def _fresh(self, entry: Entry) -> bool:
        generation = self._versions.generation()
        if generation is not None and entry.generation == generation:
            return True
        if self._versions.read(list(entry.shown)) != entry.shown:
            return False
        entry.generation = generation
        return True

    def _make(self, key: tuple[str, ...], environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer: list[Any] = []
        chunks = self._app({**environ, "REQUEST_METHOD": "GET"}, _capture(answer))
        status, headers = answer
        mark = next((value for name, value in headers if name == _MARK), None)
        private = any(name == "Set-Cookie" for name, _ in headers)
        if mark is not None and not private and status == "200 OK":
            entry = _entry(status, headers, mark, _joined(chunks))
            self._keep(key, entry)
            return _serve(entry, environ, start_response)
        start_response(status, [(name, value) for name, value in headers if name != _MARK])
        if environ["REQUEST_METHOD"] == "HEAD":
            _joined(chunks)
            return []
        return chunks

    def _keep(self, key: tuple[str, ...], entry: Entry) -> None:
        old = self._entries.pop(key, None)
        self._entries[key] = entry
        self._size += entry.size - (old.size if old else 0)
        if self._size > MAX_BYTES:
            # Compressed forms came after an entry was counted: count again before dropping the oldest.
            self._size = sum(kept.size for kept in self._entries.values())
        while self._size > MAX_BYTES and len(self._entries) > 1:
            self._size -= self._entries.popitem(last=False)[1].size


def _entry(status: str, headers: list[tuple[str, str]], mark: str, body: bytes) -> Entry:
    seen = {channel: int(version) for channel, _, version in (pair.rpartition("=") for pair in mark.split(" "))}
    kept = [(name, value) for name, value in headers if name in _KEPT_HEADERS]
    kept += [("Vary", "Cookie, Accept-Language, Accept-Encoding"), ("Cache-Control", "no-cache")]
    return Entry(status, kept, seen, hashlib.sha256(body).hexdigest()[:24], {"identity": body})


def _serve(entry: Entry, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = _answer(entry, environ)
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else body


def _answer(entry: Entry, environ: Environ) -> Answer:
    encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    etag = f'"{entry.digest}-{encoding}"'
    headers = [*entry.headers, ("ETag", etag)]
    if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return "304 NOT MODIFIED", headers, []
    body = entry.body(encoding)
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    headers.append(("Content-Length", str(len(body))))
    return entry.status, headers, [body]


def _encoding(accepts: str) -> str:
    """The best of ours that an Accept-Encoding header offers; one with `q=0` counts as not offered."""
    offered = {
        name.strip().lower()
        for name, _, weight in (part.partition(";") for part in accepts.split(","))
        if weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    }
    return next((encoding for encoding in ("br", "gzip") if encoding in offered), "identity")


def _joined(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _capture(answer: list[Any]) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        answer[:] = [status, headers]
        return lambda _data: None

    return start


def _without_mark(start_response: StartResponse) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [(name, value) for name, value in headers if name != _MARK], *rest)

    return start
