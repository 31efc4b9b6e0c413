"""Changing settings."""

from __future__ import annotations

from typing import Any

from flask import g

from community.core.errors import Invalid, NotFound, require
from community.core.unit import Unit, unit
from community.settings.definitions import DEFINITIONS
from community.settings.events import SettingChanged
from community.settings.models import Setting
from community.settings.policy import may_change_settings
from community.staff.viewer import Viewer, refreshed


def change_setting(*, by: Viewer, name: str, value: str) -> bool:
    """Set one setting from the text of a form; returns whether it changed.

    Raises NotFound for an unknown name, Invalid with a sentence when the value does not fit, and
    what `may_change_settings` says.
    """
    return bool(change_settings(by=by, values={name: value}))


def change_settings(*, by: Viewer | None, values: dict[str, str]) -> list[str]:
    """Set several at once, all or none; returns the names that changed. `by` is None for commands and the first run.

    Raises as `change_setting`; Invalid then names each field that does not fit.
    """
    parsed = _parsed(values)
    with unit() as u:
        if by is not None:
            by = refreshed(by)
            require(may_change_settings(by))
        changed = [name for name, stored in parsed.items() if _store(u, name, stored, by.id if by else None)]
        for name in changed:
            u.record(SettingChanged(by_id=by.id if by else None, setting=name, value=_promised(name, parsed[name])))
    g.pop("site", None)
    return changed


def _promised(name: str, stored: Any) -> str:
    """The value of a setting that is part of the promise, as a person writes it: the record tells it (product.md 6)."""
    definition = DEFINITIONS[name]
    return definition.kind.write(definition.kind.load(stored)) if definition.group == "desk" else ""


def _parsed(values: dict[str, str]) -> dict[str, Any]:
    parsed, wrong = {}, {}
    for name, value in values.items():
        if name not in DEFINITIONS:
            raise NotFound
        try:
            parsed[name] = DEFINITIONS[name].kind.parse(value)
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise Invalid(fields=wrong)
    return parsed


def _store(u: Unit, name: str, stored: Any, by_id: int | None) -> bool:
    kind = DEFINITIONS[name].kind
    row = u.session.get(Setting, name)
    now = kind.load(row.value) if row else DEFINITIONS[name].default
    if kind.load(stored) == now:
        return False
    if row is None:
        u.add(Setting(name=name, value=stored, changed_at=u.now, by_id=by_id))
    else:
        row.value, row.changed_at, row.by_id = stored, u.now, by_id
    return True
