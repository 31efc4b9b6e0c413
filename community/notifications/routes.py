"""The inbox, choosing mails, and the link that stops a mail."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, request
from flask_babel import gettext as _

from community.accounts.gate import members_only, public, token_alone, viewer
from community.core.fragments import fragment, private_page, respond, stream, wants_stream
from community.core.limits import by_network, by_person
from community.core.paging import page_number
from community.notifications import actions
from community.notifications.kinds import KINDS
from community.notifications.queries import bell, inbox, mail_choices
from community.topics.queries import topic_for

bp = Blueprint("notifications", __name__)


@bp.get("/inbox")
@members_only
def show_inbox() -> Response:
    """What the viewer was told, by topic."""
    return private_page("notifications/inbox.html", inbox=inbox(viewer(), page_number(request.args)))


@bp.post("/inbox/read")
@by_person("60 per minute")
@members_only
def read_all() -> Response:
    """Mark everything as read."""
    actions.mark_read(by=viewer())
    return respond("/inbox", said=_("Everything is read."))


@bp.post("/t/<int:topic_id>/read")
@by_person("120 per minute")
@members_only
def read_topic(topic_id: int) -> Response:
    """Mark what happened in a topic as read: by a button, or by the page of the topic while somebody looks at it."""
    topic = topic_for(viewer(), topic_id)
    actions.mark_read(by=viewer(), topic_id=topic.id)
    if request.form.get("back") == "inbox":
        return respond("/inbox")
    if wants_stream():
        return respond("", stream("replace", "bell", fragment("notifications/_bell.html", "bell", bell(viewer()).unread)))
    return respond(f"/t/{topic.id}")


@bp.get("/settings/notifications")
@members_only
def choices() -> Response:
    """Of which kinds the viewer gets mail."""
    return private_page("notifications/settings.html", kinds=list(KINDS.values()), choices=mail_choices(viewer()))


@bp.post("/settings/notifications")
@by_person("60 per hour")
@members_only
def choose() -> Response:
    """Choose."""
    wanted = set(request.form.getlist("kind"))
    actions.choose_mail(by=viewer(), wanted={name: name in wanted for name in mail_choices(viewer())})
    flash(_("Saved."), "good")
    return respond("/settings/notifications")


@bp.get("/unsubscribe/<token>")
@by_network("120 per hour", methods=("GET",))
@public
def stop_page(token: str) -> Response:
    """What the link of a mail stops, with one button."""
    return private_page("notifications/unsubscribe.html", stop=actions.stop_of(token), token=token, done=False)


@bp.post("/unsubscribe/<token>")
@by_network("120 per hour")
@token_alone
@public
def stop(token: str) -> Response:
    """Stop it: by the button, or by a mail program on its reader's behalf (RFC 8058), which has no session and no origin."""
    stopped = actions.unsubscribe(token=token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return make_response("", 200)
    return private_page("notifications/unsubscribe.html", stop=stopped, token=token, done=True)
