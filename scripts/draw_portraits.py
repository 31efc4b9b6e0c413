"""Draw the portraits of the demo world: flat, friendly, of nobody.

Run by hand when somebody joins the demo: `python scripts/draw_portraits.py [HANDLE ...]`. It writes a
square WebP of 256 pixels a person into community/demo/photos/, from the table FACES below.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

PHOTOS = Path(__file__).resolve().parents[1] / "community" / "demo" / "photos"

SIDE = 256
SCALE = 4
"""Drawn four times as large and shrunk, for smooth edges."""

FRAME = (24, 16, 232, 224)
"""What is shown of the drawing: the face fills a circle well even at 32 pixels."""

Point = tuple[float, float]

SKIN = {"pale": "f6d7c3", "light": "efc3a4", "tan": "d9a27a", "brown": "a9714b", "deep": "7b4a30", "dark": "5d3623"}
HAIR = {
    "black": "26222b",
    "brown": "5a3a29",
    "chestnut": "7d4a2c",
    "blond": "d8ac5e",
    "red": "b5562c",
    "grey": "a9a9ad",
    "white": "dedcd6",
    "blue": "3d5a80",
}
INK = "2b2530"


@dataclass(frozen=True)
class Face:
    """How somebody looks. Colours of skin and hair by name, of cloth and background in hexadecimal."""

    skin: str
    hair: str
    style: str
    back: str
    cloth: str
    neck: str = "crew"
    width: float = 45
    chin: float = 172
    brows: float = 3.4
    mouth: str = "smile"
    glasses: str = ""
    beard: str = ""
    extra: tuple[str, ...] = ()


FACES = {
    # Those who work at Volt.
    "johanna": Face("light", "grey", "bob", "f0d9a8", "1f5a66", "shirt", extra=("earrings", "lines")),
    "priya": Face("brown", "black", "long", "f3dcc4", "9b2f4a", "v", width=43, extra=("lashes", "earrings")),
    "mara": Face("pale", "blond", "bun", "d3e4d6", "f2efe8", "turtle", width=43, glasses="round", extra=("lashes", "freckles")),
    "tomasz": Face("light", "brown", "short", "d9dcec", "3b4a6b", "hood", beard="stubble", brows=4.4, mouth="flat"),
    "emeka": Face("dark", "black", "fade", "f6dfa8", "d9683c", "crew", width=46, beard="full", mouth="grin"),
    "sofie": Face("pale", "red", "ponytail", "d7e3ec", "39424e", "apron", extra=("lashes", "freckles")),
    "daniel": Face("tan", "black", "curls", "e2daf0", "4f7a5b", "hood", glasses="square", width=44),
    "yuki": Face("light", "black", "pixie", "e9e2d4", "2f2f38", "turtle", width=43, extra=("lashes",)),
    "rafael": Face("tan", "chestnut", "wave", "cfe5dd", "e2b04a", "shirt", beard="moustache", mouth="grin"),
    "henrik": Face("pale", "white", "side", "a9bfd2", "284b63", "crew", beard="full", brows=4.2, extra=("lines",)),
    # Customers who show a picture.
    "lena": Face("light", "chestnut", "helmet", "e3ead0", "2f7f86", "v", width=43, extra=("lashes",)),
    "gustav": Face("pale", "blond", "side", "dbe7f0", "6a7f8f", "shirt", glasses="square", mouth="flat"),
    "amina": Face("deep", "black", "scarf", "f5d9cf", "3a6b7e", "crew", width=43, extra=("lashes",)),
    "ruth": Face("pale", "white", "curls", "cdb9dd", "4c6a4a", "v", glasses="round", extra=("lines", "earrings")),
    "samw": Face("pale", "grey", "bald", "b4c0b4", "2e3b35", "crew", beard="stubble", brows=4.6, mouth="flat", extra=("lines",)),
    "marek": Face("light", "brown", "beanie", "efe0cd", "536b4f", "hood", beard="full"),
    "claire": Face("light", "black", "bob", "f7dde3", "54708c", "v", width=43, extra=("lashes", "earrings")),
    "kofi": Face("dark", "black", "short", "cbd5e8", "2d7f83", "v", mouth="smile"),
    "beatriz": Face("tan", "brown", "afro", "fbe3b6", "b23a6f", "crew", width=43, mouth="grin", extra=("lashes", "earrings")),
    "peter58": Face("pale", "grey", "fringe", "c4cfc0", "7a3b34", "shirt", glasses="round", beard="moustache", extra=("lines",)),
    "fiona": Face("pale", "red", "long", "cfe6df", "e8e2d0", "turtle", width=44, mouth="grin", extra=("lashes", "freckles")),
    "bram": Face("light", "blond", "wave", "f0e3c8", "375a7f", "hood", width=47, beard="full", mouth="grin"),
    "lucia": Face("light", "brown", "helmet", "fde0d2", "c8372f", "crew", width=43, mouth="grin", extra=("lashes",)),
    "wen": Face("light", "black", "part", "dcebe4", "5b5f97", "crew", width=44, glasses="round"),
}


class Canvas:
    """A picture in units of 256, the middle at 128."""

    def __init__(self, background: str) -> None:
        self.image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), f"#{background}")
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def blob(self, points: Iterable[Point], colour: str, alpha: int = 255) -> None:
        """A closed shape with soft corners through the points."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in smooth(list(points))], fill=rgba(colour, alpha))

    def corner(self, points: Iterable[Point], colour: str) -> None:
        """A closed shape with straight edges through the points."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=rgba(colour))

    def both(self, points: list[Point], colour: str, alpha: int = 255) -> None:
        """A symmetric shape of which `points` are the right half, from top to bottom."""
        self.blob([*points, *[(SIDE - x, y) for x, y in reversed(points) if x != SIDE / 2]], colour, alpha)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str, alpha: int = 255) -> None:
        """An ellipse around (x, y)."""
        box = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
        self._draw.ellipse(box, fill=rgba(colour, alpha))

    def ring(self, x: float, y: float, rx: float, ry: float, colour: str, width: float) -> None:
        """The outline of an ellipse."""
        box = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
        self._draw.ellipse(box, outline=rgba(colour), width=round(width * SCALE))

    def line(self, points: list[Point], colour: str, width: float, alpha: int = 255) -> None:
        """A stroke with round ends through the points."""
        curve = smooth(points, closed=False) if len(points) > 2 else points
        scaled = [(x * SCALE, y * SCALE) for x, y in curve]
        self._draw.line(scaled, fill=rgba(colour, alpha), width=round(width * SCALE), joint="curve")
        for x, y in (curve[0], curve[-1]):
            self.oval(x, y, width / 2, width / 2, colour, alpha)

    def box(self, left: float, top: float, right: float, bottom: float, radius: float, colour: str, outline: float = 0) -> None:
        """A rectangle with round corners, filled, or as an outline of this width."""
        area = [left * SCALE, top * SCALE, right * SCALE, bottom * SCALE]
        if outline:
            self._draw.rounded_rectangle(area, radius * SCALE, outline=rgba(colour), width=round(outline * SCALE))
        else:
            self._draw.rounded_rectangle(area, radius * SCALE, fill=rgba(colour))


def smooth(points: list[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    around = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    curve = []
    for p0, p1, p2, p3 in zip(around, around[1:], around[2:], around[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(tuple(_spline(a, b, c, d, t) for a, b, c, d in zip(p0, p1, p2, p3, strict=True)))
    return [(x, y) for x, y in curve] + ([] if closed else [points[-1]])


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def rgba(colour: str, alpha: int = 255) -> tuple[int, int, int, int]:
    """A colour in hexadecimal as numbers."""
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue, alpha


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another."""
    return bytes(round(a + (b - a) * share) for a, b in zip(bytes.fromhex(colour), bytes.fromhex(other), strict=True)).hex()


