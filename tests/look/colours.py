"""Enough of CSS Color 4 to measure our own tokens: OKLCH to sRGB luminance, light-dark() and var()."""

from __future__ import annotations

import math
import re
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[2] / "community" / "static" / "css" / "tokens.css"

_DECLARATION = re.compile(r"(--[\w-]+):\s*([^;]+);")
_OKLCH = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)(?: / [\d.]+)?\)")


def declarations() -> dict[str, str]:
    """The custom properties that tokens.css declares for the screen."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    screen = css[: css.index("@media print")]
    return dict(_DECLARATION.findall(screen))


def resolved(name: str, values: dict[str, str], theme: int, hue: int) -> str:
    """The colour of one token in a theme (0 light, 1 dark), with every var() and light-dark() followed."""
    value = values[name]
    if name == "--hue":
        return str(hue)
    if value.startswith("light-dark("):
        value = _split(value.removeprefix("light-dark(").removesuffix(")"))[theme]
    return re.sub(r"var\((--[\w-]+)\)", lambda found: resolved(found[1], values, theme, hue), value)


def _split(arguments: str) -> list[str]:
    depth, parts = 0, [""]
    for letter in arguments:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of an `oklch()` or `#rgb` colour, clipped to sRGB as browsers clip it."""
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(letter * 2 for letter in colour[1:])
        channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    else:
        linear = _linear_srgb(*(float(number) for number in _OKLCH.fullmatch(colour).groups()))  # type: ignore[union-attr]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear_srgb(lightness: float, chroma: float, hue: float) -> list[float]:
    # Matrices of Björn Ottosson's OKLab (CSS Color 4, section 9.4).
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    return [min(1.0, max(0.0, x * long + y * medium + z * short)) for x, y, z in rows]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, 1.4.3), 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
