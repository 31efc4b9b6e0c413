"""What the pages of talks may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField

from community.core.forms import PageForm
from community.posts.forms import LongWritten, Written
from community.talks.actions.speaking import LONGEST
from community.talks.actions.working import LONGEST_NOTE
from community.topics.titles import LONGEST as LONGEST_TITLE


class MessageForm(PageForm):
    """A message, the first one or another."""

    body = LongWritten(_l("Your message"), render_kw={"maxlength": LONGEST, "rows": 3, "required": True})
    page = HiddenField()
    submission_id = HiddenField()


class HandOverForm(PageForm):
    """Another employee to whom a talk is handed over, and what is to be said with it."""

    to = SelectField(_l("To"), validate_choice=False)
    note = Written(_l("Note for the team"), render_kw={"maxlength": LONGEST_NOTE})


class PublicationForm(PageForm):
    """What is to become public, word for word."""

    title = Written(_l("The question in one sentence"), render_kw={"maxlength": LONGEST_TITLE, "required": True})
    question = LongWritten(_l("The question"), render_kw={"rows": 6, "required": True})
    answer = LongWritten(_l("The answer"), render_kw={"rows": 8, "required": True})
    category = SelectField(_l("Place"), validate_choice=False)
    named = BooleanField(_l("Under my name"), default=True)
    solved = BooleanField(_l("This solved it for me"))
