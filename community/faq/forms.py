"""What the editor's page of an entry may send."""

from __future__ import annotations

import re
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from community.core.forms import PageForm, Text
from community.faq.actions.reasons import LONGEST_REASON
from community.posts.forms import LongWritten, Written
from community.posts.views import LinkView
from community.topics.titles import LONGEST

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class EditorsForm(PageForm):
    """One of the forms of the page; `part` names it there."""

    part: ClassVar[str]


class WordingForm(EditorsForm):
    """Giving an entry words of its own."""

    part = "wording"

    question = Written(_l("The question, as many would ask it"), render_kw={"maxlength": LONGEST, "autocomplete": "off"})
    body = LongWritten(_l("The answer"))
    reason = Text(_l("Why, in a few words that everybody can read"), most=LONGEST_REASON, render_kw={"required": True})
    version = HiddenField()


class MergeForm(EditorsForm):
    """Letting an entry stand under another."""

    part = "merging"

    into = SelectField(_l("Which entry says the same?"), validate_choice=False)

    def offer(self, entries: list[LinkView]) -> None:
        """Let the form choose among these entries."""
        self.into.choices = [SelectChoice(str(entry.id), entry.title) for entry in entries]


class DropForm(EditorsForm):
    """Taking an entry out."""

    part = "dropping"

    reason = Text(_l("Why, in a few words that everybody can read"), most=LONGEST_REASON, render_kw={"required": True})


def number_in(text: str | None) -> int | None:
    """The number in a field; None for anything else."""
    return int(text) if text and _NUMBER.fullmatch(text) else None