def draw(face: Face) -> Image.Image:
    """The portrait, from back to front."""
    canvas = Canvas(face.back)
    canvas.oval(186, 62, 120, 120, "ffffff", 70)
    skin, hair = SKIN[face.skin], HAIR[face.hair]
    shade = mixed(skin, "5a2418", 0.18)
    _back_hair(canvas, face, hair)
    _body(canvas, face, skin, shade)
    _head(canvas, face, skin, shade)
    if face.beard:
        _beard(canvas, face, hair, skin)
    _features(canvas, face, skin, shade, hair)
    STYLES[face.style](canvas, face, hair)
    if face.glasses:
        _glasses(canvas, face)
    return canvas.image.crop([edge * SCALE for edge in FRAME]).resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _body(canvas: Canvas, face: Face, skin: str, shade: str) -> None:
    cloth, dark = face.cloth, mixed(face.cloth, "000000", 0.16)
    shoulders = [(128, 196), (158, 199), (192, 212), (216, 232), (224, 276), (128, 280)]
    canvas.both(shoulders, cloth)
    canvas.box(108, 150, 148, 206, 14, shade)
    canvas.oval(128, 202, 20, 12, shade)
    if face.neck == "turtle":
        canvas.box(103, 182, 153, 214, 10, dark)
    elif face.neck == "v":
        canvas.blob([(106, 196), (150, 196), (128, 232)], skin)
        canvas.oval(128, 196, 20, 9, shade)
    elif face.neck == "shirt":
        canvas.corner([(106, 194), (150, 194), (128, 222)], shade)
        for side in (1, -1):
            flap = ((20, 184), (32, 200), (17, 222), (0, 216), (14, 202))
            canvas.corner([(128 + side * x, y) for x, y in flap], mixed(cloth, "ffffff", 0.25))
        canvas.line([(128, 218), (128, 256)], dark, 2.4)
    elif face.neck == "hood":
        canvas.both([(128, 212), (154, 204), (168, 192), (172, 210), (152, 230), (128, 236)], dark)
        for x in (118, 138):
            canvas.line([(x, 228), (x, 246)], mixed(cloth, "ffffff", 0.6), 2.6)
    elif face.neck == "apron":
        canvas.oval(128, 198, 22, 11, skin)
        canvas.box(92, 226, 164, 280, 8, "c98b4b")
        for x in (98, 158):
            canvas.line([(x, 230), (x + (8 if x < 128 else -8), 202)], "c98b4b", 6)
    else:
        canvas.oval(128, 200, 25, 13, dark)
        canvas.oval(128, 197, 21, 11, shade)


