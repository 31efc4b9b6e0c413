"""Objecting, and deciding on it. What is reversed is put back in the same transaction that says so."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from community.accounts.actions.suspensions import lift
from community.accounts.links import use_link
from community.accounts.models import Suspension
from community.appeals.events import AppealDecided, AppealMade
from community.appeals.models import OUTCOMES, Appeal
from community.appeals.policy import in_time, may_decide
from community.appeals.queries import appeal_of_removal, appeal_of_suspension, own_removal
from community.core.errors import Conflict, Invalid, NotFound, require
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.posts.actions.remove import live_removal, restore
from community.posts.models import Post, Removal
from community.staff.viewer import Viewer, refreshed

SHORTEST, LONGEST, LONGEST_DECISION = 10, 2_000, 500
"""Characters of an objection, and of the reason of a decision."""

PURPOSE: Final = "appeal"
"""Of the mailed link by which somebody objects who may not sign in."""


def appeal_removal(*, by: Viewer, post_id: int, words: str) -> int:
    """Object to the removal of one's own post; returns the appeal's id.

    Raises NotFound for what is not one's own or not removed by others, Conflict after the time or for a second one.
    """
    words = _text(words, "words", SHORTEST, LONGEST)
    with unit() as u:
        by = refreshed(by)
        post, removal = own_removal(by, post_id)
        require(in_time(removal.at, u.now))
        if appeal_of_removal(removal.id) is not None:
            raise Conflict(_("You have objected to this already. Each decision can be objected to once."))
        return _add(u, by.id, removal.by_id, words, post=post, removal_id=removal.id)


def appeal_suspension(*, token: str, words: str) -> int:
    """Object to a suspension by the link that was mailed with it; returns the appeal's id. Raises LinkOver, and as above."""
    words = _text(words, "words", SHORTEST, LONGEST)
    with unit() as u:
        link = use_link(u, token, PURPOSE)
        suspension = u.fetch(Suspension, link.subject_id)
        require(in_time(suspension.started_at, u.now))
        if appeal_of_suspension(suspension.id) is not None:
            raise Conflict(_("You have objected to this already. Each decision can be objected to once."))
        return _add(u, suspension.account_id, suspension.by_id, words, suspension_id=suspension.id)


def decide(*, by: Viewer, appeal_id: int, outcome: str, decision: str) -> None:
    """Uphold or reverse what was decided, with a reason that everybody reads; what is reversed is put back at once.

    Raises NotFound, Forbidden for who decided it first, Conflict where it was decided already.
    """
    if outcome not in OUTCOMES:
        raise Invalid(fields={"outcome": _("Please choose one of the options.")})
    decision = _text(decision, "decision", SHORTEST, LONGEST_DECISION)
    with unit() as u:
        by = refreshed(by)
        if not by.is_moderator:
            raise NotFound
        appeal = u.fetch(Appeal, appeal_id)
        require(may_decide(by, appeal))
        appeal.outcome, appeal.decision, appeal.decided_by_id, appeal.decided_at = outcome, decision, by.id, u.now
        post = _post(u, appeal)
        if outcome == "reversed":
            _reverse(u, by, appeal, post)
        u.record(AppealDecided(by_id=by.id, appeal_id=appeal.id, account_id=appeal.account_id, outcome=outcome, **_where(post)))


def _reverse(u: Unit, by: Viewer, appeal: Appeal, post: Post | None) -> None:
    if post is not None:
        removal = live_removal(u, post.id)
        if removal is not None and removal.id == appeal.removal_id:
            restore(u, by, post, removal)
        return
    suspension = u.fetch(Suspension, appeal.suspension_id)
    if suspension.lifted_at is None:
        lift(u, by, suspension)


def _add(u: Unit, account_id: int | None, by_id: int, words: str, *, post: Post | None = None, **about: int) -> int:
    appeal = u.add(Appeal(account_id=account_id, by_id=by_id, words=words, at=u.now, **about))
    u.record(AppealMade(by_id=account_id, appeal_id=appeal.id, account_id=appeal.account_id, **_where(post)))
    return appeal.id


def _post(u: Unit, appeal: Appeal) -> Post | None:
    removal = u.session.get(Removal, appeal.removal_id) if appeal.removal_id is not None else None
    return u.fetch(Post, removal.post_id) if removal is not None else None


def _where(post: Post | None) -> dict[str, int]:
    return {"topic_id": post.topic_id, "category_id": post.topic.category_id, "post_id": post.id} if post is not None else {}


def _text(text: str, field: str, shortest: int, longest: int) -> str:
    text = "\n".join(" ".join(line.split()) for line in text.replace("\r\n", "\n").split("\n")).strip()
    if not shortest <= len(text) <= longest or not is_clean(text):
        raise Invalid(fields={field: _("Please write %(least)s to %(most)s characters.", least=shortest, most=longest)})
    return text
