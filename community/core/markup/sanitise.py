"""The one sanitiser. What is not listed here cannot reach a page."""

from __future__ import annotations

import re

import nh3
from pygments.token import STANDARD_TYPES

OUTSIDE_REL = "nofollow ugc noopener"
SCHEMES = frozenset(["http", "https", "mailto"])

_TAGS = "p br hr h3 h4 h5 h6 strong em s code pre blockquote ul ol li a img table thead tbody tr th td span"
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}
VALUES = {
    "a": {"rel": {OUTSIDE_REL}},
    "img": {"loading": {"lazy"}},
    "pre": {"tabindex": {"0"}},
    "th": {"align": {"left", "center", "right"}},
    "td": {"align": {"left", "center", "right"}},
}
CLASSES = {
    "a": {"mention"},
    "pre": {"highlight"},
    "ul": {"contains-task-list"},
    "ol": {"contains-task-list"},
    "li": {"task-list-item"},
    # The token classes of Pygments, and the mark of a task.
    "span": {"task-list-mark", *(name for name in STANDARD_TYPES.values() if name)},
}
"""No class of the site's own look: what a member writes can never draw a badge."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\\\x7f-\xa0]|\A//")
_OWN_IMAGE = re.compile(r"/uploads/(?![./])(?:[A-Za-z0-9_~-]|\.(?!\.)|/(?![./]))+(?:\?[A-Za-z0-9=&_-]*)?")


def is_safe_url(url: str) -> bool:
    """Tell whether a link may lead to `url`: http, https, mailto, or an address without a scheme.

    Refused are other schemes, addresses relative to the protocol (`//host`), and characters that
    browsers drop (tab) or turn round (backslash), which would make them so.
    """
    if _UNSAFE_IN_URL.search(url):
        return False
    scheme = _SCHEME.match(url)
    return scheme is None or scheme[1].lower() in SCHEMES


def is_own_image(url: str) -> bool:
    """Tell whether `url` is the path of an uploaded image of this site; dots cannot lead out of it."""
    return _OWN_IMAGE.fullmatch(url) is not None


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if is_safe_url(value) else None
    if tag == "img" and attribute == "src":
        return value if is_own_image(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes=ATTRIBUTES,
    attribute_filter=_keep,
    link_rel=None,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
)


def sanitise(html: str) -> str:
    """Return `html` with only the tags, attributes, classes and addresses listed in this module."""
    return _CLEANER.clean(html)
