"""What settings record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event, name="setting.changed", channels=("site",)):
    """An admin changed a setting; every cached page carries the version of `site`. `value`: of those that are the promise."""

    setting: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteRestored(Event, name="site.restored", channels=("site",)):
    """The site was put back from a backup that ended at `position` of the epoch `former_epoch`; a new epoch begins."""

    former_epoch: str
    position: int
