"""What the page to ask may send."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from community.categories.models import Category
from community.core.forms import PageForm
from community.posts.forms import LongWritten, Written
from community.topics.titles import LONGEST, LONGEST_PRODUCT

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_MOST_NUMBERS: Final = 20


class AskForm(PageForm):
    """Asking a question or opening a discussion.

    `shown` and `opened` are the similar questions that were listed and opened meanwhile, by their numbers; `searched` are
    the words of the search that led here.
    """

    title = Written(_l("Your question in one sentence"), render_kw={"maxlength": LONGEST, "required": True, "autocomplete": "off"})
    kind = RadioField(
        _l("What is it?"),
        choices=[SelectChoice("question", _l("A question")), SelectChoice("discussion", _l("A discussion"))],
        default="question",
    )
    category = SelectField(_l("Where does it belong?"), render_kw={"required": True})
    body = LongWritten(_l("Tell us more"))
    tags = Written(_l("Tags"), description=_l("Up to five words, separated by commas."), render_kw={"autocomplete": "off"})
    product = Written(_l("Product"), render_kw={"maxlength": LONGEST_PRODUCT, "list": "products"})
    product_version = Written(_l("Version"), render_kw={"maxlength": LONGEST_PRODUCT})
    brand = BooleanField(default=True)
    submission_id = HiddenField()
    shown = HiddenField()
    opened = HiddenField()
    searched = HiddenField()

    def offer(self, categories: list[Category]) -> None:
        """Let the form choose among these categories; those below another are named with it."""
        names = {category.id: category.name for category in categories}
        above = {category.id: f"{names[category.parent_id]} › " for category in categories if category.parent_id in names}
        choices = [SelectChoice(category.slug, f"{above.get(category.id, '')}{category.name}") for category in categories]
        self.category.choices = (
            choices if len(choices) == 1 else [SelectChoice("", gettext("Please choose")), *choices] if choices else []
        )

    def typed(self) -> dict[str, str]:
        """What can be kept and taken again: everything but what is issued anew."""
        return {field.name: str(field.data or "") for field in self if field.name not in {"submission_id", "brand"}}

    def take(self, begun: dict[str, str]) -> None:
        """Show what was begun before; fields that the form does not have are left out."""
        for name, text in begun.items():
            if name in self and name != "submission_id":
                self[name].data = text


def numbers_in(text: str | None) -> list[int]:
    """The numbers of a hidden field, in their order; what is none is left out, as a browser may send anything."""
    return [int(word) for word in (text or "")[:400].split() if _NUMBER.fullmatch(word)][:_MOST_NUMBERS]
