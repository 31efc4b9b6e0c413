"""What the admin pages may send."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from community.core.forms import LongText, PageForm, Text
from community.settings.definitions import DEFINITIONS

YEARS = range(1900, 3000)
"""Of dates that somebody enters; nearer to the ends of the calendar, other time zones lead out of it."""

ROLE_LABELS = {
    "employee": _l("Employee: carries the badge"),
    "official": _l("Official: may also give official answers"),
    "moderator": _l("Moderator: removes posts and suspends"),
    "admin": _l("Admin: everything"),
}


class Day(DateField):  # type: ignore[misc]
    """A date, or nothing."""

    data: date | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take a date as 2026-12-25. Raises ValueError with a sentence."""
        try:
            super().process_formdata([value for value in valuelist if value])
            if self.data is not None and self.data.year not in YEARS:
                self.data = None
                raise ValueError
        except ValueError:
            raise ValueError(gettext("Please enter a date such as 2026-12-25.")) from None

    def moment(self) -> datetime | None:
        """The day's first moment in UTC, None where nothing was entered."""
        return datetime.combine(self.data, time.min, UTC) if self.data else None


class GrantForm(PageForm):
    """A new role."""

    role = SelectField(_l("Role"), validate_choice=False, choices=[SelectChoice(*pair) for pair in ROLE_LABELS.items()])
    starts_on = Day(_l("From"), validators=[Optional()], description=_l("Empty: now."))
    ends_on = Day(_l("Until"), validators=[Optional()], description=_l("Empty: open."))


class EndForm(PageForm):
    """The end of a role."""

    ends_on = Day(_l("On"), validators=[Optional()], description=_l("Empty: now."))


class StaffProfileForm(PageForm):
    """What the badge and the team page say."""

    title = Text(_l("Title"), most=80, description=_l("The badge says it, with the name of the brand."))
    team = Text(_l("Team"), most=60)
    works_on = LongText(_l("Works on"), most=400, render_kw={"rows": 3})
    at_desk = LongText(_l("At the desk"), most=200, render_kw={"rows": 2})


def sent_settings(form: Any) -> dict[str, str]:
    """The settings of a sent form by name; what is no setting is left out, so that only known names reach the action."""
    return {name: form[name] for name in DEFINITIONS if name in form}
