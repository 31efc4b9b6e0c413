"""What a person says of themselves and how they want the site."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext

from community.accounts.actions.opening import clean_name
from community.accounts.events import ProfileChanged
from community.accounts.models import Account
from community.core import clock
from community.core.errors import Invalid
from community.core.text import is_clean
from community.core.unit import unit
from community.settings.definitions import LANGUAGES
from community.staff.lookalikes import refuse_lookalike
from community.staff.viewer import Viewer, refreshed

THEMES: Final = ("system", "light", "dark")
LONGEST_ABOUT: Final = 500


def change_profile(
    *, by: Viewer, name: str, about: str, time_zone: str, language: str, theme: str, shows_presence: bool | None = None
) -> None:
    """Change one's own page, how the site looks to oneself, and whether presence says one's name (None: as it is).

    Raises Invalid for each field that does not fit.
    """
    name, about = clean_name(name), about.replace("\r\n", "\n").strip()
    if name != by.name and not by.is_staff:
        refuse_lookalike(name=name, own=(by.name,))
    wrong = {}
    if len(about) > LONGEST_ABOUT or not is_clean(about):
        wrong["about"] = gettext("Please write at most %(most)s characters.", most=LONGEST_ABOUT)
    if time_zone not in clock.zones():
        wrong["time_zone"] = gettext("Please choose a time zone from the list.")
    if language not in dict(LANGUAGES):
        wrong["language"] = gettext("Please choose one of the options.")
    if theme not in THEMES:
        wrong["theme"] = gettext("Please choose one of the options.")
    if wrong:
        raise Invalid(fields=wrong)
    with unit() as u:
        by = refreshed(by)
        account = u.fetch(Account, by.id)
        public = (account.name, account.about) != (name, about)
        account.name, account.about = name, about
        account.time_zone, account.language, account.theme = time_zone, language, theme
        account.shows_presence = account.shows_presence if shows_presence is None else shows_presence
        if public:
            u.record(ProfileChanged(by_id=account.id, account_id=account.id))


def change_photo(*, by: Viewer, photo: str | None) -> str | None:
    """Show the stored photo file of this name, or none; returns the name of the file that is not needed any more."""
    with unit() as u:
        by = refreshed(by)
        account = u.fetch(Account, by.id)
        former, account.photo = account.photo, photo
        u.record(ProfileChanged(by_id=account.id, account_id=account.id))
    return former
