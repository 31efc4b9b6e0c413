"""Followers and me-toos of a duplicate go to its original, and come back when that is undone.

Each step is one statement for all of them. What was moved is kept as rows of `Move`; taking the same event twice finds
them and does nothing, and undoing brings back what nobody has changed at the original since.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, and_, cast, delete, exists, false, insert, literal, or_, select, true, update
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.core.base import Id
from community.core.unit import Unit
from community.follows.counting import recount_me_toos
from community.follows.events import MeToosRecounted
from community.follows.models import Follow, MeToo, Move, VisitorMeToo
from community.posts.models import Post
from community.staff.readers import accounts_that_read
from community.topics.events import DuplicateMarked, DuplicateUndone
from community.topics.models import Duplicate, Topic

_There = aliased(Follow)
_TooThere = aliased(MeToo)
_VisitorThere = aliased(VisitorMeToo)

QUIET = ("muted", "none")
"""Levels that do not move: who wants to hear nothing of the duplicate has not asked to hear of the original."""


def move_to_original(u: Unit, event: DuplicateMarked) -> None:
    """Inside a unit: move whoever may read the original, unless the duplicate was undone by now or this was done before."""
    duplicate, original = u.fetch(Topic, event.topic_id), u.fetch(Topic, event.original_id)
    moved = select(Move.id).where(Move.topic_id == duplicate.id, Move.original_id == original.id)
    if _is_live(u, duplicate, original) and not _any(u, moved):
        _move(u, duplicate, original, asker=True)
        _tell(u, duplicate, original)


def move_back(u: Unit, event: DuplicateUndone) -> None:
    """Inside a unit: bring back what was moved, and take away at the original what stands there as it was moved.

    Where the original was a duplicate itself since, everything went on from there: those steps are undone before and done again.
    """
    duplicate, original = u.fetch(Topic, event.topic_id), u.fetch(Topic, event.original_id)
    if not _any(u, select(Move.id).where(Move.topic_id == duplicate.id, Move.original_id == original.id)):
        return
    further = _moved_on(u, original)
    askers = [_asker_stands(u, *step) for step in further]
    for step in reversed(further):
        _return(u, *step)
    _return(u, duplicate, original)
    for step, asker in zip(further, askers, strict=True):
        if _is_live(u, *step):
            _move(u, *step, asker=asker)
    _tell(u, duplicate, original, *(at for _from, at in further))


def _move(u: Unit, duplicate: Topic, original: Topic, *, asker: bool) -> None:
    _move_follows(u, duplicate, original)
    _move_members(u, duplicate, original)
    if asker:
        _add_asker(u, duplicate, original)
    _move_visitors(u, duplicate, original)
    u.session.flush()


def _return(u: Unit, duplicate: Topic, original: Topic) -> None:
    these = (Move.topic_id == duplicate.id, Move.original_id == original.id)
    _return_follows(u, duplicate, original, these)
    _return_members(u, duplicate, original, these)
    _return_visitors(u, duplicate, original, these)
    u.session.execute(delete(Move).where(*these))


def _is_live(u: Unit, duplicate: Topic, original: Topic) -> bool:
    live = (Duplicate.topic_id == duplicate.id, Duplicate.original_id == original.id, Duplicate.undone_at.is_(None))
    return _any(u, select(Duplicate.topic_id).where(*live))


def _moved_on(u: Unit, topic: Topic) -> list[tuple[Topic, Topic]]:
    """The steps by which what was moved to a topic went on, from topic to topic."""
    steps: list[tuple[Topic, Topic]] = []
    while to_id := u.session.scalars(select(Move.original_id).where(Move.topic_id == topic.id).limit(1)).first():
        steps.append((topic, u.fetch(Topic, to_id)))
        topic = steps[-1][1]
    return steps


def _asker_stands(u: Unit, duplicate: Topic, original: Topic) -> bool:
    """Whether who asked the duplicate still has the problem of the original by the step between them."""
    query = select(MeToo.id).join(Move, and_(Move.account_id == MeToo.account_id, Move.at == MeToo.at))
    step = (Move.topic_id == duplicate.id, Move.original_id == original.id, Move.what == "asker")
    return _any(u, query.where(*step, MeToo.topic_id == original.id))


def _move_follows(u: Unit, duplicate: Topic, original: Topic) -> None:
    there = exists().where(_There.account_id == Follow.account_id, _There.kind == "topic", _There.target_id == original.id)
    here = (
        select(Follow.account_id, Follow.level, Follow.chosen, Follow.at, ~there)
        .join(Account, Account.id == Follow.account_id)
        .where(Follow.kind == "topic", Follow.target_id == duplicate.id, Follow.level.not_in(QUIET))
        .where(accounts_that_read(original.category.visibility, u.now))
    )
    rows = here.add_columns(*_constants(u, duplicate, original, "follow"))
    u.session.execute(insert(Move).from_select(["account_id", "level", "chosen", "at", "made", *_CONSTANTS], rows))
    made = _moved(duplicate, original, "follow", Move.made.expression)
    u.session.execute(
        insert(Follow).from_select(
            ["account_id", "kind", "target_id", "level", "chosen", "at"],
            select(Move.account_id, literal("topic"), literal(original.id), Move.level, Move.chosen, Move.at).where(made),
        )
    )
    gone = select(Move.account_id).where(_moved(duplicate, original, "follow"))
    u.session.execute(delete(Follow).where(Follow.kind == "topic", Follow.target_id == duplicate.id, Follow.account_id.in_(gone)))


def _move_members(u: Unit, duplicate: Topic, original: Topic) -> None:
    there = exists().where(_TooThere.account_id == MeToo.account_id, _TooThere.topic_id == original.id)
    rows = (
        select(MeToo.account_id, MeToo.at, and_(~there, MeToo.account_id != original.author_id))
        .join(Account, Account.id == MeToo.account_id)
        .where(MeToo.topic_id == duplicate.id, accounts_that_read(original.category.visibility, u.now))
        .add_columns(*_constants(u, duplicate, original, "me_too"), literal(""), literal(False))
    )
    u.session.execute(insert(Move).from_select(["account_id", "at", "made", *_CONSTANTS, "level", "chosen"], rows))
    made = _moved(duplicate, original, "me_too", Move.made.expression)
    arriving = select(literal(original.id), Move.account_id, Move.at).where(made)
    u.session.execute(insert(MeToo).from_select(["topic_id", "account_id", "at"], arriving))
    gone = select(Move.account_id).where(_moved(duplicate, original, "me_too"))
    u.session.execute(delete(MeToo).where(MeToo.topic_id == duplicate.id, MeToo.account_id.in_(gone)))


def _add_asker(u: Unit, duplicate: Topic, original: Topic) -> None:
    """Who asked the duplicate has the problem of the original; an author of an import asked elsewhere."""
    asker = duplicate.author_id
    reads = select(Account.id).where(Account.id == asker, accounts_that_read(original.category.visibility, u.now))
    has = select(MeToo.id).where(MeToo.topic_id == original.id, MeToo.account_id == asker)
    if asker == original.author_id or duplicate.imported or not _any(u, reads) or _any(u, has):
        return
    u.add(MeToo(topic_id=original.id, account_id=asker, at=u.now))
    u.add(Move(topic_id=duplicate.id, original_id=original.id, what="asker", account_id=asker, made=True, at=u.now, moved_at=u.now))


def _move_visitors(u: Unit, duplicate: Topic, original: Topic) -> None:
    """Confirmed ones move; where an address stands at the original already, it counts there, once."""
    if original.category.visibility != "public":
        return
    u.session.flush()
    here = (VisitorMeToo.topic_id == duplicate.id, VisitorMeToo.confirmed_at.is_not(None))
    same = and_(_VisitorThere.topic_id == original.id, _VisitorThere.address == VisitorMeToo.address)
    waiting = exists().where(
        _VisitorThere.topic_id == duplicate.id,
        _VisitorThere.address == VisitorMeToo.address,
        _VisitorThere.confirmed_at.is_not(None),
    )
    u.session.execute(
        delete(VisitorMeToo).where(VisitorMeToo.topic_id == original.id, VisitorMeToo.confirmed_at.is_(None), waiting)
    )
    both = select(_VisitorThere.id, VisitorMeToo.created_at, false()).join(VisitorMeToo, same).where(*here)
    both = both.add_columns(*_constants(u, duplicate, original, "visitor"), cast(VisitorMeToo.id, Text), literal(False))
    u.session.execute(insert(Move).from_select(["visitor_id", "at", "made", *_CONSTANTS, "level", "chosen"], both))
    u.session.execute(delete(VisitorMeToo).where(*here, exists().where(same)))
    rows = select(VisitorMeToo.id, VisitorMeToo.created_at, true()).where(*here)
    rows = rows.add_columns(*_constants(u, duplicate, original, "visitor"), literal(""), literal(False))
    u.session.execute(insert(Move).from_select(["visitor_id", "at", "made", *_CONSTANTS, "level", "chosen"], rows))
    u.session.execute(update(VisitorMeToo).where(*here).values(topic_id=original.id))


def _return_follows(u: Unit, duplicate: Topic, original: Topic, these: tuple[ColumnElement[bool], ...]) -> None:
    moved = (*these, Move.what == "follow")
    wrote = exists().where(Post.topic_id == original.id, Post.author_id == Move.account_id, Post.created_at >= Move.moved_at)
    unchanged = (
        select(Follow.id)
        .join(Move, Move.account_id == Follow.account_id)
        .where(*moved, Move.made, Follow.kind == "topic", Follow.target_id == original.id)
        .where(Follow.level == Move.level, Follow.chosen == Move.chosen, Follow.at == Move.at, ~wrote)
    )
    u.session.execute(delete(Follow).where(Follow.id.in_(unchanged)))
    here = exists().where(_There.account_id == Move.account_id, _There.kind == "topic", _There.target_id == duplicate.id)
    returning = select(Move.account_id, literal("topic"), literal(duplicate.id), Move.level, Move.chosen, Move.at)
    u.session.execute(
        insert(Follow).from_select(["account_id", "kind", "target_id", "level", "chosen", "at"], returning.where(*moved, ~here))
    )


def _return_members(u: Unit, duplicate: Topic, original: Topic, these: tuple[ColumnElement[bool], ...]) -> None:
    """Whoever took it back at the original has taken it back; who says it there anew stays there."""
    stands = exists().where(_TooThere.topic_id == original.id, _TooThere.account_id == Move.account_id, _TooThere.at == Move.at)
    here = exists().where(_TooThere.topic_id == duplicate.id, _TooThere.account_id == Move.account_id)
    returning = select(literal(duplicate.id), Move.account_id, Move.at).where(
        *these, Move.what == "me_too", or_(~Move.made, stands), ~here
    )
    u.session.execute(insert(MeToo).from_select(["topic_id", "account_id", "at"], returning))
    standing = (
        select(MeToo.id)
        .join(Move, and_(Move.account_id == MeToo.account_id, Move.at == MeToo.at))
        .where(*these, Move.made, Move.what.in_(("me_too", "asker")), MeToo.topic_id == original.id)
    )
    u.session.execute(delete(MeToo).where(MeToo.id.in_(standing)))


def _return_visitors(u: Unit, duplicate: Topic, original: Topic, these: tuple[ColumnElement[bool], ...]) -> None:
    """Who stood at both stands at both again, by the row's former id, which is in links; whoever withdrew has withdrawn."""
    moved = (*these, Move.what == "visitor")
    here = exists().where(_VisitorThere.topic_id == duplicate.id, _VisitorThere.address == VisitorMeToo.address)
    kept = (VisitorMeToo.id.in_(select(Move.visitor_id).where(*moved, Move.made)), VisitorMeToo.topic_id == original.id)
    u.session.execute(update(VisitorMeToo).where(*kept, ~here).values(topic_id=duplicate.id))
    same = (VisitorMeToo.address, VisitorMeToo.language, VisitorMeToo.mailed_at, VisitorMeToo.confirmed_at, VisitorMeToo.told_at)
    again = (
        select(cast(Move.level, Id), literal(duplicate.id), Move.at, *same)
        .join(VisitorMeToo, VisitorMeToo.id == Move.visitor_id)
        .where(*moved, ~Move.made, VisitorMeToo.confirmed_at.is_not(None), ~here)
    )
    columns = ["id", "topic_id", "created_at", *(column.key for column in same)]
    u.session.execute(insert(VisitorMeToo).from_select(columns, again))


def _tell(u: Unit, *topics: Topic) -> None:
    before = {topic.id: topic.me_too_count for topic in topics}
    recount_me_toos(u, [topic.id for topic in topics])
    for topic in topics:
        if topic.me_too_count != before[topic.id]:
            u.record(MeToosRecounted(topic_id=topic.id, category_id=topic.category_id))


_CONSTANTS = ("topic_id", "original_id", "what", "moved_at")


def _constants(u: Unit, duplicate: Topic, original: Topic, what: str) -> list[ColumnElement[object]]:
    return [literal(duplicate.id), literal(original.id), literal(what), literal(u.now, Move.moved_at.type)]


def _moved(duplicate: Topic, original: Topic, what: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Move.topic_id == duplicate.id, Move.original_id == original.id, Move.what == what, *more)


def _any(u: Unit, query: object) -> bool:
    return u.session.execute(query).first() is not None  # type: ignore[call-overload]
