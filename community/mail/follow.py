"""The reader of the log that fills the outbox with mails about accounts; what follows bring is a matter of notifications."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import select

from community.accounts.events import (
    AccountConfirmed,
    AccountOpened,
    AccountSuspended,
    ConfirmationAsked,
    PasswordChanged,
    ProfileChanged,
    ResetAsked,
    SessionEnded,
    SuspensionLifted,
)
from community.answers import events as answers
from community.appeals import events as appeals
from community.categories.events import CategoryChanged, CategoryMade
from community.commitments import events as commitments
from community.core.follow import Follower
from community.core.log import Event, Recorded
from community.core.unit import Unit
from community.faq import events as faq
from community.follows.events import (
    FollowChanged,
    MeTooAdded,
    MeToosRecounted,
    MeTooUndone,
    VisitorMeTooAsked,
    VisitorMeTooConfirmed,
)
from community.mail.letters import put
from community.mail.models import OutgoingMail
from community.notifications.events import MailChanged, NotificationsMade, NotificationsRead
from community.posts.events import PostEdited, PostReleased, PostRemoved, PostRestored, PostWritten, QuestionUnindexed
from community.promise.events import PromiseChanged, PromiseMissed
from community.record.events import RecordGrown, RecordSigned
from community.searches.events import SearchChanged, SearchDropped, SearchMatched, SearchSaved
from community.settings.events import SettingChanged, SiteRestored
from community.staff.events import RoleEnded, RoleGranted, StaffProfileChanged
from community.talks import events as talks
from community.topics.events import (
    DuplicateMarked,
    DuplicateUndone,
    InfoAsked,
    InfoCleared,
    QuestionQuiet,
    TopicClosed,
    TopicEdited,
    TopicImported,
    TopicMoved,
    TopicOpened,
    TopicRecounted,
    TopicReopened,
)
from community.updates import events as updates
from community.votes.events import AnswerRated, AnswerRatedByVisitors, RatingUndone


def opened(u: Unit, recorded: Recorded, event: AccountOpened) -> None:
    """Somebody joined: confirm the address, or tell its owner that somebody tried."""
    if event.needs_mail:
        put(u, position=recorded.position, kind="confirm", account_id=event.account_id)


def confirmation_asked(u: Unit, recorded: Recorded, event: ConfirmationAsked) -> None:
    """The same once more."""
    put(u, position=recorded.position, kind="confirm", account_id=event.account_id)


def reset_asked(u: Unit, recorded: Recorded, event: ResetAsked) -> None:
    """A link to set a password, where the address is somebody's."""
    if event.account_id is not None:
        put(u, position=recorded.position, kind="reset", account_id=event.account_id)


def nudged(u: Unit, recorded: Recorded, event: answers.AcceptanceNudged) -> None:
    """Ask the asker whether an answer solved it."""
    put(u, position=recorded.position, kind="nudge", account_id=event.account_id, about_id=event.post_id)


def spoken(u: Unit, recorded: Recorded, event: talks.TalkSpoken) -> None:
    """The desk said something: one letter at a time tells of what is unread when it leaves."""
    waiting = (OutgoingMail.kind == "talk", OutgoingMail.about_id == event.talk_id, OutgoingMail.next_try_at.is_not(None))
    if event.by_staff and u.session.execute(select(OutgoingMail.id).where(*waiting).limit(1)).first() is None:
        put(u, position=recorded.position, kind="talk", account_id=event.customer_id, about_id=event.talk_id)


def suspended(u: Unit, recorded: Recorded, event: AccountSuspended) -> None:
    """Tell whom it concerns: the rule, the reason, and how to object without signing in."""
    put(u, position=recorded.position, kind="suspended", account_id=event.account_id, about_id=event.suspension_id)


def removed(u: Unit, recorded: Recorded, event: PostRemoved) -> None:
    """Tell the author of a post that others removed."""
    if not event.by_author and event.removal_id is not None:
        put(u, position=recorded.position, kind="removed", account_id=event.author_id, about_id=event.removal_id)


def appeal_decided(u: Unit, recorded: Recorded, event: appeals.AppealDecided) -> None:
    """Tell who objected what was decided."""
    put(u, position=recorded.position, kind="appeal_decided", account_id=event.account_id, about_id=event.appeal_id)


class MailFollower(Follower):
    """Turns events into outgoing mails, exactly once each."""

    name = "mail"
    reads: ClassVar = {
        AccountOpened: opened,
        ConfirmationAsked: confirmation_asked,
        ResetAsked: reset_asked,
        answers.AcceptanceNudged: nudged,
        talks.TalkSpoken: spoken,
        AccountSuspended: suspended,
        PostRemoved: removed,
        appeals.AppealDecided: appeal_decided,
    }
    ignores: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            # Sessions, profiles, roles and settings: seen on the page.
            *(AccountConfirmed, PasswordChanged, ProfileChanged, SessionEnded, SuspensionLifted),
            *(RoleEnded, RoleGranted, StaffProfileChanged, SettingChanged, SiteRestored, CategoryChanged, CategoryMade),
            # The FAQ: nobody asked to hear of it.
            *(faq.FaqEntryEntered, faq.FaqEntryChanged, faq.FaqEntryDoubted, faq.FaqEntryLeft),
            # Saved searches: what they find is told by notifications.
            *(SearchSaved, SearchChanged, SearchDropped, SearchMatched),
            # Topics and posts: a matter of follows, which decide who hears of them (notifications/follow.py).
            *(TopicOpened, TopicEdited, TopicMoved, TopicClosed, TopicReopened, TopicImported, TopicRecounted, QuestionQuiet),
            *(DuplicateMarked, DuplicateUndone, InfoAsked, InfoCleared),
            *(PostWritten, PostEdited, PostRestored, PostReleased, QuestionUnindexed),
            *(answers.AnswerAccepted, answers.AcceptanceUndone, answers.AnswerMadeOfficial, answers.OfficialMarkUndone),
            *(answers.AnswerRejected, answers.RejectionUndone),
            *(answers.AnswerChecked, answers.CheckUndone, answers.OutdatedMarked, answers.OutdatedUndone),
            *(answers.AnswerDoubted, answers.AnswerAged),
            # Seen on the page and on the desk.
            *(PromiseChanged, PromiseMissed, RecordGrown, RecordSigned),
            # Commitments: a matter of follows, too.
            *(commitments.CommitmentMade, commitments.CommitmentChanged, commitments.CommitmentKept),
            *(commitments.CommitmentWithdrawn, commitments.CommitmentLate),
            *(appeals.AppealMade, updates.FiguresPublished, updates.FigureCorrected),
            # Talks: what else happens in one is read there; who is on duty is seen on the page.
            *(talks.TalkOpened, talks.TalkChanged, talks.TalkRead, talks.DutyBegun, talks.DutyEnded),
            # One of many small thanks: no letter each.
            *(AnswerRated, AnswerRatedByVisitors, RatingUndone),
            # The outbox is filled by notifications themselves (notifications/mailing.py).
            *(NotificationsMade, NotificationsRead, MailChanged),
            *(FollowChanged, MeTooAdded, MeTooUndone, MeToosRecounted, VisitorMeTooAsked, VisitorMeTooConfirmed),
        }
    )
