"""What the pages of answers may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from community.core.forms import LongText, PageForm, Text
from community.core.markup import MAX_CHARS
from community.topics.titles import LONGEST_PRODUCT


class RejectionForm(PageForm):
    """Saying that an answer did not solve it."""

    body = LongText(
        _l("What is still wrong?"),
        most=MAX_CHARS,
        description=_l("Everybody can read it; it stands as your reply to the answer."),
        render_kw={"rows": 4},
    )


class CheckForm(PageForm):
    """Saying that an answer still is true."""

    version = Text(_l("Checked for version"), most=LONGEST_PRODUCT)
