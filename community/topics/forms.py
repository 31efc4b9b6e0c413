"""What the pages of topics may send."""

from __future__ import annotations

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from community.categories.models import Category
from community.core.errors import Invalid
from community.core.forms import PageForm, Text

_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?(?:/?t/|#)?([1-9][0-9]{0,17})(?:[/?#]\S*)?", re.ASCII)


class ClosureForm(PageForm):
    """Closing a topic."""

    reason = Text(_l("Why, in a sentence that everybody can read"), most=500, render_kw={"required": True})


class DuplicateForm(PageForm):
    """Marking a question as a duplicate."""

    original = Text(_l("Address or number of the other question"), most=400, render_kw={"required": True, "autocomplete": "off"})

    def original_id(self) -> int:
        """The id in the address. Raises Invalid where there is none."""
        found = _ADDRESS.fullmatch(self.original.data.strip())
        if found is None:
            raise Invalid(fields={"original": gettext("Please give the address of a question here.")})
        return int(found[1])


class MoveForm(PageForm):
    """Moving a topic."""

    category = SelectField(_l("New category"), render_kw={"required": True})

    def offer(self, categories: list[Category]) -> None:
        """Let the form choose among these categories."""
        places = [SelectChoice(category.slug, category.name) for category in categories]
        self.category.choices = [SelectChoice("", gettext("Please choose")), *places] if places else []
