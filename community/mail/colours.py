"""The brand's colour as mail programs know colours: sRGB in six hexadecimal digits. Pages use OKLCH themselves (css/tokens.css)."""

from __future__ import annotations

from functools import cache
from math import cos, radians, sin

_LMS = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728), (1.0, -0.0894841775, -1.2914855480))
_RGB = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
"""Björn Ottosson's matrices of Oklab: to the cone responses' cube roots, and from their cubes to linear sRGB."""


@cache
def hexadecimal(lightness: float, chroma: float, hue: float) -> str:
    """`#rrggbb` of an OKLCH colour, each part cut to what sRGB can show."""
    lab = (lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue)))
    cones = [sum(factor * part for factor, part in zip(row, lab, strict=True)) ** 3 for row in _LMS]
    linear = [sum(factor * cone for factor, cone in zip(row, cones, strict=True)) for row in _RGB]
    return "#" + "".join(f"{round(255 * _gamma(min(max(part, 0.0), 1.0))):02x}" for part in linear)


def _gamma(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
