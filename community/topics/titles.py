"""Titles, and the slugs made of them."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.markup import without_invisible
from community.core.text import has_towers, is_clean

LONGEST = 150
"""Characters of a title, as in the largest question-and-answer sites; what is longer belongs in the body."""

LONGEST_PRODUCT = 80
"""Characters of a product or a version."""

_SLUG_LENGTH = 60


def checked_title(text: str) -> str:
    """A title as it is stored: one line without invisible characters. Raises Invalid when it is empty or too long."""
    title = one_line(text, "title")
    if not any(each.isalnum() for each in title):
        raise Invalid(fields={"title": _("Please give it a title.")})
    if len(title) > LONGEST:
        raise Invalid(fields={"title": _("A title has at most %(num)s characters.", num=LONGEST)})
    return title


def checked_product(text: str, field: str) -> str:
    """The name of a product or a version. Raises Invalid when it is too long."""
    name = one_line(text, field)
    if len(name) > LONGEST_PRODUCT:
        raise Invalid(fields={field: _("Please write at most %(num)s characters.", num=LONGEST_PRODUCT)})
    return name


def one_line(text: str, field: str) -> str:
    """Text in one line, without what is invisible. Raises Invalid for control characters, lone surrogates and towers of marks."""
    if not is_clean(text) or has_towers(text):
        raise Invalid(fields={field: _("This holds characters that cannot be stored.")})
    return " ".join(without_invisible(text).split())


def slug_of(title: str) -> str:
    """The readable part of an address: ASCII letters and digits, at most 60 characters, never empty."""
    letters = unicodedata.normalize("NFKD", title.lower().replace("ß", "ss"))
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", letters).encode("ascii", "ignore").decode())
    slug = "-".join(words)
    if len(slug) > _SLUG_LENGTH:
        slug = slug[: _SLUG_LENGTH + 1].rpartition("-")[0] or slug[:_SLUG_LENGTH]
    return slug or "topic"


def topic_url(topic_id: int, slug: str) -> str:
    """The path of a topic's first page."""
    return f"/t/{topic_id}/{slug}"
