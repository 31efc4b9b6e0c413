"""What a page of a topic shows, drawn anew by the page's own macros."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from community.commitments.fragments import in_topic_replaced
from community.core.errors import NotFound
from community.core.fragments import REFRESH, fragment, stream, stream_all
from community.core.paging import PAGE_SIZE, Page
from community.live.changes import Changes, Part
from community.posts.fragments import (
    answers_replaced,
    aside_replaced,
    corrections_replaced,
    head_replaced,
    post_replaced,
    votes_replaced,
)
from community.posts.queries import held_posts_of, post_views_unchecked, topic_page, topic_view
from community.posts.views import PostView, TopicView
from community.staff.viewer import Viewer
from community.updates.fragments import in_topic_replaced as figures_replaced

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
    # The first post never comes later than its page, except when a held topic is released, which its author alone has open.
    new = {post.id for post in seen if post.id in changes.new_posts and post.number > 1}
    streams = [_new(topic, post) if post.id in new else post_replaced(post, topic) for post in seen]
    if voted := changes.votes.keys() - changes.posts.keys() - changes.new_posts.keys():
        streams += [votes_replaced(post) for post in post_views_unchecked(voted) if post.topic_id == topic_id]
    if any(post.held and post.author.id == viewer.id for post in touched):
        streams.append(_held(viewer, topic))
    if Part.CARDS in changes.parts or any(post.accepted or post.official for post in seen):
        streams.append(answers_replaced(topic_page(viewer, topic_id, 1)))
    if topic.kind == "update" and any(post.number == 1 for post in seen):
        streams.append(corrections_replaced(topic_page(viewer, topic_id, 1)))
    if Part.HEAD in changes.parts:
        streams += [head_replaced(topic), aside_replaced(topic)]
    if Part.COMMITMENTS in changes.parts or Part.FATE in changes.parts:
        streams.append(in_topic_replaced(topic_id))
    if Part.FIGURES in changes.parts or (Part.FATE in changes.parts and topic.kind == "update"):
        streams.append(figures_replaced(topic_id))
    if any(post.number % PAGE_SIZE == 1 for post in seen if post.id in new):
        streams.extend(_pagers(topic))
    own_page = Part.PAGE in changes.parts and topic_id in changes.topics  # else it is about a duplicate of this one
    if own_page or (Part.FATE in changes.parts and any(post.number == 1 for post in seen)):
        streams.append(REFRESH)
    return Markup().join(streams)


def _new(topic: TopicView, post: PostView) -> Markup:
    """The post at the end of the page that it belongs to, and no longer apart, where its author saw it while it was held."""
    page = -(-post.number // PAGE_SIZE)
    apart = stream_all("remove", f'#topic_{topic.id}_held [data-post="{post.id}"]')
    html = fragment("posts/_post.html", "post", post, topic)
    return apart + stream_all("append", f'#topic_{topic.id}_posts[data-page="{page}"]', html)


def _held(viewer: Viewer, topic: TopicView) -> Markup:
    posts = [fragment("posts/_post.html", "post", post, topic) for post in held_posts_of(viewer, topic.id)]
    return stream("update", f"topic_{topic.id}_held", Markup().join(posts))


def _pagers(topic: TopicView) -> Iterable[Markup]:
    count = topic.page_count
    for number in range(1, count + 1):
        if number <= PAGERS or number > count - PAGERS:
            html = fragment("_pager.html", "pager", Page(number, count, topic.url))
            yield stream_all("update", f'#topic_{topic.id}_pager[data-page="{number}"]', html)
