"""What the pages of updates may send."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import get_timezone, gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from community.categories.models import Category
from community.core.errors import Invalid
from community.core.forms import PageForm, Text
from community.posts.forms import LongWritten, Written
from community.topics.titles import LONGEST

_LOCAL = "%Y-%m-%dT%H:%M"
"""As browsers send a `datetime-local`, in the writer's own time zone."""


class UpdateForm(PageForm):
    """Writing an update."""

    section = SelectField(
        _l("What kind of update is it?"),
        choices=[
            SelectChoice("", _l("Please choose")),
            SelectChoice("numbers", _l("Numbers")),
            SelectChoice("making", _l("How it is made")),
            SelectChoice("incident", _l("Incident")),
            SelectChoice("decision", _l("Decision")),
            SelectChoice("roadmap", _l("Roadmap")),
            SelectChoice("wrong", _l("We were wrong")),
        ],
        validate_choice=False,
    )
    title = Written(_l("Title"), render_kw={"maxlength": LONGEST, "required": True, "autocomplete": "off"})
    body = LongWritten(_l("What there is to say"))
    category = SelectField(_l("Where does it belong?"), validate_choice=False)
    tags = Written(_l("Tags"), description=_l("Up to five words, separated by commas."), render_kw={"autocomplete": "off"})
    publish_at = Text(_l("Publish by itself at"), most=20, render_kw={"type": "datetime-local"})
    version = HiddenField()
    submission_id = HiddenField()

    def offer(self, categories: list[Category]) -> None:
        """Let it choose among these places."""
        places = [SelectChoice(category.slug, category.name) for category in categories]
        self.category.choices = places if len(places) < 2 else [SelectChoice("", gettext("Please choose")), *places]

    @property
    def has_places(self) -> bool:
        """Whether there is any place to choose."""
        return any(choice.value for choice in self.category.choices)

    def show_time(self, moment: datetime | None) -> None:
        """Show a time as its author's clock says it."""
        self.publish_at.data = moment.astimezone(get_timezone()).strftime(_LOCAL) if moment is not None else ""

    def time(self) -> datetime | None:
        """The time in UTC, None where none is given. Raises Invalid for what is none."""
        if not self.publish_at.data:
            return None
        try:
            local = datetime.strptime(self.publish_at.data[:16], _LOCAL)  # noqa: DTZ007 - its zone comes below
        except ValueError:
            raise Invalid(fields={"publish_at": gettext("Please give a day and a time.")}) from None
        return local.replace(tzinfo=get_timezone()).astimezone(UTC)
