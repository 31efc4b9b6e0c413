"""What each event touches on the pages that show it: the table EVENTS, and in writing what touches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from community.accounts import events as accounts
from community.answers import events as answers
from community.appeals import events as appeals
from community.categories import events as categories
from community.commitments import events as commitments
from community.core.log import Event, Recorded
from community.faq import events as faq
from community.follows import events as follows
from community.notifications import events as notifications
from community.posts import events as posts
from community.promise import events as promise
from community.record import events as record
from community.searches import events as searches
from community.settings import events as settings
from community.staff import events as staff
from community.talks import events as talks
from community.topics import events as topics
from community.updates import events as updates
from community.votes import events as votes


class Part(Enum):
    """A part of the pages that an event draws anew."""

    NEW_POST = auto()
    """The post that the event names enters its topic, at the end."""
    POST = auto()
    """The post that the event names is drawn anew where it stands."""
    VOTES = auto()
    """How many the post that the event names helped, in both its places."""
    FATE = auto()
    """The post that the event names is gone, or back: with the first post goes the whole page."""
    CARDS = auto()
    """The accepted and official answers below the question."""
    HEAD = auto()
    """The topic's head and what stands beside it: title, state, closure, counts."""
    PAGE = auto()
    """The topic's whole page is fetched anew, as addresses, the composer or much else in it changed."""
    TILE = auto()
    """The topic in lists, where it stands."""
    NEWS = auto()
    """Lists offer the topic: it is new there, or has another place in their order."""
    RECORD = auto()
    """The public record is fetched anew: it has an entry more, or another head."""
    FAQ = auto()
    """The FAQ is fetched anew, once no entry is under pointer or focus: its order and its numbers hang together."""
    COMMITMENTS = auto()
    """The commitments of the topic that the event names, and the ledger of all."""
    FIGURES = auto()
    """The figures of the update that the event names."""
    APPEAL = auto()
    """The moderators' list of appeals is fetched anew."""
    TALK = auto()
    """A talk: what was said or done in it, and the desk's list of talks."""
    CATEGORY = auto()
    """The category itself: its name stands in every list, and who may read it decides on its topics."""


_HERE = (Part.HEAD, Part.TILE)

EVENTS: Mapping[type[Event], frozenset[Part]] = {
    kind: frozenset(parts)
    for kind, parts in (
        (topics.TopicOpened, (*_HERE, Part.NEWS)),
        (topics.TopicImported, (Part.PAGE, Part.TILE, Part.NEWS)),
        (topics.TopicRecounted, (Part.PAGE, Part.TILE)),
        (topics.TopicEdited, (*_HERE, Part.PAGE)),
        (topics.TopicMoved, (*_HERE, Part.PAGE, Part.NEWS)),
        (topics.TopicClosed, (*_HERE, Part.PAGE)),
        (topics.TopicReopened, (*_HERE, Part.PAGE)),
        (topics.DuplicateMarked, (*_HERE, Part.PAGE)),
        (topics.DuplicateUndone, (*_HERE, Part.PAGE)),
        (topics.InfoAsked, _HERE),
        (topics.InfoCleared, _HERE),
        (topics.QuestionQuiet, _HERE),
        (posts.PostWritten, (*_HERE, Part.NEW_POST, Part.NEWS)),
        (posts.PostReleased, (*_HERE, Part.NEW_POST, Part.NEWS)),
        (posts.PostEdited, (*_HERE, Part.POST)),
        (posts.PostRemoved, (*_HERE, Part.POST, Part.FATE, Part.NEWS)),
        (posts.PostRestored, (*_HERE, Part.POST, Part.FATE, Part.NEWS)),
        (answers.AnswerAccepted, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AcceptanceUndone, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AnswerMadeOfficial, (*_HERE, Part.POST, Part.CARDS)),
        (answers.OfficialMarkUndone, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AnswerRejected, (*_HERE, Part.POST, Part.CARDS)),
        (answers.RejectionUndone, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AnswerChecked, (*_HERE, Part.POST, Part.CARDS)),
        (answers.CheckUndone, (*_HERE, Part.POST, Part.CARDS)),
        (answers.OutdatedMarked, (*_HERE, Part.POST, Part.CARDS)),
        (answers.OutdatedUndone, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AnswerDoubted, (*_HERE, Part.POST, Part.CARDS)),
        (answers.AnswerAged, (*_HERE, Part.POST, Part.CARDS)),
        (votes.AnswerRated, (Part.VOTES, Part.TILE)),
        (votes.RatingUndone, (Part.VOTES, Part.TILE)),
        (votes.AnswerRatedByVisitors, (Part.VOTES, Part.TILE)),
        (follows.MeTooAdded, _HERE),
        (follows.MeTooUndone, _HERE),
        (follows.VisitorMeTooConfirmed, _HERE),
        (follows.MeToosRecounted, _HERE),
        (faq.FaqEntryEntered, (Part.FAQ,)),
        (faq.FaqEntryChanged, (Part.FAQ,)),
        (faq.FaqEntryDoubted, (Part.FAQ,)),
        (faq.FaqEntryLeft, (Part.FAQ,)),
        (record.RecordGrown, (Part.RECORD,)),
        (record.RecordSigned, (Part.RECORD,)),
        (commitments.CommitmentMade, (Part.COMMITMENTS,)),
        (commitments.CommitmentChanged, (Part.COMMITMENTS,)),
        (commitments.CommitmentKept, (Part.COMMITMENTS,)),
        (commitments.CommitmentWithdrawn, (Part.COMMITMENTS,)),
        (commitments.CommitmentLate, (Part.COMMITMENTS,)),
        (updates.FiguresPublished, (Part.FIGURES,)),
        (updates.FigureCorrected, (Part.FIGURES,)),
        (appeals.AppealMade, (Part.APPEAL,)),
        (appeals.AppealDecided, (Part.APPEAL,)),
        (talks.TalkOpened, (Part.TALK,)),
        (talks.TalkSpoken, (Part.TALK,)),
        (talks.TalkChanged, (Part.TALK,)),
        (talks.TalkRead, (Part.TALK,)),
        (talks.DutyBegun, (Part.TALK,)),
        (talks.DutyEnded, (Part.TALK,)),
        (promise.PromiseChanged, _HERE),
        (promise.PromiseMissed, _HERE),
        (categories.CategoryMade, (Part.CATEGORY,)),
        (categories.CategoryChanged, (Part.CATEGORY,)),
    )
}

