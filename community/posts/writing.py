"""What opening a topic, writing a post and importing one share: the checked text, its row, the counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import case, delete, func, select

from community.accounts.models import Account
from community.core.errors import Invalid, TooMany
from community.core.fragments import base_url
from community.core.markup import MAX_BYTES, MAX_CHARS, Rendered, render, without_invisible
from community.core.native import NativeThreads, TooBusy
from community.core.text import is_clean
from community.core.unit import Unit
from community.extensions import db
from community.posts.models import Mention, Post
from community.staff.queries import badge_now
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import public_topics_unchecked
from community.topics.state import reopened_at

LONG = 4_000
"""Characters from which a text is rendered off the event loop (rulings 16): it takes about 5 ms then."""

MOST_MENTIONED = 10
"""People whom one post tells that it names them."""

_threads = NativeThreads(at_once=2, seconds=10.0)


@dataclass(frozen=True)
class Text:
    """What somebody wrote, checked and rendered: `body` is Markdown, `html` safe, `text` its words."""

    body: str
    html: Markup
    text: str
    mentions: tuple[str, ...] = ()
    """The handles that stand in it, in lower case, whether or not they exist."""


def prepared(body: str) -> Text:
    """Check and render what somebody wrote; outside a unit, as it may take some time.

    Raises Invalid where it is blank, longer than 32,000 characters or 128 KiB (rulings 22), or holds
    characters that cannot be stored.
    """
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if len(body) > MAX_CHARS:
        raise Invalid(fields={"body": _("A post has at most %(num)s characters.", num=MAX_CHARS)})
    if not is_clean(body):
        raise Invalid(fields={"body": _("This holds characters that cannot be stored.")})
    if len(body.encode()) > MAX_BYTES:
        raise Invalid(fields={"body": _("This text is too long.")})
    body = body.strip("\n").rstrip()
    if not without_invisible(body).strip():
        raise Invalid(fields={"body": _("Please write something.")})
    rendered = rendered_body(body)
    if not rendered.html.strip():
        raise Invalid(fields={"body": _("Please write something that can be seen.")})
    return Text(body, rendered.html, rendered.text, rendered.mentions)


def rendered_body(body: str) -> Rendered:
    """Render Markdown as pages show it: mentions of people who exist, links to topics that everybody may read."""
    if len(body) < LONG:
        return render(body, mentions=_addresses, topics=_topic_links, base_url=base_url())
    return _rendered_off_the_loop(body)


def _rendered_off_the_loop(body: str) -> Rendered:
    """The same for a long text, which may take half a second: a first reading says whom and what it names."""
    here = base_url()
    try:
        named = _threads.run(render, body, mentions=_nobody, topics=_nothing, base_url=here)
        people, topics = _addresses(list(named.mentions)), _topic_links(list(named.topic_ids))
        if not people and not topics:
            return named
        return _threads.run(render, body, mentions=lambda _: people, topics=lambda _: topics, base_url=here)
    except TooBusy:
        raise TooMany(_("Many long texts are being written just now. Please try again in a few seconds."), retry_after=5) from None


def _nobody(_handles: list[str]) -> dict[str, str]:
    return {}


def _nothing(_ids: list[int]) -> dict[int, tuple[str, str]]:
    return {}


def _addresses(handles: list[str]) -> dict[str, str]:
    known = db.session.scalars(select(Account.handle).where(Account.handle.in_(handles), Account.erased_at.is_(None)))
    return {handle: f"/u/{handle}" for handle in known}


def _topic_links(ids: list[int]) -> dict[int, tuple[str, str]]:
    # Neither title nor slug: a stored text would go on telling them when the topic is no longer public.
    return {topic_id: (f"/t/{topic_id}", f"#{topic_id}") for topic_id in public_topics_unchecked(ids)}


def insert_post(
    u: Unit,
    topic: Topic,
    by: Viewer,
    text: Text,
    *,
    role: str,
    first: bool = False,
    reply_to_id: int | None = None,
    personal: bool = False,
) -> Post:
    """Inside a unit: add a post by this viewer and count it; held where their address is not confirmed."""
    badge, title = badge_now(by, personal=personal)
    held = not by.confirmed
    post = Post(
        topic_id=topic.id,
        number=1 if first else next_number(u, topic.id, held=held),
        author_id=by.id,
        role=role,
        reply_to_id=reply_to_id,
        body=text.body,
        html=str(text.html),
        text=text.text,
        created_at=u.now,
        badge=badge,
        badge_title=title,
        held_at=u.now if held else None,
    )
    u.add(post)
    set_mentions(u, post, text.mentions)
    if not held:
        count_in(topic, post)
    return post


def set_mentions(u: Unit, post: Post, handles: Sequence[str]) -> None:
    """Inside a unit: note whom a post names, apart from its author; of many the first ten, as the rest would be a nuisance."""
    u.session.execute(delete(Mention).where(Mention.post_id == post.id))
    named = (Account.handle.in_(handles[:MOST_MENTIONED]), Account.erased_at.is_(None), Account.id != post.author_id)
    for account_id in u.session.scalars(select(Account.id).where(*named)) if handles else ():
        u.session.add(Mention(post_id=post.id, account_id=account_id))


def next_number(u: Unit, topic_id: int, *, held: bool) -> int:
    """The number of the next post of a topic: upwards from 1 for what everybody sees, downwards from -1 for what is held."""
    if held:
        lowest = u.session.execute(select(func.min(Post.number)).where(Post.topic_id == topic_id)).scalar_one()
        return min(lowest or 0, 0) - 1
    highest = u.session.execute(select(func.max(Post.number)).where(Post.topic_id == topic_id)).scalar_one()
    return max(highest or 0, 0) + 1


def count_in(topic: Topic, post: Post) -> None:
    """Count a post that everybody may see from now on, except the first, with which a topic begins."""
    if post.number > 1:
        topic.post_count += 1
        topic.others_count += post.author_id != topic.author_id
    topic.last_by_id = post.author_id
    topic.last_post_at = max(topic.last_post_at, post.created_at)
    topic.active_at = max(topic.active_at, post.created_at)
    if topic.first_staff_answer_at is None and _keeps_promise(topic, post):
        topic.first_staff_answer_at = post.created_at


def _keeps_promise(topic: Topic, post: Post) -> bool:
    """Rulings 18: an answer from an employee who speaks for the company."""
    return topic.kind == "question" and post.role == "answer" and post.badge == "staff" and post.author_id != topic.author_id


def recount(u: Unit, topic: Topic) -> None:
    """Inside a unit: count again what everybody may see of a topic, after a removal, a restoration or an import."""
    recount_marks(u, topic)
    seen = (Post.topic_id == topic.id, Post.held_at.is_(None), Post.removed_at.is_(None))
    last = u.session.execute(select(Post.author_id, Post.created_at).where(*seen).order_by(Post.number.desc()).limit(1)).first()
    topic.last_by_id, topic.last_post_at = (last.author_id, last.created_at) if last else (topic.author_id, topic.created_at)
    topic.active_at = topic.last_post_at


def recount_marks(u: Unit, topic: Topic) -> None:
    """Inside a unit: the same of posts and their marks alone, after a mark was set or taken back.

    An answer that the asker has rejected does not keep the promise (product.md 6).
    """
    u.session.flush()
    by_other, stands = Post.author_id != topic.author_id, Post.rejected_at.is_(None)
    promised = case(((Post.role == "answer") & (Post.badge == "staff") & by_other & stands, Post.created_at))
    row = u.session.execute(
        select(
            func.count().label("posts"),
            func.count(case((by_other, 1))).label("others"),
            func.count(case((Post.official, 1))).label("official"),
            func.count(case((Post.official & stands, 1))).label("standing"),
            func.count(case((Post.accepted, 1))).label("accepted"),
            func.max(Post.rejected_at).label("rejected_at"),
            func.min(promised).label("first_staff_answer"),
        ).where(Post.topic_id == topic.id, Post.held_at.is_(None), Post.removed_at.is_(None))
    ).one()
    topic.post_count, topic.others_count = row.posts, row.others
    topic.official_count, topic.standing_count, topic.accepted_count = row.official, row.standing, row.accepted
    topic.first_staff_answer_at = row.first_staff_answer if topic.kind == "question" else None
    topic.unsolved_at = max(filter(None, (row.rejected_at, reopened_at(u, topic))), default=None)
