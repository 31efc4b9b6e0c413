"""What the pages of posts may send. Texts are kept as they were sent, so that a refusal never costs anybody their words."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from community.core.errors import Invalid
from community.core.forms import PageForm, Text
from community.core.text import without_unwanted
from community.posts.models import RULES
from community.posts.queries.posts import rule_words
from community.topics.titles import LONGEST, LONGEST_PRODUCT

_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class Written(StringField):  # type: ignore[misc]
    """A text as it was sent, whatever is wrong with it: the action says so, and the page still shows it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value; what cannot be stored stays for the action to refuse."""
        self.data = valuelist[0].replace("\r\n", "\n") if valuelist else ""

    def _value(self) -> str:
        return without_unwanted(self.data or "")


class LongWritten(Written, TextAreaField):  # type: ignore[misc]
    """The same over several lines."""


class ReplyForm(PageForm):
    """Writing in a topic."""

    body = LongWritten()
    reply_to = HiddenField()
    role = HiddenField()
    brand = BooleanField(default=True)
    asks_info = BooleanField()
    page = HiddenField()
    submission_id = HiddenField()


class EditForm(PageForm):
    """Editing a post; of the first post of a topic also what the topic is about."""

    title = Written(_l("Title"), render_kw={"maxlength": LONGEST, "required": True, "autocomplete": "off"})
    body = LongWritten(_l("Text"))
    tags = Written(_l("Tags"), description=_l("Up to five words, separated by commas."), render_kw={"autocomplete": "off"})
    product = Written(_l("Product"), render_kw={"maxlength": LONGEST_PRODUCT, "list": "products"})
    product_version = Written(_l("Version"), render_kw={"maxlength": LONGEST_PRODUCT})
    note = Written(
        _l("What was wrong"),
        description=_l("One sentence. It stands on top of the update, with what was changed."),
        render_kw={"maxlength": 500, "autocomplete": "off"},
    )
    version = HiddenField()


class RemovalForm(PageForm):
    """Taking a post away."""

    rule = SelectField(_l("Which rule does it break?"), validate_choice=False)
    reason = Written(_l("Why, in a sentence that everybody can read"), render_kw={"maxlength": 500, "required": True})

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        words = rule_words()
        self.rule.choices = [SelectChoice(rule, words[rule]) for rule in RULES]


class OwnRemovalForm(PageForm):
    """Taking back what one wrote oneself."""

    reason = Text(_l("Why (you need not say)"), most=500)


def id_in(text: str | None, field: str) -> int | None:
    """The id in a hidden field; None where it is empty. Raises Invalid for anything else."""
    if not text:
        return None
    if not _ID.fullmatch(text):
        raise Invalid(fields={field: gettext("This is not the number of anything here.")})
    return int(text)
