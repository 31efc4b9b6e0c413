"""Why an editor did something: a sentence that everybody can read in the entry's history."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.text import is_clean

LONGEST_REASON = 300


def checked_reason(text: str) -> str:
    """A reason as it is stored. Raises Invalid when it is blank, too long or cannot be stored."""
    reason = " ".join(text.split())
    if not reason:
        raise Invalid(fields={"reason": _("Please say why, in a few words.")})
    if len(reason) > LONGEST_REASON or not is_clean(reason):
        raise Invalid(fields={"reason": _("Please write at most %(num)s characters.", num=LONGEST_REASON)})
    return reason