def _head(canvas: Canvas, face: Face, skin: str, shade: str) -> None:
    w, chin = face.width, face.chin
    for side in (1, -1):
        canvas.oval(128 + side * (w + 1), 122, 9, 13, skin)
        canvas.oval(128 + side * (w + 2), 123, 4, 7, shade, 150)
    canvas.both(
        [(128, 58), (128 + w * 0.7, 68), (128 + w, 100), (128 + w * 0.95, 132), (128 + w * 0.66, 160), (128 + w * 0.2, chin)], skin
    )


def _features(canvas: Canvas, face: Face, skin: str, shade: str, hair: str) -> None:
    light = face.skin in {"pale", "light", "tan"}
    blush = "e8836f" if light else mixed(skin, "c0392b", 0.35)
    brow = mixed(hair, INK, 0.35) if face.hair not in {"white", "grey"} else mixed(hair, INK, 0.25)
    for side in (1, -1):
        x = 128 + side * 19
        canvas.oval(128 + side * 29, 137, 9, 6, blush, 70 if light else 55)
        if not light:
            canvas.oval(x, 117, 7, 5.6, "f4efe9", 235)
        canvas.oval(x, 117, 4.8, 5.6, INK)
        canvas.oval(x + 1.6, 115, 1.5, 1.6, "ffffff")
        canvas.line([(x - 8, 103), (x, 100.5), (x + 8, 103)], brow, face.brows)
        if "lashes" in face.extra:
            canvas.line([(x + side * 3.5, 113.4), (x + side * 8.5, 110)], INK, 2)
        if "lines" in face.extra:
            canvas.line([(128 + side * 33, 121), (128 + side * 37, 119)], shade, 1.6)
            canvas.line([(128 + side * 17, 139), (128 + side * 22, 147), (128 + side * 22, 152)], shade, 1.6)
        if "earrings" in face.extra:
            canvas.oval(128 + side * (face.width + 3), 138, 3.4, 3.4, "e6b94d")
        if "freckles" in face.extra:
            for dx, dy in ((22, 130), (29, 131), (25, 135), (33, 134)):
                canvas.oval(128 + side * dx, dy, 1.1, 1.1, "b5652f", 170)
    canvas.line([(127, 121), (123.5, 133), (130, 135)], shade, 2.8)
    _mouth(canvas, face, light=light)


def _mouth(canvas: Canvas, face: Face, *, light: bool) -> None:
    lips = "a8433d" if light else "4a1c1a"
    if face.mouth == "grin":
        canvas.blob([(111, 145), (128, 148), (145, 145), (139, 157), (128, 160), (117, 157)], "6b2230")
        canvas.blob([(114, 146.5), (128, 149), (142, 146.5), (139, 151), (128, 153), (117, 151)], "ffffff")
    elif face.mouth == "flat":
        canvas.line([(117, 150), (128, 151.5), (140, 148)], lips, 3)
    else:
        canvas.line([(114, 147), (121, 151.5), (128, 153), (135, 151.5), (142, 147)], lips, 3.2)


