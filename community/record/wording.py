"""Which events enter the record, and what it says of them: an allow-list with words of its own (rulings 27, product.md 6).

Never the removed text, never who reported, and a sanctioned customer only as "a member". What happened in a place that not
everybody may read does not enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from community.accounts import events as accounts
from community.accounts.models import Account, Suspension
from community.answers import events as answers
from community.appeals import events as appeals
from community.appeals.models import Appeal
from community.categories.events import CategoryChanged
from community.categories.models import Category
from community.commitments import events as commitments
from community.commitments.models import Commitment, CommitmentDeed
from community.core.log import Event
from community.core.unit import Unit
from community.posts import events as posts
from community.posts.models import Edit, Post, Removal
from community.record.words import Wording, Words, by_whom, entry, of_post, of_topic
from community.settings import events as settings
from community.staff import events as staff
from community.staff.models import Grant
from community.topics import events as topics
from community.topics.models import Closure, Topic
from community.updates import events as updates
from community.updates.models import FigureVersion

PROMISED = ("desk_hours", "desk_time_zone", "holidays", "promise_hours", "promise_share")
"""The settings that are the promise: their changes enter."""


def removed(u: Unit, event: posts.PostRemoved) -> Words:
    """A removal, with rule and reason; by its author it names nobody."""
    if event.by_author:
        return Words("post.taken_back", of_post(event))
    removal = u.session.get(Removal, event.removal_id) if event.removal_id is not None else None
    return entry(u, "post.removed", event, of_post(event), rule=event.rule, reason=removal.reason if removal else "")


def restored(u: Unit, event: posts.PostRestored) -> Words:
    """A removed post is back."""
    return entry(u, "post.restored", event, of_post(event))


def edited(u: Unit, event: posts.PostEdited) -> Words | None:
    """An edit by an employee of what somebody else wrote, or of an official answer; the difference is in the post's history.

    Of an update every correction enters, with its note.
    """
    post = u.session.get(Post, event.post_id)
    if post is None or event.held or event.by_id is None or not event.kept:
        return None
    version = event.post_version or post.version
    note = u.session.scalars(select(Edit.note).where(Edit.post_id == post.id, Edit.version == version - 1)).first()
    if note:
        return entry(u, "update.corrected", event, {**of_post(event), "version": version}, reason=note)
    if post.author_id == event.by_id and not post.official:
        return None
    return entry(u, "post.edited", event, {**of_post(event), "version": version})


def closed(u: Unit, event: topics.TopicClosed) -> Words | None:
    """A lock by somebody, with the reason; what closes by itself is no decision of anybody."""
    if event.by_id is None:
        return None
    closure = u.session.get(Closure, event.closure_id) if event.closure_id is not None else None
    return entry(u, "topic.closed", event, of_topic(event), reason=closure.reason if closure else "")


def reopened(u: Unit, event: topics.TopicReopened) -> Words | None:
    """A lock taken back; what had closed itself is opened by whoever asked, and is no act of the team."""
    return None if event.automatic or event.by_id is None else entry(u, "topic.reopened", event, of_topic(event))


def moved(u: Unit, event: topics.TopicMoved) -> Words | None:
    """A topic went to another category; where that hides it from the public, the entry says so and not where to."""
    former, now = (u.session.get(Category, each) for each in (event.former_category_id, event.category_id))
    if now is None or former is None or not (now.is_public or former.is_public):
        return None
    if not now.is_public:
        return entry(u, "topic.hidden", event, of_topic(event))
    if former.is_public:
        return entry(u, "topic.moved", event, of_topic(event), to=now.name)
    # What was removed while nobody could see it did not enter: how much that is, is told now.
    gone = select(func.count()).where(Post.topic_id == event.topic_id, Post.removed_at.is_not(None))
    about = {**of_topic(event), "removed": u.session.execute(gone).scalar_one()}
    return entry(u, "topic.published", event, about, to=now.name)


def merged(u: Unit, event: topics.DuplicateMarked) -> Words:
    """A question was closed as a duplicate of another."""
    return entry(u, "duplicate.marked", event, {"topic": event.topic_id, "original": event.original_id})


def unmerged(u: Unit, event: topics.DuplicateUndone) -> Words:
    """That was taken back."""
    return entry(u, "duplicate.undone", event, {"topic": event.topic_id, "original": event.original_id})


def official_undone(u: Unit, event: answers.OfficialMarkUndone) -> Words:
    """The company no longer stands by an answer."""
    return entry(u, "official_mark.undone", event, of_post(event))


def suspended(u: Unit, event: accounts.AccountSuspended) -> Words:
    """A sanction: a customer is "a member" and nothing else."""
    found = u.fetch(Suspension, event.suspension_id)
    until = "" if found.ends_at is None else found.ends_at.date().isoformat()
    return entry(u, "member.suspended", event, {}, rule=found.rule, reason=found.reason, until=until)


def lifted(u: Unit, event: accounts.SuspensionLifted) -> Words:
    """A sanction ended early."""
    return entry(u, "suspension.lifted", event, {})


def granted(u: Unit, event: staff.RoleGranted) -> Words:
    """Somebody may do more: employees are named."""
    return _role(u, "role.granted", event)


def ended(u: Unit, event: staff.RoleEnded) -> Words:
    """A role ended."""
    return _role(u, "role.ended", event)


def _role(u: Unit, kind: str, event: staff.RoleGranted | staff.RoleEnded) -> Words:
    grant, account = u.session.get(Grant, event.grant_id), u.session.get(Account, event.account_id)
    by, people = by_whom(u, grant.granted_by_id if grant and kind == "role.granted" else event.by_id)
    whom = {"whom": account.name} if account else {}
    return Words(kind, {}, {**by, **whom, "role": event.role}, {**people, **({"whom": account.id} if account else {})})


def promise_changed(u: Unit, event: settings.SettingChanged) -> Words | None:
    """A part of the promise is another from now on."""
    if event.setting not in PROMISED:
        return None
    return entry(u, "promise.setting_changed", event, {}, setting=event.setting, value=event.value)


def category_changed(u: Unit, event: CategoryChanged) -> Words | None:
    """Other people than before may read a category; it is named where everybody may."""
    category = u.session.get(Category, event.category_id)
    if category is None:
        return None
    name = category.name if category.is_public else ""
    if event.promise_changed and category.is_public and not event.visibility_changed:
        hours = str(event.promise_hours) if event.promise_hours is not None else "-"
        return entry(u, "promise.category_changed", event, {}, category=name, value=hours)
    if not event.visibility_changed:
        return None
    return entry(u, "category.visibility", event, {}, category=name, visibility=category.visibility)


def committed(u: Unit, event: commitments.CommitmentMade) -> Words | None:
    """An employee committed the brand: what, and by when."""
    return _commitment(u, "commitment.made", event)


def commitment_changed(u: Unit, event: commitments.CommitmentChanged) -> Words | None:
    """Another day, with the reason; who owns it is told by its page."""
    deed = u.session.get(CommitmentDeed, event.deed_id)
    return _commitment(u, "commitment.moved", event) if deed is not None and deed.kind == "moved" else None


def commitment_kept(u: Unit, event: commitments.CommitmentKept) -> Words | None:
    """It was kept."""
    return _commitment(u, "commitment.kept", event)


def commitment_withdrawn(u: Unit, event: commitments.CommitmentWithdrawn) -> Words | None:
    """It was given up, with the reason."""
    return _commitment(u, "commitment.withdrawn", event)


def commitment_late(u: Unit, event: commitments.CommitmentLate) -> Words | None:
    """Its day passed."""
    return _commitment(u, "commitment.late", event)


def _commitment(u: Unit, kind: str, event: Any) -> Words | None:
    found, deed = u.session.get(Commitment, event.commitment_id), u.session.get(CommitmentDeed, event.deed_id)
    if found is None or deed is None:
        return None
    day = deed.due_on.isoformat() if deed.due_on is not None else ""
    former = deed.former_due_on.isoformat() if deed.former_due_on is not None else ""
    about = {**of_post(event), "commitment": found.id}
    return entry(u, kind, event, about, what=found.what, due=day, former=former, reason=deed.words)


def figure_corrected(u: Unit, event: updates.FigureCorrected) -> Words | None:
    """A published figure is another now; the former one stays beside it."""
    version = u.session.scalars(
        select(FigureVersion).where(FigureVersion.figure_id == event.figure_id, FigureVersion.version == event.figure_version)
    ).one_or_none()
    about = {**of_post(event), "figure": event.figure_id, "version": event.figure_version}
    return entry(u, "figure.corrected", event, about, what=version.caption, reason=version.note) if version is not None else None


def appealed(u: Unit, event: appeals.AppealMade) -> Words:
    """Somebody objects; who it is stands nowhere."""
    del u
    return Words("appeal.made", of_post(event) if event.post_id is not None else {})


def appeal_decided(u: Unit, event: appeals.AppealDecided) -> Words:
    """Another moderator decided, with a reason."""
    appeal = u.fetch(Appeal, event.appeal_id)
    about = of_post(event) if event.post_id is not None else {}
    return entry(u, f"appeal.{event.outcome}", event, about, reason=appeal.decision)


def site_restored(u: Unit, event: settings.SiteRestored) -> Words:
    """The site was put back from a backup: what was in the log after that point is lost, and this says so."""
    return entry(u, "site.restored", event, {"position": event.position})


ENTERS: Mapping[type[Event], Wording] = {
    posts.PostRemoved: removed,
    posts.PostRestored: restored,
    posts.PostEdited: edited,
    topics.TopicClosed: closed,
    topics.TopicReopened: reopened,
    topics.TopicMoved: moved,
    topics.DuplicateMarked: merged,
    topics.DuplicateUndone: unmerged,
    answers.OfficialMarkUndone: official_undone,
    accounts.AccountSuspended: suspended,
    accounts.SuspensionLifted: lifted,
    staff.RoleGranted: granted,
    staff.RoleEnded: ended,
    settings.SettingChanged: promise_changed,
    settings.SiteRestored: site_restored,
    CategoryChanged: category_changed,
    updates.FigureCorrected: figure_corrected,
    appeals.AppealMade: appealed,
    appeals.AppealDecided: appeal_decided,
    commitments.CommitmentMade: committed,
    commitments.CommitmentChanged: commitment_changed,
    commitments.CommitmentKept: commitment_kept,
    commitments.CommitmentWithdrawn: commitment_withdrawn,
    commitments.CommitmentLate: commitment_late,
}
"""Every event that enters; all others do not."""

KINDS = (
    *(
        "post.removed",
        "post.taken_back",
        "post.restored",
        "post.edited",
        "update.corrected",
        "figure.corrected",
        "official_mark.undone",
    ),
    *("topic.closed", "topic.reopened", "topic.moved", "topic.hidden", "topic.published", "duplicate.marked", "duplicate.undone"),
    *("member.suspended", "suspension.lifted", "role.granted", "role.ended"),
    *("promise.setting_changed", "promise.category_changed", "category.visibility", "site.restored"),
    *("appeal.made", "appeal.upheld", "appeal.reversed"),
    *("commitment.made", "commitment.moved", "commitment.kept", "commitment.withdrawn", "commitment.late"),
)
"""The kinds of entries, as the filter lists them."""


def words_of(u: Unit, event: Event) -> Words | None:
    """What the record says of an event, or None where it does not enter."""
    wording = ENTERS.get(type(event))
    if wording is None or not (isinstance(event, topics.TopicMoved) or _is_public(u, event)):
        return None
    return wording(u, event)


def _is_public(u: Unit, event: Any) -> bool:
    """Whether what happened is of no topic, or of one that stood in the open then, wherever it was moved to since."""
    topic_id = getattr(event, "topic_id", None)
    if topic_id is None:
        return True
    topic, place = u.session.get(Topic, topic_id), u.session.get(Category, event.category_id)
    return topic is not None and topic.held_at is None and place is not None and place.is_public
