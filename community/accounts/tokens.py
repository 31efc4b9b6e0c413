"""Secrets that are handed out once and kept as digests: sessions, mailed links, API keys."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe

TOKEN_BYTES = 32  # 256 bits: nothing to guess, so a plain SHA-256 keeps them (no salt, no stretching)


def new_token(prefix: str = "") -> str:
    """A fresh secret that fits into an address and a header."""
    return prefix + token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What is stored of a secret."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
