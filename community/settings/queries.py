"""Reading settings: `site()` is the one door, and costs one small query a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from sqlalchemy import select

from community.core.log import versions
from community.extensions import db
from community.settings.definitions import DEFINITIONS, Definition, Site
from community.settings.models import Setting

_CACHE = "bothways_site"


def site() -> Site:
    """The settings as they are now.

    Cached a process and site by the version of the channel `site`, so that a change applies at once
    everywhere; that version is looked up once an application context.
    """
    if "site" not in g:
        g.site = _site_at(versions(db.session(), ["site"])["site"])
    found: Site = g.site
    return found


def site_as_of(version: int) -> Site:
    """The same for who has just read the version of the channel `site` among others, which saves its query."""
    g.site = _site_at(version)
    found: Site = g.site
    return found


def site_last_known() -> Site:
    """The settings as this process last read them, without the database: for pages that tell of its loss."""
    cached = current_app.extensions.get(_CACHE)
    return cached[1] if cached else Site()


def _site_at(version: int) -> Site:
    cached: tuple[int, Site] | None = current_app.extensions.get(_CACHE)
    if cached is None or cached[0] != version:
        cached = version, Site(**stored_unchecked())
        current_app.extensions[_CACHE] = cached
    return cached[1]


def stored_unchecked() -> dict[str, Any]:
    """The changed settings as typed values by name; rows of settings that this release lacks are left out."""
    rows = db.session.execute(select(Setting.name, Setting.value))
    return {row.name: DEFINITIONS[row.name].kind.load(row.value) for row in rows if row.name in DEFINITIONS}


@dataclass(frozen=True)
class SettingRow:
    """A setting as the admin page shows it."""

    definition: Definition
    text: str
    changed: bool


def settings_matching(words: str = "") -> list[SettingRow]:
    """The settings whose name, label or sentence holds all of `words`, in the order of their definition."""
    now, changed = site(), stored_unchecked()
    wanted = words.lower().split()
    rows = []
    for name, definition in DEFINITIONS.items():
        told = f"{name} {definition.label} {definition.about}".lower()
        if all(word in told for word in wanted):
            rows.append(SettingRow(definition, definition.kind.write(getattr(now, name)), name in changed))
    return rows