def _beard(canvas: Canvas, face: Face, hair: str, skin: str) -> None:
    w, chin = face.width, face.chin
    colour = mixed(hair, skin, 0.12)
    jaw = [(128 + w * 0.98, 118), (128 + w * 0.97, 138), (128 + w * 0.72, 164), (128 + w * 0.24, chin + 5)]
    inner = [(128 + w * 0.82, 122), (128 + w * 0.68, 136), (128 + w * 0.36, 139), (128, 141)]
    if face.beard == "stubble":
        canvas.both([*reversed(inner), *jaw], mixed(hair, skin, 0.2), 70)
    elif face.beard == "full":
        canvas.both([*reversed(inner), *jaw], colour)
    if face.beard == "moustache":
        canvas.both([(128, 139), (136, 137), (148, 144), (152, 148), (138, 147), (128, 144)], colour)


def _glasses(canvas: Canvas, face: Face) -> None:
    for side in (1, -1):
        x = 128 + side * 20
        if face.glasses == "round":
            canvas.oval(x, 117, 14, 14, "ffffff", 45)
            canvas.ring(x, 117, 15, 15, INK, 2.6)
        else:
            canvas.box(x - 15, 105, x + 15, 129, 6, INK, outline=2.8)
        canvas.line([(x + side * 15, 114), (128 + side * face.width, 112)], INK, 2.6)
    canvas.line([(123, 114), (128, 112.5), (133, 114)], INK, 2.6)


# Hair: what lies behind head and shoulders, then one function for each style in front.


def _back_hair(canvas: Canvas, face: Face, hair: str) -> None:
    w, dark = face.width, mixed(hair, "000000", 0.22)
    if face.style == "long":
        canvas.both([(128, 42), (128 + w, 60), (128 + w + 16, 120), (128 + w + 18, 180), (128 + w + 8, 222), (128, 226)], dark)
    elif face.style == "bob":
        canvas.both([(128, 42), (128 + w, 58), (128 + w + 15, 112), (128 + w + 13, 158), (128 + w - 8, 172), (128, 168)], dark)
    elif face.style == "bun":
        canvas.oval(128, 42, 25, 23, dark)
        canvas.oval(128, 40, 22, 20, hair)
    elif face.style == "ponytail":
        canvas.blob([(150, 60), (190, 66), (206, 108), (200, 160), (188, 176), (182, 140), (172, 96)], dark)
    elif face.style == "afro":
        for x, y, r in ((128, 72, 62), (84, 92, 40), (172, 92, 40), (78, 124, 30), (178, 124, 30)):
            canvas.oval(x, y, r, r, dark)
    elif face.style == "scarf":
        canvas.both([(128, 40), (128 + w, 54), (128 + w + 16, 112), (128 + w + 12, 168), (128 + w + 26, 214), (128, 232)], "c58940")


