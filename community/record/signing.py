"""Signing the end of the record once a day, with a key that never leaves the data folder."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app
from sqlalchemy import select

from community.core.errors import Conflict, Invalid
from community.core.schedule import Job
from community.core.unit import unit
from community.record.chain import Head, head_bytes
from community.record.events import RecordSigned
from community.record.follow import last_entry, moment, written
from community.record.models import RecordHead

KEY_FILE = "record-key.pem"
"""In the data folder: the private key, readable by the site alone. It goes into backups with the secret key."""


def sign() -> None:
    """Sign the newest entry, unless it is signed already.

    Raises Conflict where another key than this installation's signed before: with several hosts all have a copy of one file.
    """
    with unit() as u:
        last = last_entry(u)
        if last is None or u.session.get(RecordHead, last.n) is not None:
            return
        before = u.session.scalars(select(RecordHead).order_by(RecordHead.n.desc()).limit(1)).one_or_none()
        key = private_key(make=before is None)
        pem = public_pem(key)
        if before is not None and before.key != pem:
            raise Conflict(f"The record was signed by another key before: {KEY_FILE} is not the one that belongs to this site.")
        head = Head(last.n, last.hash, written(u.now))
        signature = base64.b64encode(key.sign(head_bytes(head))).decode()
        u.add(RecordHead(n=head.n, hash=head.hash, at=moment(head.at), signature=signature, key=pem))
        u.record(RecordSigned(n=head.n))


def private_key(*, make: bool) -> Ed25519PrivateKey:
    """The key of this site, made where nothing was signed yet.

    Raises Conflict when the file is not there although something is signed, or holds another kind of key.
    """
    path: Path = current_app.config["BOTHWAYS"].data / KEY_FILE
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        if make:
            return _made(path)
        raise Conflict(f"{KEY_FILE} is missing in the data folder: bring it back from a backup or from another host.") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise Conflict(f"{path} is not an Ed25519 key.")
    return found


def public_pem(key: Ed25519PrivateKey) -> str:
    """Its public half, as anybody may have it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def read_public(pem: bytes) -> Ed25519PublicKey:
    """A public key from a file. Raises ValueError for no key, Invalid for one of another kind."""
    found = serialization.load_pem_public_key(pem)
    if isinstance(found, Ed25519PublicKey):
        return found
    raise Invalid("This is a key of another kind: the record is signed with Ed25519.")


def _made(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(beside, path)  # never over a key that another process has made meanwhile
    except FileExistsError:
        return private_key(make=False)
    finally:
        beside.unlink()
    return key


JOBS = [Job("sign the record", timedelta(days=1), sign)]
