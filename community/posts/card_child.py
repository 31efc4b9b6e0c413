"""Run as a program of its own: what a card says as JSON on standard input, the card as a PNG on standard output.

It knows nothing of the site and runs under limits of memory and time. Letters that no font of ours has are left out; where
nothing of a title remains, the name of the site stands in its place.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
EDGE = 72
TITLE_SIZES: Final = (84, 76, 68, 60, 52, 46, 40)
"""Sizes that a title is tried in, largest first; in the last it is cut."""

MOST_LINES: Final = 5
TITLE_HEIGHT: Final = 300
LEADING: Final = 1.16

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 10

_HERE = Path(__file__).parent
FONTS: Final = (
    # In this order each letter is looked for.
    _HERE.parent / "static" / "fonts" / "bricolage-grotesque-latin-wght-normal.woff2",
    *(
        _HERE / "fonts" / name
        for name in (
            "bricolage-grotesque-latin-ext-700-normal.woff2",
            "noto-sans-greek-700-normal.woff2",
            "noto-sans-cyrillic-700-normal.woff2",
            "droid-sans-fallback.woff2",
            "noto-emoji-700.woff2",
        )
    ),
)

INK, SOFT, PAPER, CARD = "#17211f", "#56625f", "#f9f6f1", "#fffdfa"
TONES = {
    "solved": ("#dcf5df", "#17602f"),
    "official": ("#d8efee", "#0b4f52"),
    "open": ("#fdeccd", "#6f4a06"),
    "plain": ("#ece8e1", SOFT),
}

Colour = tuple[int, int, int]
Run = tuple[int, str]


def main() -> int:
    """Read, draw, write; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    made = io.BytesIO()
    drawn(json.load(sys.stdin)).quantize(128, dither=Image.Dither.NONE).save(made, "PNG")
    sys.stdout.buffer.write(made.getvalue())
    return 0


def drawn(told: dict[str, Any]) -> Image.Image:
    """The card of `told`: brand, hue, title, state, tone, answered_by and badge; the last four may be empty."""
    brand = oklch(0.47, 0.09, told["hue"])
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((28, 28, WIDTH - 28, HEIGHT - 28), 36, fill=CARD, outline="#e6e0d6", width=2)
    draw.rounded_rectangle((28, 28, 44, HEIGHT - 28), 8, fill=brand)
    _window(draw, EDGE + 8, 84, brand)
    write_line(draw, (EDGE + 74, 89), told["brand"], 34, INK, WIDTH - 2 * EDGE - 100)
    title = without_missing(told["title"]) or without_missing(told["brand"])
    size, lines = fitted(title, WIDTH - 2 * EDGE - 16)
    top = 172.0
    for line in lines:
        _runs(draw, (EDGE + 8, top), line, size, INK)
        top += size * LEADING
    _foot(draw, told, brand)
    return image


def _foot(draw: ImageDraw.ImageDraw, told: dict[str, Any], brand: Colour) -> None:
    left, middle = EDGE + 8.0, HEIGHT - 104
    if told["state"]:
        tint, tone = TONES[told["tone"]]
        width = length(told["state"], 30)
        draw.rounded_rectangle((left, middle - 28, left + width + 48, middle + 28), 28, fill=tint)
        write_line(draw, (left + 24, middle - 19), told["state"], 30, tone, width + 1)
        left += width + 76
    if not told["answered_by"]:
        return
    room = WIDTH - EDGE - 12 - left
    if not told["badge"]:
        write_line(draw, (left, middle - 19), told["answered_by"], 30, SOFT, room)
        return
    write_line(draw, (left, middle - 43), told["answered_by"], 30, INK, room)
    badge = cut(told["badge"], 24, room - 36)
    draw.rounded_rectangle((left, middle + 3, left + length(badge, 24) + 36, middle + 43), 20, fill=brand)
    write_line(draw, (left + 18, middle + 8), badge, 24, "#ffffff", room)


def _window(draw: ImageDraw.ImageDraw, left: float, top: float, colour: Colour) -> None:
    """The mark of the house: a window of two panes that opens to both sides."""
    draw.rounded_rectangle((left, top, left + 48, top + 48), 12, outline=colour, width=6)
    draw.line((left + 24, top + 4, left + 24, top + 44), fill=colour, width=6)


