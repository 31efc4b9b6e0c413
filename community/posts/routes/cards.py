"""The pictures by which others see a topic or the site when its address is shared."""

from __future__ import annotations

from flask import Response, redirect

from community.accounts.gate import public
from community.core.assets import FOR_EVER
from community.core.errors import NotFound
from community.core.limits import by_network
from community.posts.cards import Card, card_image, site_card, topic_card
from community.posts.queries import topic_page
from community.posts.routes.blueprint import bp
from community.staff.viewer import VISITOR


@bp.get("/cards/<int:topic_id>.png")
@bp.get("/cards/<int:topic_id>-<version>.png")
@by_network("120 per minute", methods=("GET",))
@public
def topic_picture(topic_id: int, version: str = "") -> Response:
    """The card of a topic that everybody may read; another version than the present one leads to that."""
    page = topic_page(VISITOR, topic_id, 1)
    if page.topic.removed or page.topic.held:
        raise NotFound
    card = topic_card(page)
    return _picture(card, version, f"/cards/{topic_id}-{card.version}.png")


@bp.get("/cards/site.png")
@bp.get("/cards/site-<version>.png")
@by_network("120 per minute", methods=("GET",))
@public
def site_picture(version: str = "") -> Response:
    """The card of the site."""
    card = site_card()
    return _picture(card, version, f"/cards/site-{card.version}.png")


def _picture(card: Card, version: str, address: str) -> Response:
    if version != card.version:
        moved = redirect(address, code=302)
        moved.headers["Cache-Control"] = "no-cache"
        assert isinstance(moved, Response)
        return moved
    answer = Response(card_image(card), mimetype="image/png")
    answer.headers["Cache-Control"] = FOR_EVER
    return answer
