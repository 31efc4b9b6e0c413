"""Nobody can look like staff: names that pose as the brand or as an employee are refused."""

from __future__ import annotations

from flask_babel import gettext

from community.accounts.names import poses_as, skeleton
from community.core.errors import Invalid
from community.settings.queries import site
from community.staff.queries import staff_names_unchecked


def refuse_lookalike(*, handle: str | None = None, name: str | None = None, own: tuple[str, ...] = ()) -> None:
    """Raise Invalid for the field `handle` or `name` that could be taken for the brand or for somebody of the staff.

    `own` are the names that this person has already, which stay theirs.
    """
    settings = site()
    brand = settings.brand_name
    kept = {skeleton(own_name) for own_name in own}
    taken = {skeleton(text) for pair in staff_names_unchecked() for text in pair} - kept
    wrong = {}
    for field, text in (("handle", handle), ("name", name)):
        if text is None or skeleton(text) in kept:
            continue
        if poses_as(text, brand, settings.reserved_names):
            wrong[field] = gettext(
                "This name is kept for %(brand)s itself, or looks much like it. Please choose another.", brand=brand
            )
        elif skeleton(text) in taken:
            wrong[field] = gettext(
                "This looks like the name of somebody who works at %(brand)s. Please choose another.", brand=brand
            )
    if wrong:
        raise Invalid(fields=wrong)
