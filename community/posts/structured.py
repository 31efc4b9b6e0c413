"""What the page of a topic says of itself to search engines, from the views that the page is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from community.core.jsonld import Person, Question, Thing, Words, breadcrumbs, discussion, qa_page
from community.posts.views import AuthorView, PostView, TopicPage, TopicView


def topic_things(page: TopicPage, brand: str) -> list[Thing]:
    """A question with its answers or a discussion with its comments, and where it stands.

    Nothing of a topic that search engines should leave out.
    """
    topic, first = page.topic, page.first
    if not topic.is_for_engines or first is None or first.removed is not None:
        return []
    told = _question(page, first, brand) if topic.kind == "question" else _discussion(page, first, brand)
    return [told, breadcrumbs(_places(topic, brand))]


def author_of(author: AuthorView, brand: str) -> Person:
    """Whoever wrote; who spoke for the brand is said to work for it."""
    works_for = brand if author.badge == "staff" else ""
    return Person(name=author.name, url=author.url, handle=author.handle, works_for=works_for)


def _question(page: TopicPage, first: PostView, brand: str) -> Thing:
    """Accepted and official answers are the accepted ones; of all others, those of this page are the suggested ones."""
    seen = [post for post in page.posts if post.removed is None and post.number > 1]
    comments = _comments_by_parent(seen, brand)
    top = {post.id: post for post in (*page.cards, *(each for each in seen if _is_top(each)))}
    suggested = [post for post in seen if post.role == "answer" and post.id not in top]
    words = _worded(brand, comments)
    return qa_page(
        Question(
            name=page.topic.title,
            asked=Words(
                url=page.topic.url,
                text=first.text,
                author=author_of(first.author, brand),
                created=first.created_at,
                edited=first.edited_at,
                votes=page.topic.me_too_count,
                comments=comments.get(None, ()),
            ),
            answer_count=page.topic.answer_count,
            accepted=[words(post) for post in top.values()],
            suggested=[words(post) for post in suggested],
        )
    )


def _is_top(post: PostView) -> bool:
    return post.role == "answer" and (post.accepted or post.official)


def _comments_by_parent(posts: Iterable[PostView], brand: str) -> dict[int | None, list[Words]]:
    """Remarks and replies by the answer of this page that they are about; those about the question by None."""
    posts = list(posts)
    answers = {post.id for post in posts if post.role == "answer"}
    words, found = _worded(brand, {}), dict[int | None, list[Words]]()
    for post in posts:
        if post.role != "answer":
            parent = post.reply_to.id if post.reply_to and post.reply_to.id in answers else None
            found.setdefault(parent, []).append(words(post))
    return found


def _worded(brand: str, comments: dict[int | None, list[Words]]) -> Callable[[PostView], Words]:
    def words(post: PostView) -> Words:
        return Words(
            url=post.url,
            text=post.text,
            author=author_of(post.author, brand),
            created=post.created_at,
            edited=post.edited_at,
            votes=(post.helpful or 0) - (post.unhelpful or 0) if post.helpful is not None else None,
            comments=comments.get(post.id, ()),
        )

    return words


def _discussion(page: TopicPage, first: PostView, brand: str) -> Thing:
    words = _worded(brand, {})
    begun = Words(
        url=page.topic.url,
        text=first.text,
        author=author_of(first.author, brand),
        created=first.created_at,
        edited=first.edited_at,
        comments=[words(post) for post in page.posts if post.number > 1 and post.removed is None and post.text],
    )
    here = page.page.url(page.page.number)
    return discussion(page.topic.title, begun, page=here, comment_count=page.topic.reply_count)


def _places(topic: TopicView, brand: str) -> list[tuple[str, str]]:
    above = [topic.category.parent] if topic.category.parent else []
    return [(brand, "/"), *((place.name, place.url) for place in (*above, topic.category)), (topic.title, topic.url)]
