"""What the pages of appeals may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from community.appeals.actions import LONGEST, LONGEST_DECISION
from community.core.forms import PageForm
from community.posts.forms import LongWritten


class AppealForm(PageForm):
    """An objection."""

    words = LongWritten(_l("Why the decision is wrong"), render_kw={"maxlength": LONGEST, "rows": 6, "required": True})


class DecisionForm(PageForm):
    """A decision on one."""

    outcome = RadioField(
        _l("Your decision"),
        validate_choice=False,
        choices=[SelectChoice("upheld", _l("It stands")), SelectChoice("reversed", _l("It is reversed, and put back at once"))],
    )
    decision = LongWritten(
        _l("Why, in words that everybody reads"), render_kw={"maxlength": LONGEST_DECISION, "rows": 4, "required": True}
    )
