"""What the pages of updates may send."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import get_timezone, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from community.categories.models import Category
from community.core.errors import Invalid, Refused
from community.core.forms import PageForm, Text
from community.posts.forms import LongWritten, Written
from community.topics.titles import LONGEST
from community.updates.actions.figuring import LONGEST_CAPTION, LONGEST_UNIT
from community.updates.measures import MEASURES
from community.updates.tables import MOST_BYTES

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


class FigureForm(PageForm):
    """A figure: typed in, pasted from a spreadsheet, as a file, or one of the forum's own numbers."""

    takes_files = True

    measure = SelectField(_l("A number of this forum"), validate_choice=False)
    caption = Written(_l("What it shows"), render_kw={"maxlength": LONGEST_CAPTION, "autocomplete": "off"})
    measured_in = Written(_l("Unit"), render_kw={"maxlength": LONGEST_UNIT, "autocomplete": "off"})
    chart = SelectField(
        _l("Shown as"),
        choices=[
            SelectChoice("bar", _l("Bars")),
            SelectChoice("stacked", _l("Bars, one upon another")),
            SelectChoice("line", _l("Lines")),
            SelectChoice("area", _l("Areas, one upon another")),
            SelectChoice("share", _l("Parts of a whole")),
            SelectChoice("table", _l("A table alone")),
        ],
        validate_choice=False,
    )
    numbers = LongWritten(
        _l("The numbers"),
        description=_l("A row of names first. Paste from a spreadsheet, or write: Month, Sent, Returned"),
        render_kw={"rows": 10, "spellcheck": "false"},
    )
    file = FileField(_l("Or a file of comma-separated values"), render_kw={"accept": ".csv,text/csv"})
    note = Written(_l("What was wrong"), render_kw={"maxlength": 500, "autocomplete": "off"})

    def offer(self) -> None:
        """Let it choose among the forum's own numbers."""
        self.measure.choices = [
            SelectChoice("", gettext("Please choose")),
            *(SelectChoice(name, each.label) for name, each in MEASURES.items()),
        ]

    def fields(self) -> dict[str, str]:
        """What the actions take."""
        named = {name: self[name].data or "" for name in ("caption", "measured_in", "chart")}
        return {**named, "data": self._sent_data()}

    def _sent_data(self) -> str:
        """The file where there is one, else what was typed. Raises Invalid for a file that holds no text."""
        sent = self.file.data
        if not sent or not getattr(sent, "filename", ""):
            return str(self["numbers"].data or "")
        held = sent.read(MOST_BYTES + 1)
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return str(held.decode(encoding))
            except UnicodeDecodeError:
                continue
        raise Invalid(fields={"data": gettext("This file holds no text.")})

    def show(self, caption: str, measured_in: str, chart: str, data: str) -> None:
        """Fill in what a figure is."""
        self.caption.data, self.measured_in.data, self.chart.data = caption, measured_in, chart
        self.numbers.data = data

    def refuse(self, error: Refused) -> None:
        """What is wrong with the numbers is said below them."""
        if isinstance(error, Invalid) and "data" in error.fields:
            error = Invalid(fields={("numbers" if name == "data" else name): sentence for name, sentence in error.fields.items()})
        super().refuse(error)
