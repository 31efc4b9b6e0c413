"""Every pair of text and ground that the components use, in both themes and for every brand hue (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest

from tests.look.colours import contrast, declarations, resolved

TEXT = 4.5
"""WCAG 2.2, 1.4.3: text of ordinary size."""
SHAPE = 3.0
"""WCAG 2.2, 1.4.11: edges of fields, focus, meters."""

GROUNDS = ("page", "surface", "sunk", "float", "staff-rail", "selected")
PAIRS = [
    *[(text, ground, TEXT) for text in ("text", "text-soft", "link", "link-hover") for ground in GROUNDS],
    *[("edge", ground, SHAPE) for ground in ("page", "surface")],
    *[("focus", ground, SHAPE) for ground in GROUNDS],
    ("on-action", "action", TEXT),
    ("on-action", "action-hover", TEXT),
    ("on-staff", "staff", TEXT),
    ("staff", "surface", TEXT),
    ("text", "found", TEXT),
    *[
        (signal, ground, TEXT)
        for signal in ("solved", "late", "danger", "waiting")
        for ground in ("page", "surface", "sunk", f"{signal}-tint")
    ],
    *[(f"{signal}", f"{signal}-tint", TEXT) for signal in ("asked", "added", "removed")],
    *[("text", f"{signal}-tint", TEXT) for signal in ("solved", "late", "danger", "waiting", "asked", "added", "removed")],
    ("solved", "surface", TEXT),
    ("asked", "sunk", TEXT),
    ("added", "sunk", TEXT),
    ("link-hover", "solved-tint", TEXT),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_is_readable_for_every_brand_hue(theme: int) -> None:
    values = declarations()
    weak = [
        f"{text} on {ground} at hue {hue}: {ratio:.2f} < {floor}"
        for text, ground, floor in PAIRS
        for hue in range(0, 360, 12)
        if (ratio := contrast(*(resolved(f"--color-{name}", values, theme, hue) for name in (text, ground)))) < floor
    ]
    assert not weak, "\n".join(weak)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_code_is_readable(theme: int) -> None:
    values = declarations()
    assert contrast(resolved("--violet", values, theme, 192), resolved("--color-sunk", values, theme, 192)) >= TEXT


def test_initials_are_white_on_each_of_the_twelve_hues() -> None:
    assert min(contrast("#fff", f"oklch(0.46 0.085 {hue})") for hue in range(0, 360, 5)) >= TEXT


def test_the_arithmetic_agrees_with_known_ratios() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)
    assert contrast("oklch(1 0 0)", "oklch(0 0 0)") == pytest.approx(21, abs=0.01)
    # sRGB red in OKLCH, by CSS Color 4.
    assert contrast("oklch(0.62796 0.25768 29.234)", "#fff") == pytest.approx(contrast("#ff0000", "#fff"), abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_series_of_charts_stand_out_from_their_card_and_carry_their_words(theme: int) -> None:
    values = declarations()
    for number in range(1, 7):
        series = resolved(f"--series-{number}", values, theme, 192)
        assert contrast(series, resolved("--color-surface", values, theme, 192)) >= SHAPE, number
        assert contrast(series, resolved("--color-page", values, theme, 192)) >= TEXT, number  # the percentages on a share
