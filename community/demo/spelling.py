"""How the files of the demo world spell times, and that they say nothing that nobody understands."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

_PARTS: Final = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?")
_DAY: Final = re.compile(r"(\d+)d (\d\d):(\d\d)")


def wait(text: Any) -> Any:
    """A span such as `2d`, `1h20m` or `35m`. Raises ValueError for anything else."""
    found = _PARTS.fullmatch(text) if text and isinstance(text, str) else None
    if found is None:
        raise ValueError(f"not a span such as 1h20m: {text!r}")
    return timedelta(**{unit: int(count) for unit, count in found.groupdict(default="0").items()})


def start(text: Any) -> Any:
    """When a topic was opened: `41d 10:20` is that time of the day 41 days ago, `3h` is three hours ago."""
    day = _DAY.fullmatch(text) if isinstance(text, str) else None
    return (int(day[1]), time(int(day[2]), int(day[3]))) if day else wait(text)


Wait = Annotated[timedelta, BeforeValidator(wait)]
Start = Annotated[timedelta | tuple[int, time], BeforeValidator(start)]


class Strict(BaseModel):
    """A piece of a file, in which every word is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)
