"""Run as a program of its own: a chart as JSON on standard input, the picture as a PNG on standard output.

It shares the letters of the card's program beside it, and its limits of memory and time.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image, ImageDraw

from community.posts import card_child as letters

SCALE: Final = 2
"""Pixels for a unit of the drawing: 1280 wide."""

EDGE: Final = 24
TITLE: Final = 22
SMALL: Final = 12
PAPER, INK, SOFT, GRID = "#ffffff", "#17211f", "#56625f", "#dcd7ce"
COLOURS: Final = ("#006b68", "#9f5c0c", "#76399c", "#0071b6", "#9d203a", "#5a6667")
"""Those of tokens.css (--series-1 to --series-6) in light, as sRGB."""


def main() -> int:
    """Read, draw, write; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (letters.MEMORY_BYTES, letters.MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (letters.CPU_SECONDS, letters.CPU_SECONDS))
    made = io.BytesIO()
    drawn(json.load(sys.stdin)).save(made, "PNG", optimize=True)
    sys.stdout.buffer.write(made.getvalue())
    return 0


def drawn(told: dict[str, Any]) -> Image.Image:
    """The picture of `told`: caption, source, legend, width, height and shapes as charts.py lays them out."""
    legend = 24 if told["legend"] else 0
    width, height = told["width"] + 2 * EDGE, told["height"] + 2 * EDGE + TITLE + 18 + legend + 20
    image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
    draw = ImageDraw.Draw(image)
    _text(draw, EDGE, EDGE - 6, told["caption"], TITLE, INK, told["width"])
    top = EDGE + TITLE + 18
    left = float(EDGE)
    for number, name in enumerate(told["legend"]):
        draw.rectangle(_scaled([(left, top - 8), (left + 12, top + 4)]), fill=COLOURS[number])
        shown = letters.cut(letters.without_missing(name), SMALL * SCALE, 190 * SCALE)
        _text(draw, left + 18, top - 10, shown, SMALL, SOFT, 200)
        left += 18 + letters.length(shown, SMALL * SCALE) / SCALE + 18
    for shape in told["shapes"]:
        _shape(draw, shape, EDGE, top + legend)
    _text(draw, EDGE, height - EDGE - 8, told["source"], SMALL, SOFT, told["width"])
    return image


def _shape(draw: ImageDraw.ImageDraw, shape: dict[str, Any], left: float, top: float) -> None:
    points = [(left + x, top + y) for x, y in shape["points"]]
    colour = COLOURS[shape["series"] % len(COLOURS)]
    match shape["kind"]:
        case "rect":
            draw.rectangle(_scaled(points), fill=colour)
        case "line":
            draw.line(_scaled(points), fill=colour, width=2 * SCALE + 1, joint="curve")
        case "area":
            draw.polygon(_scaled(points), fill=_paler(colour))
        case "dot":
            (x, y) = points[0]
            draw.ellipse(_scaled([(x - 3, y - 3), (x + 3, y + 3)]), fill=colour)
        case "grid" | "axis":
            draw.line(_scaled(points), fill=GRID if shape["kind"] == "grid" else SOFT, width=SCALE // 2 + 1)
        case _:
            _anchored(draw, points[0], shape)


def _anchored(draw: ImageDraw.ImageDraw, at: tuple[float, float], shape: dict[str, Any]) -> None:
    wide = letters.length(letters.without_missing(shape["text"]), SMALL * SCALE) / SCALE
    back = {"start": 0.0, "middle": wide / 2, "end": wide}[shape["anchor"]]
    _text(draw, at[0] - back, at[1] - SMALL + 1, shape["text"], SMALL, "#ffffff" if shape["kind"] == "on" else SOFT, 400)


def _text(draw: ImageDraw.ImageDraw, left: float, top: float, text: str, size: int, colour: str, room: float) -> None:
    letters.write_line(draw, (left * SCALE, top * SCALE), text, size * SCALE, colour, room * SCALE)


def _scaled(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _paler(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * 0.62):02x}" for part in parts)


if __name__ == "__main__":
    sys.exit(main())
