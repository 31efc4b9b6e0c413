"""Following by hand, "I have this problem too", and what a visitor's mailed link leads to."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from markupsafe import Markup

from community.accounts.gate import members_only, public, viewer, without_session
from community.accounts.queries import account_by_handle
from community.categories.queries import category_for
from community.core.errors import Conflict, Invalid
from community.core.fragments import private_page, respond, restyled
from community.core.limits import by_field, by_network, by_person
from community.follows import actions
from community.follows.actions.visitors import visitor_of
from community.follows.forms import AddressForm, LevelForm
from community.follows.models import ALL_UPDATES
from community.follows.policy import may_have_too, takes_me_toos
from community.follows.queries import follows_of, standing_in, tag_for
from community.posts.fragments import aside_replaced, head_replaced
from community.posts.queries import topic_view
from community.topics.queries import topic_for

bp = Blueprint("follows", __name__)

FOLLOWING = "60 per minute"
LIST = "/settings/follows"


@bp.post("/t/<int:topic_id>/follow")
@by_person(FOLLOWING)
@members_only
def follow_topic(topic_id: int) -> Response:
    """Follow a topic, or hear nothing of it."""
    actions.follow_topic(by=viewer(), topic_id=topic_id, level=LevelForm().level.data or "everything")
    return _answered(f"/t/{topic_id}", restyled())


@bp.post("/t/<int:topic_id>/follow/undo")
@by_person(FOLLOWING)
@members_only
def unfollow_topic(topic_id: int) -> Response:
    """Follow it no longer."""
    actions.unfollow(by=viewer(), kind="topic", target_id=topic_id)
    return _answered(f"/t/{topic_id}", restyled())


@bp.post("/c/<slug>/follow")
@by_person(FOLLOWING)
@members_only
def follow_category(slug: str) -> Response:
    """Follow a category."""
    actions.follow_category(by=viewer(), slug=slug, level=LevelForm().level.data or "topics")
    return _answered(f"/c/{slug}")


@bp.post("/c/<slug>/follow/undo")
@by_person(FOLLOWING)
@members_only
def unfollow_category(slug: str) -> Response:
    """Follow it no longer."""
    actions.unfollow(by=viewer(), kind="category", target_id=category_for(viewer(), slug).id)
    return _answered(f"/c/{slug}")


@bp.post("/tags/<tag>/follow")
@by_person(FOLLOWING)
@members_only
def follow_tag(tag: str) -> Response:
    """Follow a tag."""
    actions.follow_tag(by=viewer(), name=tag, level=LevelForm().level.data or "topics")
    return _answered(f"/tags/{tag}")


@bp.post("/tags/<tag>/follow/undo")
@by_person(FOLLOWING)
@members_only
def unfollow_tag(tag: str) -> Response:
    """Follow it no longer."""
    actions.unfollow(by=viewer(), kind="tag", target_id=tag_for(viewer(), tag).id)
    return _answered(f"/tags/{tag}")


@bp.post("/u/<handle>/follow")
@by_person(FOLLOWING)
@members_only
def follow_person(handle: str) -> Response:
    """Follow what somebody writes."""
    actions.follow_person(by=viewer(), handle=handle, level=LevelForm().level.data or "everything")
    return _answered(f"/u/{handle}")


@bp.post("/u/<handle>/follow/undo")
@by_person(FOLLOWING)
@members_only
def unfollow_person(handle: str) -> Response:
    """Follow them no longer."""
    actions.unfollow(by=viewer(), kind="person", target_id=account_by_handle(viewer(), handle).id)
    return _answered(f"/u/{handle}")


@bp.post("/updates/follow")
@by_person(FOLLOWING)
@members_only
def follow_updates() -> Response:
    """Follow the company's updates."""
    actions.follow_updates(by=viewer())
    return _answered("/updates")


@bp.post("/updates/follow/undo")
@by_person(FOLLOWING)
@members_only
def unfollow_updates() -> Response:
    """Follow them no longer."""
    actions.unfollow(by=viewer(), kind="updates", target_id=ALL_UPDATES)
    return _answered("/updates")


@bp.get(LIST)
@members_only
def follows() -> Response:
    """What the viewer follows."""
    return private_page("follows/follows.html", follows=follows_of(viewer()))


@bp.get("/t/<int:topic_id>/me-too")
@public
def me_too(topic_id: int) -> Response:
    """The page of a question's other owners: a button for members, a form for an address for visitors."""
    return _me_too_page(topic_id, AddressForm(formdata=None))


@bp.post("/t/<int:topic_id>/me-too")
@by_person(FOLLOWING)
@members_only
def add_me_too(topic_id: int) -> Response:
    """Say that one has this problem too."""
    actions.add_me_too(by=viewer(), topic_id=topic_id)
    return _counted(topic_id, _("You hear when it is solved."))


@bp.post("/t/<int:topic_id>/me-too/undo")
@by_person(FOLLOWING)
@members_only
def undo_me_too(topic_id: int) -> Response:
    """Take that back."""
    actions.undo_me_too(by=viewer(), topic_id=topic_id)
    return _counted(topic_id, _("Taken back."))


@bp.post("/t/<int:topic_id>/me-too/address")
@by_network("10 per hour")
@by_field("address", "10 per day")
@without_session
@public
def leave_address(topic_id: int) -> Response:
    """Leave an address to hear of the solution; the answer tells nothing of whether it is known."""
    form = AddressForm()
    try:
        actions.leave_address(by=viewer(), topic_id=topic_id, address=form.address.data)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        if isinstance(error, Invalid) and not form.address.errors:
            form.address.errors = [error.sentence]
        return _me_too_page(topic_id, form, error.status)
    return private_page("follows/left.html", topic=topic_view(viewer(), topic_id))


@bp.get("/me-too/<token>")
@by_network("60 per hour", methods=("GET",))
@public
def confirmation(token: str) -> Response:
    """The page that a mailed link opens, with one button."""
    return private_page("follows/confirm.html", topic=visitor_of(token), token=token)


@bp.post("/me-too/<token>")
@by_network("30 per hour")
@without_session
@public
def confirm(token: str) -> Response:
    """Confirm the address that the link was sent to."""
    topic = actions.confirm_visitor(token=token)
    return private_page("follows/confirmed.html", topic=topic)


def _me_too_page(topic_id: int, form: AddressForm, status: int = 200) -> Response:
    who, topic = viewer(), topic_for(viewer(), topic_id)
    return private_page(
        "follows/me_too.html",
        status,
        topic=topic_view(who, topic_id),
        form=form,
        open=takes_me_toos(topic),
        may=may_have_too(who, topic),
        has_too=who.signed_in and standing_in(who, topic_id).has_too,
    )


def _counted(topic_id: int, said: str) -> Response:
    topic = topic_view(viewer(), topic_id)
    streams = (head_replaced(topic), aside_replaced(topic), restyled())
    return respond(topic.url, *streams, said=said)


def _answered(address: str, *streams: Markup) -> Response:
    """Back to where the button stood: the page of the thing, or the list of follows."""
    if "list" in request.form:
        return respond(LIST)
    return respond(address, *streams)
