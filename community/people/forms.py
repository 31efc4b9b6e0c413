"""What the pages about people may send."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from community.core.forms import LongText, PageForm

TERMS: Final = {"1": _l("One day"), "7": _l("One week"), "30": _l("30 days"), "": _l("For good")}
"""How long a suspension lasts, in days."""


class SuspensionForm(PageForm):
    """Suspending somebody."""

    rule = SelectField(
        _l("Rule"),
        validate_choice=False,
        choices=[
            SelectChoice("spam", _l("Spam")),
            SelectChoice("abuse", _l("Abuse")),
            SelectChoice("private_data", _l("Private data of others")),
            SelectChoice("illegal", _l("Illegal")),
            SelectChoice("off_topic", _l("Off topic")),
            SelectChoice("other", _l("Another rule")),
        ],
    )
    reason = LongText(
        _l("Reason"), most=500, description=_l("They read it when they try to sign in."), render_kw={"rows": 3, "required": True}
    )
    term = RadioField(_l("For how long"), default="7", choices=[SelectChoice(days, label) for days, label in TERMS.items()])


class WorkForm(PageForm):
    """What an employee says of their work; title and team are for admins."""

    works_on = LongText(_l("What I work on"), most=400, render_kw={"rows": 3})
    at_desk = LongText(_l("When I am at the desk"), most=200, description=_l("Such as: weekdays 9 to 12."), render_kw={"rows": 2})
