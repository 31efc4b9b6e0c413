"""What changes on an open page of a topic, as streams of the page's own macros: for the answer to a form, and for pushes."""

from __future__ import annotations

from markupsafe import Markup

from community.core.fragments import fragment, stream, stream_all
from community.posts.queries import post_views_unchecked, topic_page_unchecked
from community.posts.views import PostView, TopicPage, TopicView

_TOPIC = "topics/_topic.html"


def post_replaced(post: PostView, topic: TopicView) -> Markup:
    """The post in its place in the conversation."""
    return stream("replace", f"post_{post.id}", fragment("posts/_post.html", "post", post, topic))


def votes_replaced(post: PostView) -> Markup:
    """How many a post helped, in the conversation and in the card below the question."""
    html = fragment("posts/_parts.html", "votes", post) if post.helpful is not None else Markup()
    return stream_all("replace", f'[data-post="{post.id}"] [data-part="votes"]', html)


def check_replaced(post: PostView) -> Markup:
    """Whether an answer still is true, in the conversation and in the card below the question."""
    return stream_all("replace", f'[data-post="{post.id}"] [data-part="check"]', fragment("posts/_parts.html", "check", post))


def post_appended(post_id: int, topic: TopicView) -> Markup:
    """The post at the end of the conversation; one with its id that is there already goes first."""
    posts = [fragment("posts/_post.html", "post", post, topic) for post in post_views_unchecked([post_id])]
    return stream("append", f"topic_{topic.id}_posts", Markup().join(posts))


def held_replaced(topic: TopicView, held: list[PostView]) -> Markup:
    """What only its author sees of a topic, for that author."""
    posts = [fragment("posts/_post.html", "post", post, topic) for post in held]
    return stream("update", f"topic_{topic.id}_held", Markup().join(posts))


def head_replaced(topic: TopicView) -> Markup:
    """Title, state and notices."""
    return stream("replace", f"topic_{topic.id}_head", fragment(_TOPIC, "topic_head", topic))


def answers_replaced(page: TopicPage) -> Markup:
    """The accepted and official answers under the question; `page` is the first. Other pages have no such place."""
    return stream("replace", f"topic_{page.topic.id}_answers", fragment(_TOPIC, "topic_answers", page))


def corrections_replaced(page: TopicPage) -> Markup:
    """The corrections on top of an update; `page` is the first. Other pages have no such place."""
    return stream("replace", f"topic_{page.topic.id}_corrections", fragment(_TOPIC, "topic_corrections", page))


def aside_replaced(topic: TopicView) -> Markup:
    """What stands beside the topic."""
    return stream("replace", f"topic_{topic.id}_aside", fragment(_TOPIC, "topic_aside", topic))


def marked_streams(topic_id: int, post_id: int) -> tuple[Markup, ...]:
    """What a mark on an answer changes on a page: the post, the answers under the question, and the head."""
    page = topic_page_unchecked(topic_id, 1)
    return (
        *(post_replaced(post, page.topic) for post in post_views_unchecked([post_id])),
        answers_replaced(page),
        head_replaced(page.topic),
    )
