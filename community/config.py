"""Settings of one installation, read from the environment once.

What a site's admins change while it runs is not here but in `community/settings`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ConfigError(Exception):
    """The environment asks for something that cannot be; the message is one plain sentence."""


def setting(name: str, default: str, about: str) -> Any:
    """A field read from the environment variable `name`, with its default and its sentence."""
    return field(metadata={"name": name, "default": default, "about": about})


@dataclass(frozen=True)
class Config:
    """One installation. Build it with `Config.from_environment()`."""

    data: Path = setting("BOTHWAYS_DATA", "var", "Folder for database, uploads and search index.")
    host: str = setting("BOTHWAYS_HOST", "127.0.0.1", "Address the web process listens on.")
    port: int = setting("BOTHWAYS_PORT", "8000", "Port the web process listens on.")
    base_url: str = setting("BOTHWAYS_BASE_URL", "", "Public address of the site; http://HOST:PORT when empty.")
    secret_key: str = setting("BOTHWAYS_SECRET_KEY", "", "Signs cookies; made and kept in the data folder when empty.")
    env: str = setting("BOTHWAYS_ENV", "development", "`production` refuses demo people and lifted limits.")
    database_url: str = setting("DATABASE_URL", "", "Database; SQLite in the data folder when empty.")
    redis_url: str = setting("REDIS_URL", "", "Redis for presence and limits across processes; none when empty.")
    search: str = setting("BOTHWAYS_SEARCH", "whoosh", "Search engine: `whoosh`, or `tantivy` beyond some 20,000 topics.")
    meaning: bool = setting(
        "BOTHWAYS_MEANING", "on", "`off` leaves sentence vectors out even where the extra `semantic` is installed."
    )
    mail_url: str = setting("BOTHWAYS_MAIL_URL", "", "smtp://user:password@host:port; mail stays in the outbox when empty.")
    mail_from: str = setting("BOTHWAYS_MAIL_FROM", "", "Sender of all mail; community@HOST of the base address when empty.")
    trusted_proxies: int = setting(
        "BOTHWAYS_TRUSTED_PROXIES", "0", "Number of proxies in front whose X-Forwarded headers are believed."
    )
    limits: bool = setting("BOTHWAYS_LIMITS", "on", "`off` lifts rate and new-member limits for benches; refused in production.")
    sockets_per_address: int = setting(
        "BOTHWAYS_SOCKETS_PER_ADDRESS", "50", "Open sockets of one web process for each address (a /64 for IPv6)."
    )
    sockets_per_account: int = setting("BOTHWAYS_SOCKETS_PER_ACCOUNT", "20", "Open sockets of one web process for each account.")
    metrics_token: str = setting("BOTHWAYS_METRICS_TOKEN", "", "Token that /metrics asks for; loopback only when empty.")

    @property
    def production(self) -> bool:
        """Whether this installation serves real customers."""
        return self.env == "production"

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read and check the environment.

        Makes the data folder and, where none is given, a secret key inside it.
        Raises ConfigError with a plain sentence when a value cannot be used.
        """
        environ = os.environ if environ is None else environ
        raw = {f.name: environ.get(f.metadata["name"], "").strip() or f.metadata["default"] for f in fields(cls)}
        data = Path(raw["data"]).resolve()
        port = _number(raw["port"], "BOTHWAYS_PORT", 0, 65535)
        if raw["env"] not in {"development", "production", "test"}:
            raise ConfigError("BOTHWAYS_ENV must be development, production or test.")
        if raw["search"] not in {"whoosh", "tantivy"}:
            raise ConfigError("BOTHWAYS_SEARCH must be whoosh or tantivy.")
        if raw["search"] == "tantivy" and find_spec("tantivy") is None:
            raise ConfigError("BOTHWAYS_SEARCH=tantivy needs the extra of that name: pip install 'bothways[tantivy]'.")
        for name in ("limits", "meaning"):
            if raw[name] not in {"on", "off"}:
                raise ConfigError(f"BOTHWAYS_{name.upper()} must be on or off.")
        if raw["limits"] == "off" and raw["env"] == "production":
            raise ConfigError("BOTHWAYS_LIMITS=off is refused when BOTHWAYS_ENV=production.")
        base_url = _address(raw["base_url"] or f"http://{_loopback(raw['host'])}:{port}")
        data.mkdir(parents=True, exist_ok=True)
        return cls(
            data=data,
            host=raw["host"],
            port=port,
            base_url=base_url,
            secret_key=raw["secret_key"] or _kept_secret(data),
            env=raw["env"],
            database_url=_database(raw["database_url"] or f"sqlite:///{data / 'bothways.sqlite3'}"),
            redis_url=raw["redis_url"],
            search=raw["search"],
            meaning=raw["meaning"] == "on",
            mail_url=raw["mail_url"],
            mail_from=raw["mail_from"] or f"community@{urlsplit(base_url).hostname}",
            trusted_proxies=_number(raw["trusted_proxies"], "BOTHWAYS_TRUSTED_PROXIES", 0, 10),
            limits=raw["limits"] == "on",
            sockets_per_address=_number(raw["sockets_per_address"], "BOTHWAYS_SOCKETS_PER_ADDRESS", 1, 100_000),
            sockets_per_account=_number(raw["sockets_per_account"], "BOTHWAYS_SOCKETS_PER_ACCOUNT", 1, 100_000),
            metrics_token=raw["metrics_token"],
        )


def _number(text: str, name: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def _loopback(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConfigError("BOTHWAYS_BASE_URL must look like https://community.example.com, without a path.")
    return f"{parts.scheme}://{parts.netloc}"


def _database(url: str) -> str:
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL must start with sqlite:/// or postgresql://.")
    return url


def _kept_secret(data: Path) -> str:
    """The key kept in the data folder, made on first start and readable by its owner only."""
    path = data / "secret_key"
    if not path.exists():
        # Written beside its place and put there whole: another start, or one that was cut off, never leaves half a key.
        beside = data / f"secret_key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(beside)
        beside.unlink()
    key = path.read_text().strip()
    if not key:
        raise ConfigError(f"{path} is empty; delete it, and a new key is made.")
    return key
