"""The picture by which others see a topic when its address is shared: drawn once for what it says, and kept.

What a card says is read as a visitor, so nothing that not everybody may read can be drawn. Its address carries a digest of
what it says, so it may be kept for ever, and another picture has another address.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from community.branding.routes import Brand
from community.core.errors import TooMany
from community.posts.views import TopicPage
from community.settings.queries import site

DRAWING: Final = 1
"""Raised when cards are drawn otherwise, so that addresses change."""

MOST_KEPT: Final = 2_000
"""Pictures of some 25 KB in the data folder; the ones made first go first, and are drawn again when somebody asks."""

SECONDS: Final = 20

_turns = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says, in the language of the site. `tone` is the colour of `state`; `badge` is drawn for staff alone."""

    brand: str
    hue: int
    title: str
    state: str = ""
    tone: str = "plain"
    answered_by: str = ""
    badge: str = ""

    @property
    def version(self) -> str:
        """A digest of all that it says."""
        told = json.dumps([DRAWING, asdict(self)], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:16]


def site_card() -> Card:
    """The card of everything that has none of its own."""
    known = site()
    with force_locale(known.default_language):
        brand = Brand(known.brand_name, known.tagline, known.hue)
    return Card(brand=brand.title, hue=known.hue, title=known.tagline)


def topic_card(page: TopicPage) -> Card:
    """The card of a topic, from its first page as a visitor sees it."""
    topic, best, known = page.topic, next(iter(page.cards), None), site()
    with force_locale(known.default_language):
        state, tone = _state(page)
        return Card(
            brand=Brand(known.brand_name, known.tagline, known.hue).title,
            hue=known.hue,
            title=topic.title,
            state=state,
            tone=tone,
            answered_by=best.author.name if best else "",
            badge=best.author.badge_text if best and best.author.badge == "staff" else "",
        )


def card_address(page: TopicPage) -> str:
    """Where the card of a topic lies, from any of its pages; from others than the first by a detour to its version."""
    number = page.topic.id
    return f"/cards/{number}-{topic_card(page).version}.png" if page.page.number == 1 else f"/cards/{number}.png"


def card_image(card: Card) -> bytes:
    """The card as a PNG of 1200 by 630 pixels. Raises TooMany while too many are being drawn."""
    kept = _folder() / f"{card.version}.png"
    if kept.exists():
        return kept.read_bytes()
    if not _turns.acquire(timeout=SECONDS):
        raise TooMany(retry_after=10)
    try:
        image = _drawn(card)
    finally:
        _turns.release()
    _keep(kept, image)
    return image


def _state(page: TopicPage) -> tuple[str, str]:
    topic = page.topic
    if topic.state == "solved":
        return _("Solved"), "solved"
    if topic.official_count:
        return _("Official answer"), "official"
    if topic.kind != "question":
        return "", "plain"
    return (_("Answered"), "plain") if topic.answer_count else (_("Waiting"), "open")


def _drawn(card: Card) -> bytes:
    # -I: neither the environment nor the working folder decides what the child imports.
    command = [sys.executable, "-I", str(Path(__file__).with_name("card_child.py"))]
    told = json.dumps(asdict(card)).encode()
    try:
        done = subprocess.run(command, input=told, capture_output=True, timeout=SECONDS, check=True, env={})
    except subprocess.TimeoutExpired:
        raise TooMany(retry_after=10) from None
    return done.stdout


def _keep(kept: Path, image: bytes) -> None:
    folder = kept.parent
    folder.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{threading.get_ident()}.part")
    partial.write_bytes(image)
    partial.replace(kept)
    pictures = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime)
    for old in pictures[:-MOST_KEPT]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    data: Path = current_app.config["BOTHWAYS"].data
    return data / "cards"
