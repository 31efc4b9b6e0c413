"""The reader of the log that keeps the index. Its cursor lies inside the index, so the two cannot disagree.

It indexes the topic as it is now, whatever the event says; taking an event twice changes nothing.
Each host keeps an index of its own, so there is no lease: the index's own lock lets one worker write.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import ClassVar

import structlog
from sqlalchemy import select

from community.accounts import events as accounts
from community.answers import events as answers
from community.appeals import events as appeals
from community.categories.events import CategoryChanged, CategoryMade
from community.commitments import events as commitments
from community.core.follow import Follower, Reading, park
from community.core.log import Event, Recorded, head, read_after
from community.core.position import Position, parse_position
from community.core.unit import Unit, unit
from community.extensions import db
from community.faq import events as faq
from community.follows.events import (
    FollowChanged,
    MeTooAdded,
    MeToosRecounted,
    MeTooUndone,
    VisitorMeTooAsked,
    VisitorMeTooConfirmed,
)
from community.notifications.events import MailChanged, NotificationsMade, NotificationsRead
from community.posts.events import PostEdited, PostReleased, PostRemoved, PostRestored, PostWritten, QuestionUnindexed
from community.promise.events import PromiseChanged, PromiseMissed
from community.record.events import RecordGrown, RecordSigned
from community.search.documents import BATCH, all_documents_unchecked, documents_unchecked
from community.search.engine import SearchError
from community.search.indexes import forget_former, indexes
from community.searches.events import SearchChanged, SearchDropped, SearchMatched, SearchSaved
from community.settings.events import SettingChanged, SiteRestored
from community.staff.events import RoleEnded, RoleGranted, StaffProfileChanged
from community.talks import events as talks
from community.topics import events as topics
from community.topics.models import Topic
from community.updates import events as updates
from community.votes.events import AnswerRated, AnswerRatedByVisitors, RatingUndone

TIDY_SECONDS = 60.0
"""Seconds between two looks for small segments to join."""

logger = structlog.get_logger()


def _note(_u: Unit, _recorded: Recorded, _event: Event) -> None:
    """Nothing to do for the single event: `_index` looks at the topics of a whole batch."""


class SearchFollower(Follower):
    """Indexes every topic that an event touches; rebuilds when there is no index or the log is another one."""

    name = "search"
    batch = 100
    _tidied = 0.0
    reads: ClassVar[Mapping[type[Event], Reading]] = dict.fromkeys(
        (
            *(topics.TopicOpened, topics.TopicImported, topics.TopicEdited, topics.TopicMoved, topics.TopicClosed),
            *(topics.TopicReopened, topics.TopicRecounted, topics.DuplicateMarked, topics.DuplicateUndone),
            *(topics.InfoAsked, topics.InfoCleared, topics.QuestionQuiet),
            *(PostWritten, PostEdited, PostRemoved, PostRestored, PostReleased),
            *(answers.AnswerAccepted, answers.AcceptanceUndone, answers.AnswerMadeOfficial, answers.OfficialMarkUndone),
            *(answers.AnswerRejected, answers.RejectionUndone),
            *(AnswerRated, RatingUndone, AnswerRatedByVisitors),
            CategoryChanged,
        ),
        _note,
    )
    ignores: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            *(accounts.AccountOpened, accounts.AccountConfirmed, accounts.ProfileChanged, accounts.ConfirmationAsked),
            *(accounts.ResetAsked, accounts.PasswordChanged, accounts.SessionEnded, accounts.AccountSuspended),
            *(accounts.SuspensionLifted, RoleGranted, RoleEnded, StaffProfileChanged),
            # What the index does not hold: whether an answer still is true.
            *(answers.AnswerChecked, answers.CheckUndone, answers.OutdatedMarked, answers.OutdatedUndone),
            *(answers.AnswerDoubted, answers.AnswerAged, answers.AcceptanceNudged),
            # The FAQ says anew what its sources say, which are found themselves.
            *(faq.FaqEntryEntered, faq.FaqEntryChanged, faq.FaqEntryDoubted, faq.FaqEntryLeft),
            *(CategoryMade, SettingChanged, SiteRestored, QuestionUnindexed),
            *(SearchSaved, SearchChanged, SearchDropped, SearchMatched),
            # Commitments stand on pages of their own, beside the posts in which they were made.
            *(commitments.CommitmentMade, commitments.CommitmentChanged, commitments.CommitmentKept),
            *(commitments.CommitmentWithdrawn, commitments.CommitmentLate),
            *(updates.FiguresPublished, updates.FigureCorrected),  # the words of an update are its post's
            *(appeals.AppealMade, appeals.AppealDecided),
            # Talks are private: nobody finds them.
            *(talks.TalkOpened, talks.TalkSpoken, talks.TalkChanged, talks.TalkRead, talks.DutyBegun, talks.DutyEnded),
            # Nobody searches by them.
            *(NotificationsMade, NotificationsRead, MailChanged),
            *(PromiseChanged, PromiseMissed, RecordGrown, RecordSigned),
            *(FollowChanged, MeTooAdded, MeTooUndone, MeToosRecounted, VisitorMeTooAsked, VisitorMeTooConfirmed),
        }
    )

    def catch_up(self) -> int:
        """Index what the next events touched; returns how many were passed."""
        return self._index(self.batch)

    def take_one(self) -> int:
        """The same for one event."""
        return self._index(1)

    def reached(self) -> int:
        """The position that the index was committed at, 0 where there is none."""
        at = parse_position(indexes().position())
        return at.number if at is not None else 0

    def park_next(self, error: BaseException) -> None:
        """Give up on the event behind the index: store it with its error, and step over it."""
        at = parse_position(indexes().position())
        if at is None:
            return  # what failed was the rebuild: there is no event to blame, and the next turn tries again
        with unit() as u:
            passed = read_after(u.session, at.number, 1)
            for recorded in passed:
                park(u, self.name, recorded, error)
        indexes().forget_pending()  # what failed is among it
        for recorded in passed:
            try:
                indexes().commit(str(Position(at.epoch, recorded.position)))
            except SearchError as failed:  # nothing is lost: the event is taken, or parked, again
                logger.info("index not written", cause=str(failed))

    def _index(self, limit: int) -> int:
        epoch, _ = head(db.session())
        at = parse_position(indexes().position())
        if at is None or at.epoch != epoch:
            rebuild()
            return 1
        batch = read_after(db.session(), at.number, limit)
        if not batch:
            self._tidy()
            return 0
        *portions, last = _portions(self._touched(batch))
        try:
            for portion in portions:
                _write(portion, at)
            _write(last, Position(epoch, batch[-1].position))
        except SearchError as error:
            # The cursor stands where it stood: the next turn takes the whole batch again.
            logger.info("index not written", cause=str(error))
            return 0
        return len(batch)

    def _tidy(self) -> None:
        """Join small segments in a quiet moment, at most once a minute."""
        moment = time.monotonic()
        if moment < self._tidied + TIDY_SECONDS:
            return
        self._tidied = moment
        try:
            indexes().compact()
            forget_former()
        except SearchError as error:
            logger.info("index not tidied", cause=str(error))

    def _touched(self, batch: list[Recorded]) -> set[int]:
        events = [recorded.event for recorded in batch if recorded.event is not None and type(recorded.event) in self.reads]
        ids = {event.topic_id for event in events if hasattr(event, "topic_id")}
        moved = {event.category_id for event in events if isinstance(event, CategoryChanged) and event.visibility_changed}
        if moved:
            ids.update(db.session.scalars(select(Topic.id).where(Topic.category_id.in_(moved))))
        return ids


def _portions(topic_ids: set[int]) -> list[list[int]]:
    """The topics in portions that memory and a statement can hold, at least one: an event may touch a whole category."""
    ordered = sorted(topic_ids)
    return [ordered[start : start + BATCH] for start in range(0, max(len(ordered), 1), BATCH)]


def _write(topic_ids: list[int], position: Position) -> None:
    """Put these topics into the index as they are now, and say that the log was read up to a position."""
    found = documents_unchecked(topic_ids)
    index = indexes()
    index.forget_pending()  # what an earlier turn could not write: its events are taken again
    index.index(found)
    index.remove(set(topic_ids) - {document.topic_id for document in found})
    index.commit(str(position))


def rebuild() -> None:
    """Build both indexes anew beside the ones in use, then swap. What changes meanwhile is indexed again afterwards."""
    position = str(Position(*head(db.session())))
    db.session.rollback()
    indexes().rebuild(all_documents_unchecked(), position)
