"""The reader of the log that tells people what concerns them, and puts what they have not read into the outbox.

It judges by the rows as they are now, not by the event: what was taken back, removed or hidden since is told to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select

from community.accounts import events as accounts
from community.answers import events as answers
from community.appeals import events as appeals
from community.categories import events as categories
from community.commitments import events as commitments
from community.core.follow import Follower, Reading, leased, park
from community.core.log import Event, Recorded
from community.core.unit import Unit, unit
from community.extensions import db
from community.faq import events as faq
from community.follows import events as follows
from community.follows.keeping import FollowKeeper
from community.mail.letters import put
from community.notifications import company
from community.notifications import events as own
from community.notifications.mailing import mail_due
from community.notifications.models import Notification, Telling
from community.notifications.seen import by_author, named, news_of, seen
from community.notifications.taking_back import taken_back
from community.notifications.telling import VISITORS, News, place_of, tell, tell_many, tell_portion
from community.posts import events as posts
from community.posts.models import Mention, Post
from community.promise import events as promise
from community.record import events as record
from community.searches import events as searches
from community.settings import events as settings
from community.staff import events as staff
from community.talks import events as talks
from community.topics import events as topics
from community.topics.models import Topic
from community.updates import events as updates
from community.votes import events as votes


def opened(u: Unit, recorded: Recorded, event: topics.TopicOpened) -> None:
    """A topic: whom its text names, and who follows its category, a tag of it or its author."""
    if not event.held:
        _topic_opened(u, recorded, event.topic_id, event.post_id)


def written(u: Unit, recorded: Recorded, event: posts.PostWritten) -> None:
    """A post: whom it names, to whom it replies, who asked, and who follows."""
    if not event.held:
        _post_written(u, recorded, event.topic_id, event.post_id)


def released(u: Unit, recorded: Recorded, event: posts.PostReleased) -> None:
    """The same once it can be read."""
    post = u.session.get(Post, event.post_id)
    if post is not None and post.number == 1:
        _topic_opened(u, recorded, event.topic_id, event.post_id)
    else:
        _post_written(u, recorded, event.topic_id, event.post_id)


def edited(u: Unit, recorded: Recorded, event: posts.PostEdited) -> None:
    """A new text may name somebody whom the old one did not; of a corrected update who follows it hears."""
    place, post = seen(u, event.topic_id, event.post_id)
    if place is None or post is None or event.held:
        return
    told = select(Notification.account_id).where(Notification.post_id == post.id, Notification.kind == "mention")
    named = select(Mention.account_id).where(Mention.post_id == post.id, Mention.account_id.not_in(told))
    news = news_of(recorded, event)
    tell(u, place, news("mention"), u.session.scalars(named).all())
    if post.number == 1 and post.topic.kind == "update":
        tell_many(u, place, news("corrected"), "posts")


def accepted(u: Unit, recorded: Recorded, event: answers.AnswerAccepted) -> None:
    """An answer solved it: its author, and who waits for the solution, with an account or without."""
    place, post = seen(u, event.topic_id, event.post_id)
    if place is None or post is None or not post.accepted:
        return
    news = news_of(recorded, event)
    tell(u, place, news("accepted"), [post.author_id])
    tell(u, place, news("solved"), [post.topic.author_id])
    tell_many(u, place, news("solved"), "marks")
    tell_many(u, place, news("solved"), VISITORS)


def made_official(u: Unit, recorded: Recorded, event: answers.AnswerMadeOfficial) -> None:
    """An answer speaks for the company: its author, who asked, and who waits."""
    place, post = seen(u, event.topic_id, event.post_id)
    if place is None or post is None or not post.official:
        return
    news = news_of(recorded, event)("official")
    tell(u, place, news, [post.author_id, post.topic.author_id])
    tell_many(u, place, news, "marks")


def told_author(kind: str) -> Reading:
    """A reading for an event that concerns the author of a post."""

    def told(u: Unit, recorded: Recorded, event: Any) -> None:
        place, post = seen(u, event.topic_id, event.post_id)
        if place is not None and post is not None:
            tell(u, place, news_of(recorded, event)(kind), [post.author_id])

    return told


def told_asker(kind: str) -> Reading:
    """A reading for an event that concerns who asked."""

    def told(u: Unit, recorded: Recorded, event: Any) -> None:
        place, topic = place_of(u, event.topic_id), u.session.get(Topic, event.topic_id)
        if place is not None and topic is not None:
            tell(u, place, news_of(recorded, event)(kind), [topic.author_id])

    return told


def rated(u: Unit, recorded: Recorded, event: votes.AnswerRated) -> None:
    """An answer helped: its author hears so, not by whom, and not again before they have read it."""
    place, post = seen(u, event.topic_id, event.post_id)
    if place is None or post is None or not event.helpful:
        return
    unread = (Notification.account_id == post.author_id, Notification.kind == "thanked", Notification.read_at.is_(None))
    if u.session.execute(select(Notification.id).where(*unread, Notification.post_id == post.id).limit(1)).first() is None:
        tell(u, place, News(recorded.position, recorded.at, "thanked", post.topic_id, post.id, None), [post.author_id])


def closed(u: Unit, recorded: Recorded, event: topics.TopicClosed) -> None:
    """A question was closed by somebody; what time closes was solved, and its asker said so."""
    if event.by_id is not None:
        told_asker("closed")(u, recorded, event)


def matched(u: Unit, recorded: Recorded, event: searches.SearchMatched) -> None:
    """A saved search found something for its owner."""
    place = place_of(u, event.topic_id)
    if place is not None:
        news = News(recorded.position, recorded.at, "search", event.topic_id, event.post_id, None)
        tell(u, place, news, [event.account_id])


def visitor_asked(u: Unit, recorded: Recorded, event: follows.VisitorMeTooAsked) -> None:
    """The mail by which a visitor confirms an address."""
    put(u, position=recorded.position, kind="me_too_confirm", about_id=event.visitor_id)


READS: Mapping[type[Event], Reading] = {
    topics.TopicOpened: opened,
    posts.PostWritten: written,
    posts.PostReleased: released,
    posts.PostEdited: edited,
    answers.AnswerAccepted: accepted,
    answers.AcceptanceUndone: taken_back("accepted", "solved"),
    answers.AnswerMadeOfficial: made_official,
    answers.OfficialMarkUndone: taken_back("official"),
    answers.AnswerRejected: told_author("rejected"),
    answers.RejectionUndone: taken_back("rejected"),
    answers.AcceptanceNudged: told_asker("nudge"),
    topics.InfoAsked: told_asker("info_asked"),
    topics.DuplicateMarked: told_asker("duplicate"),
    topics.TopicClosed: closed,
    topics.TopicReopened: told_asker("reopened"),
    votes.AnswerRated: rated,
    searches.SearchMatched: matched,
    commitments.CommitmentMade: company.committed,
    commitments.CommitmentChanged: company.committed,
    commitments.CommitmentKept: company.committed,
    commitments.CommitmentWithdrawn: company.committed,
    commitments.CommitmentLate: company.committed,
    updates.FigureCorrected: company.figure_corrected,
    follows.VisitorMeTooAsked: visitor_asked,
}


class NotificationFollower(Follower):
    """Tells of an event once its follows are kept; portions of what many are told, and mail that is due, come in between."""

    name = "notifications"
    batch = 10
    comes_after = FollowKeeper
    reads: ClassVar = READS
    ignores: ClassVar[frozenset[type[Event]]] = frozenset(
        {
            # One's own doing, or nobody's.
            *(accounts.AccountOpened, accounts.AccountConfirmed, accounts.ProfileChanged, accounts.ConfirmationAsked),
            *(accounts.ResetAsked, accounts.PasswordChanged, accounts.SessionEnded, accounts.AccountSuspended),
            *(accounts.SuspensionLifted, settings.SettingChanged, settings.SiteRestored),
            *(staff.RoleGranted, staff.RoleEnded, staff.StaffProfileChanged, categories.CategoryMade, categories.CategoryChanged),
            *(searches.SearchSaved, searches.SearchChanged, searches.SearchDropped),
            *(follows.FollowChanged, follows.MeTooAdded, follows.MeTooUndone, follows.MeToosRecounted),
            *(follows.VisitorMeTooConfirmed, own.NotificationsMade, own.NotificationsRead, own.MailChanged),
            # Nothing that anybody waits for: it shows where it stands.
            *(topics.TopicImported, topics.TopicRecounted, topics.TopicEdited, topics.TopicMoved, topics.InfoCleared),
            *(topics.DuplicateUndone, topics.QuestionQuiet, posts.PostRemoved, posts.PostRestored, posts.QuestionUnindexed),
            *(promise.PromiseChanged, promise.PromiseMissed),
            updates.FiguresPublished,  # told with their update
            *(appeals.AppealMade, appeals.AppealDecided),  # a letter tells of them, which reaches who is signed out, too
            *(
                talks.TalkOpened,
                talks.TalkSpoken,
                talks.TalkChanged,
                talks.TalkRead,
                talks.DutyBegun,
                talks.DutyEnded,
            ),  # have a door
            *(record.RecordGrown, record.RecordSigned),  # have a page and a feed
            *(faq.FaqEntryEntered, faq.FaqEntryChanged, faq.FaqEntryDoubted, faq.FaqEntryLeft),
            *(answers.AnswerChecked, answers.CheckUndone, answers.OutdatedMarked, answers.OutdatedUndone),
            *(answers.AnswerDoubted, answers.AnswerAged, votes.RatingUndone, votes.AnswerRatedByVisitors),
        }
    )

    def catch_up(self) -> int:
        """A portion of what many are told, else the mail that is due, else the next events."""
        return self._portion() or mail_due(self.name) or super().catch_up()

    def park_next(self, error: BaseException) -> None:
        """Give up on what fails: an event, or the rest of those whom one was to tell."""
        with unit() as u:
            telling = u.session.scalars(select(Telling).order_by(Telling.id).limit(1)).first()
            if telling is not None:
                park(u, self.name, Recorded(telling.position, telling.at, f"telling of {telling.kind}", None), error)
                u.session.delete(telling)
        if telling is None:
            super().park_next(error)

    def _portion(self) -> int:
        waiting = db.session.execute(select(Telling.id).limit(1)).first() is not None
        db.session.rollback()
        if not waiting:
            return 0
        with unit() as u:
            telling = u.session.scalars(select(Telling).order_by(Telling.id).limit(1)).first()
            if telling is None or not leased(self._cursor(u), u.now):
                return 0
            tell_portion(u, telling)
        return 1


def _topic_opened(u: Unit, recorded: Recorded, topic_id: int, post_id: int) -> None:
    place, post = seen(u, topic_id, post_id)
    if place is None or post is None:
        return
    news = by_author(recorded, post)
    tell(u, place, news("mention"), named(u, post))
    if post.topic.kind == "update":
        tell_many(u, place, news("update"), "updates")
    tell_many(u, place, news("topic"), "topics")


def _post_written(u: Unit, recorded: Recorded, topic_id: int, post_id: int) -> None:
    """Whoever is told for a nearer reason is not told again for a farther one."""
    place, post = seen(u, topic_id, post_id)
    if place is None or post is None:
        return
    news = by_author(recorded, post)
    tell(u, place, news("mention"), named(u, post))
    if post.reply_to_id is not None:
        tell(u, place, news("reply"), u.session.scalars(select(Post.author_id).where(Post.id == post.reply_to_id)).all())
    tell(u, place, news("answer" if post.role == "answer" else "reply"), [post.topic.author_id])
    tell_many(u, place, news("post"), "posts")
