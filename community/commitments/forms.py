"""What the pages of commitments may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice

from community.commitments.actions import LONGEST, LONGEST_WORDS
from community.core.forms import PageForm
from community.posts.forms import Written
from community.staff.queries import team


class OwnedForm(PageForm):
    """A form in which an employee is chosen, by handle."""

    owner = SelectField(_l("Who owns it"), validate_choice=False)

    def offer(self, handle: str) -> None:
        """Let it choose among the team; `handle` is the usual choice."""
        self.owner.choices = [SelectChoice(each.handle, each.name) for each in team()]
        self.owner.data = self.owner.data or handle

    def owner_id(self) -> int:
        """The chosen employee, 0 where there is none."""
        return next((each.id for each in team() if each.handle == self.owner.data), 0)


class CommitmentForm(OwnedForm):
    """Committing to something."""

    what = Written(_l("What will be done"), render_kw={"maxlength": LONGEST, "required": True, "autocomplete": "off"})
    due_on = DateField(_l("By the end of"), render_kw={"required": True})


class ChangeForm(OwnedForm):
    """Changing one: its day, its owner, or what became of it."""

    due_on = DateField(_l("By the end of"))
    reason = Written(_l("Why, in words that everybody reads"), render_kw={"maxlength": LONGEST_WORDS, "autocomplete": "off"})
