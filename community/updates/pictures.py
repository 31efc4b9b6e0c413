"""Charts as PNG pictures, drawn by a program of its own and kept, as a version of a figure never changes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import current_app

from community.core.errors import NotFound, TooMany
from community.updates.views import Shown

SECONDS: Final = 20
MOST_KEPT: Final = 1_000
"""Pictures of some 30 KB; the ones made first go first, and are drawn again when somebody asks."""

_turns = threading.BoundedSemaphore(2)


def picture(shown: Shown, source: str) -> bytes:
    """The chart of a figure as a PNG; `source` stands below it. Raises NotFound for a table, TooMany while too many are drawn."""
    drawing = shown.drawing
    if drawing is None:
        raise NotFound
    unit = f" ({shown.unit})" if shown.unit else ""
    told = json.dumps({**asdict(drawing), "caption": f"{shown.caption}{unit}", "source": source}).encode()
    kept = _folder() / f"{sha256(told).hexdigest()[:24]}.png"
    if kept.exists():
        return kept.read_bytes()
    if not _turns.acquire(timeout=SECONDS):
        raise TooMany(retry_after=10)
    try:
        # -I: neither the environment nor the working folder decides what the child imports.
        command = [sys.executable, "-I", str(Path(__file__).with_name("figure_child.py"))]
        image = subprocess.run(command, input=told, capture_output=True, timeout=SECONDS, check=True, env={}).stdout
    except subprocess.TimeoutExpired:
        raise TooMany(retry_after=10) from None
    finally:
        _turns.release()
    _keep(kept, image)
    return image


def _keep(kept: Path, image: bytes) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{threading.get_ident()}.part")
    partial.write_bytes(image)
    partial.replace(kept)
    pictures = sorted(kept.parent.glob("*.png"), key=lambda path: path.stat().st_mtime)
    for old in pictures[:-MOST_KEPT]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    data: Path = current_app.config["BOTHWAYS"].data
    return data / "figures"
