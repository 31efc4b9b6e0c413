"""The share kept by week, laid out for an SVG that the server draws: no script, no library, prints as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from community.promise.queries import Week

WIDTH: Final = 640
HEIGHT: Final = 200
LEFT: Final = 46
RIGHT: Final = 616
BASE: Final = 172
TOP: Final = 12
"""Units of the drawing's own; it is as wide as its column."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One week: its rectangle, and what it says. `share` None: nothing was decided in it."""

    x: float
    y: float
    width: float
    height: float
    monday: date
    share: float | None
    below: bool


@dataclass(frozen=True, slots=True)
class ShareChart:
    """Bars from the oldest week to the newest, the promised share as a line, and the scale."""

    bars: tuple[Bar, ...]
    goal: float
    goal_y: float
    ticks: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = BASE


def share_chart(weeks: Sequence[Week], goal: float) -> ShareChart:
    """Lay out weeks that come newest first."""
    room = (RIGHT - LEFT) / max(1, len(weeks))
    bars = []
    for number, week in enumerate(reversed(weeks)):
        share = week.measured.share
        y = _height(share or 0)
        bars.append(
            Bar(
                x=round(LEFT + number * room + room * 0.15, 1),
                y=y,
                width=round(room * 0.7, 1),
                height=round(BASE - y, 1),
                monday=week.monday,
                share=share,
                below=share is not None and share < goal,
            )
        )
    return ShareChart(tuple(bars), goal, _height(goal), tuple((tick, _height(tick)) for tick in (0, 50, 100)))


def _height(percent: float) -> float:
    return round(BASE - (BASE - TOP) * percent / 100, 1)