def write_line(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: str | Colour, room: float) -> None:
    """A line of text in the fonts that have its letters, cut to its room; `at` is the corner above it."""
    _runs(draw, at, cut(without_missing(text), size, room), size, colour)


def _runs(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: str | Colour) -> None:
    left, top = at
    for number, run in runs(text):
        used = font(number, size)
        # On one base line, whatever font a piece is in.
        draw.text((left, top + size * 0.92), run, font=used, fill=colour, anchor="ls")
        left += used.getlength(run)


def fitted(title: str, room: float) -> tuple[int, list[str]]:
    """The largest size in which a title has room, and its lines; in the smallest it ends with an ellipsis where it has not."""
    for size in TITLE_SIZES:
        lines = wrapped(title, size, room)
        if len(lines) <= min(MOST_LINES, int(TITLE_HEIGHT / (size * LEADING))):
            return size, lines
    size, most = TITLE_SIZES[-1], min(MOST_LINES, int(TITLE_HEIGHT / (TITLE_SIZES[-1] * LEADING)))
    return size, [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), size, room)]


def wrapped(text: str, size: int, room: float) -> list[str]:
    """The text in lines; between words, between letters of scripts without spaces, and inside a word that is wider than a line."""
    lines: list[str] = []
    line = ""
    for piece in pieces(text):
        if length((line + piece).rstrip(), size) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = piece.lstrip()
        while length(line.rstrip(), size) > room:
            fits = max(1, next(n for n in range(len(line), 0, -1) if n == 1 or length(line[:n] + "-", size) <= room))
            lines.append(
                line[:fits] + ("-" if line[fits - 1].isalpha() and line[fits].isalpha() and not _is_cjk(line[fits]) else "")
            )
            line = line[fits:]
    return [*lines, line.strip()] if line.strip() else lines


def pieces(text: str) -> Iterator[str]:
    """Where a line may end: behind each of these."""
    piece = ""
    for letter in text:
        if piece and (_is_cjk(letter) or _is_cjk(piece[-1])) and letter not in "、。，．！？）」』】・：；ー":
            yield piece
            piece = ""
        piece += letter
        if letter in " -/":
            yield piece
            piece = ""
    if piece:
        yield piece


def cut(text: str, size: int, room: float) -> str:
    """The text, or as much of its beginning as has room, with an ellipsis."""
    if length(text, size) <= room:
        return text
    fits = next((n for n in range(len(text), 0, -1) if length(text[:n].rstrip() + "…", size) <= room), 0)
    return text[:fits].rstrip() + "…"


def length(text: str, size: int) -> float:
    """The width of a line in pixels."""
    return sum(font(number, size).getlength(run) for number, run in runs(text))


def runs(text: str) -> Iterator[Run]:
    """The text in pieces of one font each."""
    current, run = 0, ""
    for letter in text:
        number = 0 if letter == " " else (font_of(letter) or 0)
        if number != current and run:
            yield current, run
            run = ""
        current, run = number, run + letter
    if run:
        yield current, run


def without_missing(text: str) -> str:
    """The text without letters that no font has: an empty box says nothing."""
    return " ".join("".join(letter if letter.isspace() or font_of(letter) is not None else "" for letter in text).split())


@cache
def font_of(letter: str) -> int | None:
    """The first font that has a letter, None where none has."""
    return next((number for number in range(len(FONTS)) if bytes(font(number, 32).getmask(letter)) != _empty_box(number)), None)


@cache
def _empty_box(number: int) -> bytes:
    """What a font draws for letters that it lacks."""
    return bytes(font(number, 32).getmask("\U0010fffe"))


@cache
def font(number: int, size: int) -> ImageFont.FreeTypeFont:
    """One of the fonts in a size; the first is a variable one, in bold."""
    made = ImageFont.truetype(str(FONTS[number]), size)
    if number == 0:
        made.set_variation_by_axes([700])
    return made


def _is_cjk(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uffef"


def oklch(light: float, chroma: float, hue: float) -> Colour:
    """A colour of the brand's hue in sRGB (Björn Ottosson's OKLab)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (round(255 * _gamma(min(1.0, max(0.0, value)))) for value in linear)
    return red, green, blue


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


if __name__ == "__main__":
    sys.exit(main())
