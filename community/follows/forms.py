"""What the pages of follows may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from community.core.forms import PageForm, Text


class LevelForm(PageForm):
    """How to follow something; empty is the usual way."""

    level = Text(_l("How"), most=20)


class AddressForm(PageForm):
    """A visitor's address, for one purpose."""

    address = Text(
        _l("E-mail"),
        most=254,
        description=_l("For this alone: one mail to confirm it, one when the question is solved. Then it is deleted."),
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "required": True},
    )
