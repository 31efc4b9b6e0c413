"""What the admin pages of categories may send."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from community.categories.models import Category
from community.core.errors import Invalid
from community.core.forms import LongText, PageForm, Text

OPENERS = [
    SelectChoice("members", _l("Everybody with an account")),
    SelectChoice("staff", _l("The team")),
    SelectChoice("", _l("Nobody")),
]
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


class CategoryForm(PageForm):
    """Making or changing a category. Address and place in the tree are given once."""

    name = Text(_l("Name"), most=60, render_kw={"required": True})
    slug = Text(_l("Address"), most=60, description=_l("Lower-case letters, digits and hyphens; it stays as it is."))
    description = LongText(_l("Description"), most=500, description=_l("One or two sentences: what belongs here."))
    parent = SelectField(_l("Below"), validate_choice=False)
    hue = RadioField(
        _l("Colour"), choices=[SelectChoice(str(hue), str(hue + 1)) for hue in range(12)], default="0", validate_choice=False
    )
    visibility = SelectField(
        _l("Who may read it"),
        choices=[
            SelectChoice("public", _l("Everybody")),
            SelectChoice("members", _l("Members")),
            SelectChoice("staff", _l("The team")),
        ],
        validate_choice=False,
    )
    question = SelectField(_l("Who may ask questions"), choices=OPENERS, default="members", validate_choice=False)
    discussion = SelectField(_l("Who may open discussions"), choices=OPENERS, default="members", validate_choice=False)
    promise_hours = Text(
        _l("Promised first answer, in desk hours"),
        most=3,
        description=_l("Left empty, it is the same as everywhere."),
        render_kw={"inputmode": "numeric"},
    )
    sort = Text(
        _l("Place in the list"),
        most=4,
        default="0",
        description=_l("Smaller numbers come first."),
        render_kw={"inputmode": "numeric"},
    )

    def offer(self, categories: list[Category]) -> None:
        """Let the category stand below one of these, which stand at the top."""
        tops = [category for category in categories if category.parent_id is None]
        self.parent.choices = [
            SelectChoice("", gettext("Nothing: at the top")),
            *(SelectChoice(top.slug, top.name) for top in tops),
        ]

    def show(self, category: Category) -> None:
        """Fill in what a category is."""
        for name in ("name", "slug", "description", "visibility"):
            self[name].data = getattr(category, name)
        self.hue.data, self.sort.data = str(category.hue), str(category.sort)
        self.promise_hours.data = str(category.promise_hours or "")
        self.question.data, self.discussion.data = category.opens.get("question", ""), category.opens.get("discussion", "")

    def values(self) -> dict[str, Any]:
        """What both actions take. Raises Invalid where a number is none."""
        wrong = {
            name: gettext("Please give a whole number.") for name in ("hue", "sort") if not _NUMBER.fullmatch(self[name].data or "")
        }
        if self.promise_hours.data and not _NUMBER.fullmatch(self.promise_hours.data):
            wrong["promise_hours"] = gettext("Please give a whole number.")
        if wrong:
            raise Invalid(fields=wrong)
        opens = {"question": self.question.data or "", "discussion": self.discussion.data or ""}
        return {
            "name": self.name.data,
            "description": self.description.data,
            "hue": int(self.hue.data),
            "visibility": self.visibility.data or "",
            "opens": {kind: who for kind, who in opens.items() if who},
            "sort": int(self.sort.data),
            "promise_hours": int(self.promise_hours.data) if self.promise_hours.data else None,
        }
