"""The file a backup makes: a gzipped tar with a manifest first, the database, uploads and the kept secret key."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from community.core.errors import Invalid
from community.record.signing import KEY_FILE

FORMAT = 1
MANIFEST, DATABASE, SECRET_KEY, UPLOADS = "manifest.json", "database", "secret_key", "uploads"
KEYS = (SECRET_KEY, KEY_FILE)


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: which release made it, when, from which database, up to which position of the log."""

    release: str
    made_at: str
    database: str
    epoch: str
    position: int
    sha256: str
    format: int = FORMAT


def pack(target: Path, manifest: Manifest, database: Path, data: Path) -> None:
    """Write the archive beside `target` and move it there when it is whole and on the disk; readable by its owner only."""
    part = target.with_name(target.name + ".part")
    try:
        with _private(part) as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
                _add_bytes(tar, MANIFEST, json.dumps(asdict(manifest), indent=2).encode())
                tar.add(database, DATABASE, filter=_anonymous)
                for key in KEYS:
                    if (data / key).is_file():
                        tar.add(data / key, key, filter=_anonymous)
                for upload in sorted((data / UPLOADS).rglob("*")):
                    _add_upload(tar, upload, data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and check it against its manifest.

    Raises Invalid with a sentence when it is not whole.
    """
    try:
        with tarfile.open(source, "r:gz") as tar:
            for member in tar:
                _extract(tar, member, folder)
        manifest = Manifest(**json.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError as error:
        raise Invalid(f"{source} is not there or is not a backup: it has no manifest.") from error
    except (tarfile.TarError, EOFError, OSError, ValueError, TypeError) as error:
        raise Invalid(f"{source} cannot be read as a backup: {error}.") from error
    if manifest.format != FORMAT:
        raise Invalid(f"{source} has the format {manifest.format}; this release reads {FORMAT}.")
    if digest(folder / DATABASE) != manifest.sha256:
        raise Invalid(f"{source} is damaged: the database differs from its manifest.")
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _add_upload(tar: tarfile.TarFile, upload: Path, data: Path) -> None:
    try:
        if upload.is_file():
            tar.add(upload, upload.relative_to(data).as_posix(), filter=_anonymous)
    except FileNotFoundError:
        return  # deleted since it was listed: the copied database may name it, as any other missing file


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one member below `folder`; only plain files of the names that `pack` gives."""
    path = PurePosixPath(member.name)
    expected = member.name in {MANIFEST, DATABASE, *KEYS} or (path.parts[:1] == (UPLOADS,) and ".." not in path.parts)
    content = tar.extractfile(member) if member.isreg() and expected else None
    if content is None:
        raise Invalid(f"The archive holds {member.name!r}, which no backup of ours does.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, _private(target) as file:
        shutil.copyfileobj(content, file)
