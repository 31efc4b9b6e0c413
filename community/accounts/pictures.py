"""Photos of people: decoded and re-encoded in a child process with limits, under random names.

A small file can hold a huge picture, and decoders have faults: so the size is read before any pixel
is decoded, and whatever goes wrong goes wrong in a process that has nothing and lives for seconds.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from secrets import token_hex
from typing import Final

from flask import current_app
from flask_babel import gettext
from werkzeug.security import safe_join

from community.core.errors import Invalid

MOST_BYTES: Final = 10 * 1024 * 1024
SECONDS: Final = 20

SIDE: Final = 256
"""Pixels of a photo: what a person's own page shows on a dense screen."""

SMALL: Final = 128
"""Pixels of the photo beside a post or a name, sharp on a dense screen."""


_turns = threading.BoundedSemaphore(2)


def store_photo(sent: bytes) -> str:
    """Keep a photo as a square of 256 pixels in WebP without metadata; returns its file name.

    Raises Invalid for the field `photo` when it is none of PNG, JPEG, WebP and GIF, or too large.
    """
    if not sent or len(sent) > MOST_BYTES:
        raise Invalid(fields={"photo": gettext("Please choose a picture of at most 10 MB.")})
    square = _squared(sent, SIDE)
    name = f"{token_hex(16)}.webp"
    folder = photo_folder()
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / name, square)
    return name


def small_photo(name: str) -> tuple[Path, bool] | None:
    """The file of the same photo in 128 pixels, made when somebody first asks for it; None where there is no such photo.

    Two are made at a time: meanwhile, and where it cannot be made, it is the large one, and the second value is false.
    """
    large, small = safe_join(str(photo_folder()), name), safe_join(str(_small_folder()), name)
    if large is None or small is None or not Path(large).is_file():
        return None
    kept = Path(small)
    if kept.exists():
        return kept, True
    if not _turns.acquire(blocking=False):
        return Path(large), False
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, _squared(Path(large).read_bytes(), SMALL))
    except Invalid:
        return Path(large), False
    finally:
        _turns.release()
    return kept, True


def remove_photo(name: str | None) -> None:
    """Delete a photo file that no account shows any more."""
    if name:
        (photo_folder() / name).unlink(missing_ok=True)
        (_small_folder() / name).unlink(missing_ok=True)


def photo_folder() -> Path:
    """Where photos are kept."""
    data: Path = current_app.config["BOTHWAYS"].data
    return data / "uploads" / "photos"


def _small_folder() -> Path:
    """Where small photos are kept; they are made again where they are missing, so no backup needs them."""
    data: Path = current_app.config["BOTHWAYS"].data
    return data / "faces"


def _write(target: Path, picture: bytes) -> None:
    partial = target.with_name(f"{target.name}.{token_hex(4)}.part")
    partial.write_bytes(picture)
    partial.replace(target)


def _squared(sent: bytes, side: int) -> bytes:
    # -I: neither the environment nor the working folder decides what the child imports.
    command = [sys.executable, "-I", str(Path(__file__).with_name("picture_child.py")), str(side)]
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=SECONDS, check=False, env={})
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode != 0 or not done.stdout:
        raise Invalid(
            fields={
                "photo": gettext("This picture could not be read. Please send a PNG, JPEG, WebP or GIF of at most 25 megapixels.")
            }
        )
    return done.stdout
