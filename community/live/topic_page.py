"""What a page of a topic shows, drawn anew by the page's own macros."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy import select

from community.core.errors import NotFound
from community.core.fragments import fragment, stream, stream_all
from community.core.paging import PAGE_SIZE, Page
from community.extensions import db
from community.live.changes import Changes, Part
from community.posts.models import Post
from community.posts.queries import held_posts_of, post_views_unchecked, topic_view
from community.posts.queries.page import MARKED, card_order
from community.posts.views import PostView, TopicView
from community.staff.viewer import Viewer

REFRESH = Markup('<turbo-stream action="refresh" method="morph" scroll="preserve"></turbo-stream>')
"""Asks the browser to fetch its page again and change only what differs."""

PAGERS = 6
"""First and last pages of a long topic that learn at once of a new page; those between show it with the next load."""


def topic_streams(viewer: Viewer, topic_id: int, changes: Changes) -> Markup:
    """What changed in a topic as this viewer sees it; nothing where they may not know of it. Values are absolute."""
    try:
        topic = topic_view(viewer, topic_id)
    except NotFound:
        return Markup()
    touched = [post for post in post_views_unchecked([*changes.new_posts, *changes.posts]) if post.topic_id == topic_id]
    seen = sorted((post for post in touched if not post.held), key=lambda post: post.number)
    streams = [
        _post(topic, post, is_new=post.id in changes.new_posts) for post in seen if post.number > 1 or post.id in changes.posts
    ]
    if any(post.held and post.author.id == viewer.id for post in touched):
        streams.append(_held(viewer, topic))
    if Part.CARDS in changes.parts or any(post.accepted or post.official for post in seen):
        streams.append(stream("update", f"topic_{topic_id}_answers", _cards(topic)))
    if Part.HEAD in changes.parts:
        streams.append(stream("replace", f"topic_{topic_id}_head", fragment("topics/_topic.html", "topic_head", topic)))
        streams.append(stream("replace", f"topic_{topic_id}_aside", fragment("topics/_topic.html", "topic_aside", topic)))
    if any(post.number > 1 and post.number % PAGE_SIZE == 1 for post in seen if post.id in changes.new_posts):
        streams.extend(_pagers(topic))
    own_page = Part.PAGE in changes.parts and topic_id in changes.topics  # else it is about a duplicate of this one
    if own_page or (Part.FATE in changes.parts and any(post.number == 1 for post in seen)):
        streams.append(REFRESH)
    return Markup().join(streams)


def _post(topic: TopicView, post: PostView, *, is_new: bool) -> Markup:
    html = fragment("posts/_post.html", "post", post, topic)
    if not is_new:
        return stream("replace", f"post_{post.id}", html)
    # The author of a held post sees it apart from the others until now.
    apart = stream_all("remove", f'#topic_{topic.id}_held [data-post="{post.id}"]')
    page = -(-post.number // PAGE_SIZE)
    return apart + stream_all("append", f'#topic_{topic.id}_posts[data-page="{page}"]', html)


def _held(viewer: Viewer, topic: TopicView) -> Markup:
    posts = [fragment("posts/_post.html", "post", post, topic) for post in held_posts_of(viewer, topic.id)]
    return stream("update", f"topic_{topic.id}_held", Markup().join(posts))


def _cards(topic: TopicView) -> Markup:
    if topic.removed or not (topic.accepted_count or topic.official_count):
        return Markup()
    ids = db.session.scalars(select(Post.id).where(Post.topic_id == topic.id, MARKED)).all()
    cards = [post for post in post_views_unchecked(ids) if post.removed is None and not post.held]
    return Markup().join(
        fragment("answers/_answer_card.html", "answer_card", post, topic) for post in sorted(cards, key=card_order)
    )


def _pagers(topic: TopicView) -> Iterable[Markup]:
    count = topic.page_count
    for number in range(1, count + 1):
        if number <= PAGERS or number > count - PAGERS:
            html = fragment("_pager.html", "pager", Page(number, count, topic.url))
            yield stream_all("update", f'#topic_{topic.id}_pager[data-page="{number}"]', html)
