"""Static files under one hashed prefix, compressed once and cacheable for ever.

The digest covers the whole tree, so native modules may import one another by relative address and the
stylesheet may name its font so: whatever changes, everything gets a new address. No build step is needed.
The stylesheets are joined into one file when the application is made.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

import brotli
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

STYLESHEET: Final = "css/site.css"

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)

TURBO_STYLE_HASH: Final = "sha256-WAyOw4V+FqDc35lQPyRADLBWbuNK8ahvYEaQIYF1+Ps="
"""Of the one style element that Turbo inserts (its progress bar), for `style-src`; tests/look/test_assets.py recomputes it."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
COMPRESSIBLE: Final = frozenset(
    {"text/css", "text/javascript", "image/svg+xml", "application/json", "application/manifest+json", "text/plain"}
)
TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


class Asset:
    """One static file in memory."""

    def __init__(self, name: str, body: bytes) -> None:
        self.body = body
        suffix = Path(name).suffix
        self.mimetype = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.etag = sha256(body).hexdigest()[:20]

    @cached_property
    def brotli(self) -> bytes:
        """The body as brotli of the highest quality (about 0.1 s for the largest file, once a process)."""
        return bytes(brotli.compress(self.body))

    @cached_property
    def gzip(self) -> bytes:
        """The body as gzip, for what does not know brotli."""
        return gzip.compress(self.body, mtime=0)

    def encoded(self, accepts_brotli: bool, accepts_gzip: bool) -> tuple[bytes, str]:
        """The shortest body that the browser takes, and its encoding ("" when plain)."""
        if self.mimetype in COMPRESSIBLE:
            if accepts_brotli:
                return self.brotli, "br"
            if accepts_gzip:
                return self.gzip, "gzip"
        return self.body, ""


class Assets:
    """The static tree of one release."""

    def __init__(self, folder: Path) -> None:
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        files = {name: body for name, body in files.items() if not name.startswith("css/")} | {
            STYLESHEET: joined_stylesheets(folder / "css")
        }
        files |= {name: without_comments(body) for name, body in files.items() if name.startswith("js/")}
        self._assets = {name: Asset(name, body) for name, body in files.items()}
        digest = sha256()
        for name, body in sorted(files.items()):
            digest.update(f"{name}\0{len(body)}\0".encode())
            digest.update(body)
        self.digest = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file by its name in the tree. Raises KeyError for a file that is not there."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"

    def find(self, name: str) -> Asset | None:
        """The file of that name, or None."""
        return self._assets.get(name)

    def compress(self) -> None:
        """Compress everything now (about half a second), so that no first visitor waits for it."""
        for asset in self._assets.values():
            if asset.mimetype in COMPRESSIBLE:
                asset.brotli, asset.gzip  # noqa: B018 - reading fills the cache


@cache
def assets_in(folder: Path) -> Assets:
    """The assets of a folder, read once a process."""
    return Assets(folder)


def joined_stylesheets(folder: Path) -> bytes:
    """All stylesheets of a folder as one: `layers.css` first, which fixes the order of the layers; the rest by name.

    Comments are for us and stay here; they are a seventh of what would be sent.
    """
    first = folder / "layers.css"
    rest = (path for path in sorted(folder.rglob("*.css")) if path != first)
    text = _COMMENT.sub("", "\n".join(path.read_text() for path in (first, *rest)))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()).encode()


def without_comments(script: bytes) -> bytes:
    """One of our own scripts without the lines that are comments: these are for us, and a sixth of what would be sent."""
    return b"\n".join(line for line in script.splitlines() if not line.lstrip().startswith(b"//")) + b"\n"


def install(app: Flask) -> Assets:
    """Serve the tree below the application's folder `static` and give templates `asset_url(name)`."""
    assets = assets_in(Path(app.root_path) / "static")

    def serve(digest: str, name: str) -> Response:
        asset = assets.find(name)
        if asset is None:
            raise NotFound
        accepted = request.accept_encodings
        body, encoding = asset.encoded(accepted["br"] > 0, accepted["gzip"] > 0)
        response = Response(body, mimetype=asset.mimetype)
        response.set_etag(f"{asset.etag}{encoding}")
        # A page of the release before this one may still ask by its own prefix: serve it, but let nobody keep it.
        response.headers["Cache-Control"] = FOR_EVER if digest == assets.digest else "no-cache"
        response.headers["Content-Security-Policy"] = "default-src 'none'"  # none of these is a page
        if asset.mimetype in COMPRESSIBLE:
            response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<digest>/<path:name>", "static", serve)
    app.jinja_env.globals["asset_url"] = assets.url
    app.extensions["assets"] = assets
    return assets


def address_of_asset(name: str) -> str:
    """The path of a file below `static`, as templates get it by `asset_url`."""
    assets: Assets = current_app.extensions["assets"]
    return assets.url(name)
