"""The desk's hours in words, in the language of the running request."""

from __future__ import annotations

from datetime import time

from flask_babel import format_time, get_locale

from community.settings.definitions import Site


def desk_hours(settings: Site) -> list[str]:
    """When the desk is open, days with the same hours joined: `Mon – Fri 09:00 – 17:00`."""
    spans: list[tuple[int, int, tuple[time, time]]] = []
    for day, hours in enumerate(settings.desk_hours):
        if hours is None:
            continue
        if spans and spans[-1][1] == day - 1 and spans[-1][2] == hours:
            spans[-1] = (spans[-1][0], day, hours)
        else:
            spans.append((day, day, hours))
    return [_span(*span) for span in spans]


def _span(first: int, last: int, hours: tuple[time, time]) -> str:
    names = get_locale().days["stand-alone"]["abbreviated"]
    days = names[first] if first == last else f"{names[first]} – {names[last]}"
    opens, closes = (format_time(moment, "short", rebase=False) for moment in hours)
    return f"{days} {opens} – {closes}"
