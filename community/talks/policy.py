"""Who may do what in a talk."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, Unauthorized, refused
from community.staff.viewer import Viewer
from community.talks.models import Publication, Talk


def may_open_talk(viewer: Viewer) -> Decision:
    """Whether this viewer may begin to talk with the desk."""
    if not viewer.signed_in:
        return refused(_("Please sign in first."), Unauthorized)
    if viewer.is_staff:
        return refused(_("You are the desk: customers talk to you."))
    return ALLOWED


def may_be_on_duty(viewer: Viewer) -> Decision:
    """Whether this viewer may say that they are on duty."""
    return ALLOWED if viewer.is_staff else refused(_("Only employees are on duty."))


def may_speak(viewer: Viewer, talk: Talk) -> Decision:
    """Whether somebody who sees a talk may say something in it."""
    if talk.ended_at is not None and viewer.is_staff and viewer.id != talk.customer_id:
        return refused(_("This talk has ended. Only its customer can go on with it."), Conflict)
    return ALLOWED


def may_work_on(viewer: Viewer, talk: Talk) -> Decision:
    """Whether this viewer may take a talk and hand it over."""
    if not is_desk(viewer, talk):
        return refused(_("Only the desk does this."))
    if talk.ended_at is not None:
        return refused(_("This talk has ended."), Conflict)
    return ALLOWED


def may_propose(viewer: Viewer, talk: Talk) -> Decision:
    """Whether somebody who sees a talk may propose to make it public."""
    if talk.topic_id is not None:
        return refused(_("This talk is public already."), Conflict)
    if not viewer.confirmed:
        return refused(_("Please confirm your address first."))
    return ALLOWED


def may_settle(viewer: Viewer, talk: Talk, publication: Publication) -> Decision:
    """Whether this viewer may agree to a proposal or decline it: only the other side may."""
    if publication.outcome is not None:
        return refused(_("This was settled already."), Conflict)
    if publication.by_staff == is_desk(viewer, talk):
        return refused(_("The other side decides on this."))
    return ALLOWED


def is_desk(viewer: Viewer, talk: Talk) -> bool:
    """Whether this viewer stands on the side of the desk in this talk."""
    return viewer.is_staff and viewer.id != talk.customer_id