IGNORED: Mapping[type[Event], str] = {
    answers.AcceptanceNudged: "for mail and the asker's own inbox",
    accounts.AccountOpened: "nothing shows an account before it writes",
    accounts.AccountConfirmed: "what it makes visible is told by post.released and topic.opened",
    accounts.ProfileChanged: "a new name or photo shows with the next load; it stands on too many pages",
    accounts.ConfirmationAsked: "for mail",
    accounts.ResetAsked: "for mail",
    accounts.PasswordChanged: "ends sockets (evict.py) and shows nowhere",
    accounts.SessionEnded: "ends a socket (evict.py) and shows nowhere",
    accounts.AccountSuspended: "ends sockets (evict.py) and shows nowhere",
    accounts.SuspensionLifted: "shows nowhere",
    follows.FollowChanged: "shows its own reader how they follow, by their stylesheet",
    follows.VisitorMeTooAsked: "for mail: it counts once it is confirmed",
    notifications.NotificationsMade: "the bells of those who were told (own.py)",
    notifications.NotificationsRead: "the reader's bell (own.py)",
    notifications.MailChanged: "shows on the page of the choice alone",
    staff.RoleGranted: "badges of posts are those of the time of writing; a new right shows with the next load",
    staff.RoleEnded: "ends rights to channels (evict.py); old badges say so with the next load",
    staff.StaffProfileChanged: "shows with the next load",
    searches.SearchSaved: "its owner's list of saved searches shows it with the next load",
    searches.SearchChanged: "its owner's list of saved searches shows it with the next load",
    searches.SearchDropped: "its owner's list of saved searches shows it with the next load",
    searches.SearchMatched: "the notifications that come of it tell",
    posts.QuestionUnindexed: "only search engines are told",
    settings.SiteRestored: "recorded while the site stands still; the new epoch makes every browser load anew",
    settings.SettingChanged: "shows with the next load; it stands on every page",
}
"""Events that redraw nothing, and why."""


@dataclass
class Changes:
    """What a row of events touches, each thing once. Ids are of posts and topics."""

    new_posts: dict[int, None] = field(default_factory=dict)
    posts: dict[int, None] = field(default_factory=dict)
    votes: dict[int, None] = field(default_factory=dict)
    topics: dict[int, None] = field(default_factory=dict)
    categories: set[int] = field(default_factory=set)
    """Categories that changed themselves."""
    news: set[int] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    """Categories whose topics changed, or that lost one."""
    former_categories: dict[int, set[int]] = field(default_factory=dict)
    """By topic: the categories that it left."""
    parts: set[Part] = field(default_factory=set)


def changes_of(recorded: Iterable[Recorded]) -> Changes:
    """What these events touch together."""
    changes = Changes()
    for each in recorded:
        event: Any = each.event
        parts = EVENTS.get(type(event), frozenset())
        changes.parts |= parts
        if Part.NEW_POST in parts:
            changes.new_posts[event.post_id] = None
        if Part.POST in parts:
            changes.posts[event.post_id] = None
        if Part.VOTES in parts:
            changes.votes[event.post_id] = None
        if Part.TILE in parts:
            changes.topics[event.topic_id] = None
            changes.places.add(event.category_id)
        if Part.CATEGORY in parts:
            changes.categories.add(event.category_id)
        if Part.NEWS in parts:
            changes.news.add(event.topic_id)
        if isinstance(event, topics.TopicMoved):
            changes.former_categories.setdefault(event.topic_id, set()).add(event.former_category_id)
            changes.places.add(event.former_category_id)
    return changes


def is_hidden(recorded: Recorded) -> bool:
    """Whether only the author of what happened sees it: posts and topics are held until an address is confirmed."""
    return bool(getattr(recorded.event, "held", False))
