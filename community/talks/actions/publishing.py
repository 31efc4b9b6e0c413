"""Making a talk public: one side proposes, word for word, the other agrees, and it becomes a question with its answer.

The question and the answer are written by the actions that write all posts, each in a unit of its own. So an agreement is stored
first, and what a killed process left undone is done by the worker: everything here may be tried again.
"""

from __future__ import annotations

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from community.accounts.actions.opening import add_account, free_handle
from community.accounts.events import AccountOpened
from community.answers.actions import accept_answer
from community.categories.policy import may_open_topic
from community.categories.queries import category_by_id
from community.core.errors import Conflict, Invalid, NotFound, Refused, require
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.actions import open_topic, write_post
from community.posts.writing import prepared
from community.staff.viewer import Viewer, refreshed, viewer_unchecked
from community.talks.actions.speaking import note_deed
from community.talks.models import Publication, Talk
from community.talks.policy import is_desk, may_propose, may_settle
from community.talks.queries import talk_for
from community.topics.titles import checked_title

logger = structlog.get_logger()


def propose(
    *, by: Viewer, talk_id: int, category_id: int, title: str, question: str, answer: str, named: bool = True, solved: bool = False
) -> None:
    """Propose to make this public, in these very words; a proposal of the same side before is withdrawn.

    `named` and `solved` are a customer's: whether their name is to stand there, and whether it solved their problem. Raises
    Invalid with a sentence for every field that does not fit, Conflict while the other side has a proposal that waits.
    """
    title = checked_title(title)
    asked, answered = _text(question, "question"), _text(answer, "answer")
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        require(may_propose(by, talk))
        _check_place(talk, category_id)
        desk, open_one = is_desk(by, talk), _open(u, talk)
        if open_one is not None and open_one.by_staff != desk:
            raise Conflict(_("The other side has proposed something. Please decide on that first."))
        if open_one is not None:
            open_one.outcome, open_one.settled_at = "withdrawn", u.now
            u.session.flush()
        assert by.id is not None
        u.add(
            Publication(
                talk_id=talk.id,
                by_id=by.id,
                by_staff=desk,
                at=u.now,
                category_id=category_id,
                title=title,
                question=asked,
                answer=answered,
                customer_named=None if desk else named,
                solved=solved and not desk,
                answerer_id=by.id if desk else None,
            )
        )
        note_deed(u, by, talk, "proposed")


def withdraw(*, by: Viewer, talk_id: int) -> None:
    """Take one's own side's proposal back; nothing where there is none."""
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        found = _open(u, talk)
        if found is not None and found.by_staff == is_desk(by, talk):
            found.outcome, found.settled_at = "withdrawn", u.now
            note_deed(u, by, talk, "withdrawn")


def decline(*, by: Viewer, talk_id: int, publication_id: int) -> None:
    """Say no to a proposal. Raises Conflict where it was settled already, Forbidden for the side that made it."""
    with unit() as u:
        by = refreshed(by)
        talk, found = _to_settle(u, by, talk_id, publication_id)
        found.outcome, found.settled_at = "declined", u.now
        note_deed(u, by, talk, "declined")


def agree(*, by: Viewer, talk_id: int, publication_id: int, named: bool = True, solved: bool = False) -> int | None:
    """Say yes to a proposal, and make it public; returns the id of the question.

    `named` and `solved` as in `propose`, where it is the customer who agrees. None where writing it has to wait for the worker.
    """
    with unit() as u:
        by = refreshed(by)
        talk, found = _to_settle(u, by, talk_id, publication_id)
        _check_place(talk, found.category_id)
        if is_desk(by, talk):
            found.answerer_id = by.id
        else:
            found.customer_named, found.solved = named, solved
        found.outcome, found.settled_at = "agreed", u.now
        note_deed(u, by, talk, "agreed")
    try:
        return publish(publication_id)
    except Refused:
        logger.warning("a talk could not be made public yet", publication=publication_id, exc_info=True)
        return None


def publish_agreed() -> None:
    """Write what was agreed on and is not there yet. What is refused is tried again with the next round."""
    waiting = select(Publication.id).where(Publication.outcome == "agreed", Publication.topic_id.is_(None)).order_by(Publication.id)
    for publication_id in db.session.scalars(waiting).all():
        db.session.rollback()
        try:
            publish(publication_id)
        except Refused:
            logger.warning("a talk could not be made public yet", publication=publication_id, exc_info=True)


def publish(publication_id: int) -> int:
    """Write an agreed proposal as a question with its answer; returns the question's id. Once written it is not written again.

    Raises Refused where its asker or answerer may not write at the moment.
    """
    with unit() as u:
        found = u.fetch(Publication, publication_id)
        if found.topic_id is not None:
            return found.topic_id
        found.asker_id = found.asker_id or _asker(u, found)
        asker_id, answerer_id, solved = found.asker_id, found.answerer_id, found.solved
        words = {"title": found.title, "category_id": found.category_id}
        question, answer = found.question, found.answer
    assert answerer_id is not None, "whoever agrees or proposes at the desk answers"
    key, asker = f"talk-{publication_id}", viewer_unchecked(asker_id)
    asked = open_topic(by=asker, kind="question", body=question, submission_id=key, **words)  # type: ignore[arg-type]
    answered = write_post(by=viewer_unchecked(answerer_id), topic_id=asked.topic_id, body=answer, role="answer", submission_id=key)
    if solved:
        accept_answer(by=asker, post_id=answered.post_id)
    with unit() as u:
        found = u.fetch(Publication, publication_id)
        if found.topic_id is None:
            talk = u.fetch(Talk, found.talk_id)
            found.topic_id = talk.topic_id = asked.topic_id
            note_deed(u, viewer_unchecked(answerer_id), talk, "published")
    return asked.topic_id


def _text(body: str, field: str) -> str:
    try:
        return prepared(body).body
    except Invalid as error:
        raise Invalid(fields={field: error.sentence}) from None


def _open(u: Unit, talk: Talk) -> Publication | None:
    return u.session.scalars(select(Publication).where(Publication.talk_id == talk.id, Publication.outcome.is_(None))).one_or_none()


def _to_settle(u: Unit, by: Viewer, talk_id: int, publication_id: int) -> tuple[Talk, Publication]:
    talk = talk_for(by, talk_id)
    found = u.fetch(Publication, publication_id)
    if found.talk_id != talk.id:
        raise NotFound
    require(may_settle(by, talk, found))
    require(may_propose(by, talk))
    return talk, found


def _check_place(talk: Talk, category_id: int) -> None:
    """The question stands where the customer themselves could have asked it."""
    customer = viewer_unchecked(talk.customer_id)
    if not customer.confirmed or customer.suspended:
        raise Conflict(_("The customer has to confirm their address first."))
    try:
        category = category_by_id(customer, category_id)
    except NotFound:
        raise Invalid(fields={"category": _("Please choose a place.")}) from None
    if not may_open_topic(customer, category, "question"):
        raise Invalid(fields={"category": _("No question can be asked there.")})


def _asker(u: Unit, found: Publication) -> int:
    """The customer, or an account without a name and without a way in, which only this publication knows."""
    talk = u.fetch(Talk, found.talk_id)
    if found.customer_named:
        return talk.customer_id
    account = add_account(u, handle=free_handle("member"), name=_("A member"), confirmed=True)
    u.record(AccountOpened(account_id=account.id, needs_mail=False))
    return account.id