def _short(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.both(
        [(128, 46), (128 + w * 0.72, 52), (128 + w + 4, 84), (128 + w + 2, 112), (128 + w - 5, 100), (128 + w - 10, 84), (128, 80)],
        hair,
    )


def _fade(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.both(
        [(128, 48), (128 + w * 0.74, 54), (128 + w + 1, 82), (128 + w, 108), (128 + w - 4, 92), (128 + w - 8, 80), (128, 77)], hair
    )
    canvas.both([(128, 46), (128 + w * 0.7, 51), (128 + w - 6, 72), (128, 66)], mixed(hair, "ffffff", 0.1))


def _side(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    left, right = 128 - w, 128 + w
    canvas.blob(
        [
            (left - 2, 112),
            (left - 4, 84),
            (left + 10, 56),
            (128, 44),
            (right - 12, 50),
            (right + 4, 82),
            (right + 2, 110),
            (right - 6, 92),
            (right - 14, 80),
            (138, 84),
            (104, 74),
            (left + 10, 88),
        ],
        hair,
    )
    canvas.line([(104, 73), (112, 56), (120, 48)], mixed(hair, "000000", 0.2), 2)


def _part(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    for side in (1, -1):
        canvas.blob(
            [
                (128 + side * x, y)
                for x, y in ((-2, 46), (26, 48), (w + 4, 74), (w + 3, 112), (w - 5, 100), (w - 12, 88), (14, 78), (1, 62))
            ],
            hair,
        )


def _wave(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    _short(canvas, face, hair)
    canvas.blob(
        [
            (128 - w - 2, 88),
            (128 - w + 4, 58),
            (112, 40),
            (146, 36),
            (128 + w - 2, 50),
            (128 + w + 3, 82),
            (128 + w - 12, 76),
            (132, 78),
            (112, 84),
            (128 - w + 10, 84),
        ],
        hair,
    )
    canvas.line([(100, 70), (118, 54), (148, 50)], mixed(hair, "ffffff", 0.18), 2.4)
    canvas.line([(116, 74), (136, 62), (158, 62)], mixed(hair, "ffffff", 0.18), 2.4)


def _curls(canvas: Canvas, face: Face, hair: str) -> None:
    w, light = face.width, mixed(hair, "ffffff", 0.12)
    spots = ((-w - 2, 96), (-w + 2, 78), (-w + 14, 62), (-18, 52), (0, 49), (18, 52), (w - 14, 62), (w - 2, 78), (w + 2, 96))
    for x, y in spots:
        canvas.oval(128 + x, y, 15, 15, hair)
    for x, y in ((-26, 74), (-8, 68), (10, 68), (27, 74)):
        canvas.oval(128 + x, y, 13, 12, hair)
    for x, y in spots[1:-1:2]:
        canvas.ring(128 + x, y, 7, 7, light, 2)


def _afro(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.both(
        [(128, 40), (128 + w, 56), (128 + w + 8, 96), (128 + w - 2, 104), (128 + w - 12, 84), (128, 78)],
        mixed(hair, "000000", 0.22),
    )
    for x, y in ((-38, 66), (-14, 54), (14, 54), (38, 66)):
        canvas.ring(128 + x, y, 8, 8, hair, 3)


def _bob(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.blob(
        [
            (128 - w - 10, 160),
            (128 - w - 12, 100),
            (128 - w + 4, 58),
            (128, 42),
            (128 + w - 4, 54),
            (128 + w + 12, 100),
            (128 + w + 10, 160),
            (128 + w - 2, 150),
            (128 + w - 6, 104),
            (128 + w - 16, 88),
            (112, 66),
            (102, 84),
            (128 - w + 8, 100),
            (128 - w + 2, 150),
        ],
        hair,
    )
    canvas.line([(112, 66), (120, 50)], mixed(hair, "000000", 0.18), 2)


def _long(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    for side in (1, -1):
        canvas.blob(
            [
                (128 + side * x, y)
                for x, y in (
                    (-3, 44),
                    (30, 48),
                    (w + 8, 80),
                    (w + 14, 130),
                    (w + 16, 196),
                    (w + 6, 214),
                    (w + 2, 160),
                    (w - 3, 112),
                    (w - 12, 90),
                    (16, 74),
                    (0, 58),
                )
            ],
            hair,
        )


def _bun(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.both(
        [(128, 48), (128 + w * 0.7, 53), (128 + w + 3, 84), (128 + w + 1, 108), (128 + w - 7, 94), (128 + w * 0.5, 74), (128, 68)],
        hair,
    )
    canvas.line([(112, 58), (128, 53), (144, 58)], mixed(hair, "000000", 0.15), 2)


def _ponytail(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.blob(
        [
            (128 - w - 2, 110),
            (128 - w - 3, 82),
            (128 - w + 12, 54),
            (128, 46),
            (128 + w - 10, 54),
            (128 + w + 4, 84),
            (128 + w + 1, 108),
            (128 + w - 8, 92),
            (148, 76),
            (118, 72),
            (100, 84),
            (128 - w + 8, 94),
        ],
        hair,
    )


def _pixie(canvas: Canvas, face: Face, hair: str) -> None:
    w = face.width
    canvas.blob(
        [
            (128 - w - 3, 122),
            (128 - w - 5, 84),
            (128 - w + 10, 54),
            (128, 43),
            (128 + w - 8, 50),
            (128 + w + 5, 84),
            (128 + w + 3, 120),
            (128 + w - 6, 102),
            (128 + w - 12, 92),
            (132, 90),
            (110, 84),
            (100, 96),
            (128 - w + 6, 100),
        ],
        hair,
    )
    canvas.line([(120, 84), (140, 70), (160, 68)], mixed(hair, "ffffff", 0.14), 2.4)


def _bald(canvas: Canvas, face: Face, hair: str) -> None:
    for side in (1, -1):
        w = face.width
        canvas.blob([(128 + side * x, y) for x, y in ((w - 3, 88), (w + 3, 96), (w + 2, 116), (w - 3, 110))], hair, 170)
    canvas.oval(112, 72, 16, 7, "ffffff", 60)


def _fringe(canvas: Canvas, face: Face, hair: str) -> None:
    for side in (1, -1):
        w = face.width
        canvas.blob(
            [(128 + side * x, y) for x, y in ((w - 12, 70), (w, 76), (w + 9, 96), (w + 5, 122), (w - 3, 112), (w - 8, 92))], hair
        )
    canvas.oval(116, 70, 15, 6, "ffffff", 70)


def _scarf(canvas: Canvas, face: Face, hair: str) -> None:
    del hair
    w, cloth, fold = face.width, "e0a458", "c58940"
    canvas.both(
        [
            (128, 42),
            (128 + w - 6, 50),
            (128 + w + 12, 96),
            (128 + w + 8, 150),
            (128 + w - 10, 184),
            (128 + w - 14, 172),
            (128 + w - 5, 136),
            (128 + w - 4, 104),
            (128 + w - 16, 82),
            (128, 74),
        ],
        cloth,
    )
    canvas.both([(128, 170), (152, 166), (172, 180), (178, 210), (128, 226)], cloth)
    canvas.line([(88, 186), (118, 206), (160, 204)], fold, 2.6)
    canvas.line([(96, 70), (128, 58), (160, 70)], fold, 2.4)


def _beanie(canvas: Canvas, face: Face, hair: str) -> None:
    w, wool = face.width, "b5443a"
    for side in (1, -1):
        canvas.blob([(128 + side * x, y) for x, y in ((w - 6, 88), (w + 3, 92), (w + 2, 116), (w - 5, 104))], hair)
    canvas.both([(128, 30), (128 + w * 0.75, 40), (128 + w + 5, 80), (128, 86)], wool)
    canvas.box(128 - w - 7, 74, 128 + w + 7, 94, 9, mixed(wool, "000000", 0.18))
    for x in range(-40, 41, 10):
        canvas.line([(128 + x, 79), (128 + x, 89)], wool, 2)


def _helmet(canvas: Canvas, face: Face, hair: str) -> None:
    w, shell = face.width, mixed(face.cloth, "ffffff", 0.1)
    for side in (1, -1):
        canvas.blob([(128 + side * x, y) for x, y in ((w - 10, 84), (w + 4, 90), (w + 8, 140), (w + 2, 166), (w - 3, 128))], hair)
        canvas.line([(128 + side * (w + 2), 100), (128 + side * (w - 6), 150), (128 + side * 6, 177)], INK, 3)
    canvas.both([(128, 28), (128 + w * 0.8, 40), (128 + w + 11, 78), (128 + w + 8, 92), (128, 86)], shell)
    for side in (1, -1):
        canvas.blob([(128 + side * x, y) for x, y in ((8, 42), (18, 44), (22, 66), (10, 68))], mixed(shell, "000000", 0.35))
        canvas.blob([(128 + side * x, y) for x, y in ((30, 52), (38, 60), (42, 76), (32, 74))], mixed(shell, "000000", 0.35))
    canvas.both([(128, 80), (128 + w, 84), (128 + w + 8, 90), (128, 94)], mixed(shell, "000000", 0.45))


STYLES: dict[str, Callable[[Canvas, Face, str], None]] = {
    "short": _short,
    "fade": _fade,
    "side": _side,
    "part": _part,
    "wave": _wave,
    "curls": _curls,
    "afro": _afro,
    "bob": _bob,
    "long": _long,
    "bun": _bun,
    "ponytail": _ponytail,
    "pixie": _pixie,
    "bald": _bald,
    "fringe": _fringe,
    "scarf": _scarf,
    "beanie": _beanie,
    "helmet": _helmet,
}


def main(handles: list[str]) -> int:
    """Draw everybody, or those named; returns 0."""
    PHOTOS.mkdir(parents=True, exist_ok=True)
    for handle in handles or FACES:
        draw(FACES[handle]).save(PHOTOS / f"{handle}.webp", "WEBP", quality=82, method=6)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
