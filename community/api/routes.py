"""The endpoints of the API: each loads through the key's viewer, calls one action and shows what is there now."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, jsonify, render_template

from community.accounts import gate
from community.api import commitments, faq, following, life, marks, promise, record, saved, talks, updates
from community.api import models as m
from community.api.blueprint import bp
from community.api.description import describe, kind_words, reading_order
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import author_out, events_out, link, number_after, post_out, posts_out, topic_out, topics_out
from community.api.search_models import FacetOut, WaitingOut
from community.categories.policy import may_open_topic
from community.categories.queries import categories_visible_to, category_for
from community.core.errors import Invalid, NotFound
from community.core.fragments import base_url
from community.core.limits import LOOKS, SEARCHES, browser
from community.insights.noted import note_empty_search
from community.people.queries import person
from community.posts.actions import edit_post, open_topic, remove_post, write_post
from community.posts.models import Post
from community.posts.queries import post_for, topic_view
from community.posts.views import Tile
from community.search.faceting import Count, Facets
from community.search.queries import asked, search
from community.search.similar import Similar, related, similar
from community.staff.viewer import Viewer
from community.topics.models import OPENED
from community.topics.queries import topic_for

assert commitments
assert faq
assert following
assert life
assert marks  # they declare their endpoints
assert promise
assert saved
assert record
assert talks
assert updates


@endpoint(bp, "GET", "/topics", query=m.TopicQuery, answer=m.TopicPage)
def list_topics(call: Call[Nothing, m.TopicQuery]) -> m.TopicPage:
    """List topics, newest first."""
    q = call.query
    category_id = category_for(call.viewer, q.category).id if q.category is not None else None
    topics, after = topics_out(
        call.viewer, kind=q.kind, state=q.state, category_id=category_id, tag=q.tag, after=q.after, limit=q.limit
    )
    kept = q.model_dump(exclude={"after"}, exclude_none=True)
    return m.TopicPage(topics=topics, next=link("/topics", **kept, after=after) if after else None)


@endpoint(bp, "POST", "/topics", scope="write", body=m.NewTopic, answer=m.TopicOut, status=201, idempotent=True)
def post_topic(call: Call[m.NewTopic, Nothing]) -> m.TopicOut:
    """Ask a question or open a discussion."""
    sent = call.body
    try:
        category = category_for(call.viewer, sent.category)
    except NotFound:
        raise Invalid(fields={"category": "There is no such category."}) from None
    written = open_topic(
        by=call.viewer,
        **sent.model_dump(exclude={"category"}),
        category_id=category.id,
        submission_id=call.idempotency_key,
        strict=True,
    )
    return topic_out(call.viewer, written.topic_id)


@endpoint(bp, "GET", "/topics/<int:topic_id>", answer=m.TopicOut)
def get_topic(call: Call[Nothing, Nothing], topic_id: int) -> m.TopicOut:
    """Read a topic without its posts."""
    return topic_out(call.viewer, topic_id)


@endpoint(bp, "GET", "/topics/<int:topic_id>/posts", query=m.PageQuery, answer=m.PostPage)
def list_posts(call: Call[Nothing, m.PageQuery], topic_id: int) -> m.PostPage:
    """List the posts of a topic in their order; the first has number 1."""
    topic_for(call.viewer, topic_id)
    q = call.query
    after = number_after(q.after)
    posts = posts_out(call.viewer, Post.topic_id == topic_id, Post.number > after, limit=q.limit + 1)
    more = posts[q.limit - 1].number if len(posts) > q.limit else None
    address = link(f"/topics/{topic_id}/posts", limit=q.limit, after=more) if more is not None else None
    return m.PostPage(posts=posts[: q.limit], next=address)


@endpoint(bp, "POST", "/topics/<int:topic_id>/posts", scope="write", body=m.NewPost, answer=m.PostOut, status=201, idempotent=True)
def post_post(call: Call[m.NewPost, Nothing], topic_id: int) -> m.PostOut:
    """Write a post in a topic."""
    sent = call.body
    written = write_post(
        by=call.viewer,
        topic_id=topic_id,
        body=sent.body,
        role=sent.role,
        reply_to_id=sent.reply_to,
        personal=sent.personal,
        submission_id=call.idempotency_key,
        strict=True,
    )
    return post_out(call.viewer, written.post_id)


@endpoint(bp, "GET", "/posts/<int:post_id>", answer=m.PostOut)
def get_post(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Read a post."""
    return post_out(call.viewer, post_id)


@endpoint(bp, "PATCH", "/posts/<int:post_id>", scope="write", body=m.PostChange, answer=m.PostOut)
def patch_post(call: Call[m.PostChange, Nothing], post_id: int) -> m.PostOut:
    """Change the text of a post; the former text stays in its public history."""
    _moderating(call, post_id)
    edit_post(by=call.viewer, post_id=post_id, body=call.body.body, version=call.body.version, note=call.body.note)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>", scope="write", body=m.RemovalAsked, answer=m.PostOut)
def delete_post(call: Call[m.RemovalAsked, Nothing], post_id: int) -> m.PostOut:
    """Take a post away: one's own, or with the scope moderate another's, by a rule and with a reason."""
    _moderating(call, post_id)
    remove_post(by=call.viewer, post_id=post_id, rule=call.body.rule, reason=call.body.reason)
    return post_out(call.viewer, post_id)


@endpoint(bp, "GET", "/search", query=m.SearchQuery, answer=m.Results, limit=SEARCHES)
def get_search(call: Call[Nothing, m.SearchQuery]) -> m.Results:
    """Search topics, answers first; the operators of the search box work here too."""
    query = asked({"q": call.query.q, "sort": call.query.sort})
    found = search(call.viewer, query, number=call.query.page)
    if found.available and not query.is_empty and not found.total:
        note_empty_search(call.query.q, browser())
    results = [
        m.Result(
            topic=_topic_found(one.tile),
            snippet="".join(text for text, _ in one.passage),
            post_url=f"{base_url()}{one.post_url}",
            by=author_out(one.by) if one.by else None,
            accepted=one.accepted,
            official=one.official,
        )
        for one in found.results
    ]
    more = found.page.number < found.page.count
    return m.Results(
        results=results,
        total=found.total,
        total_is_at_least=found.at_least,
        facets=_facets_out(found.facets),
        waiting=[WaitingOut(title=one.title, url=f"{base_url()}{one.url}") for one in found.held],
        suggestion=found.suggestion,
        next=link("/search", q=call.query.q, page=call.query.page + 1, sort=call.query.sort) if more else None,
    )


@endpoint(bp, "GET", "/similar", query=m.SimilarQuery, answer=m.SimilarResults, limit=LOOKS)
def get_similar(call: Call[Nothing, m.SimilarQuery]) -> m.SimilarResults:
    """Find the questions nearest to one that somebody is about to ask."""
    q = call.query
    found = similar(call.viewer, q.title, q.body, limit=q.limit, answered=q.answered)
    return _similar_out(found)


@endpoint(bp, "GET", "/topics/<int:topic_id>/related", answer=m.SimilarResults, limit=LOOKS)
def get_related(call: Call[Nothing, Nothing], topic_id: int) -> m.SimilarResults:
    """Find the questions that are about the same as a topic."""
    topic = topic_view(call.viewer, topic_id)
    if topic.held or topic.removed:
        raise NotFound
    return _similar_out(related(call.viewer, topic))


@endpoint(bp, "GET", "/categories", answer=m.CategoryList)
def list_categories(call: Call[Nothing, Nothing]) -> m.CategoryList:
    """List the categories that you may read, each followed by those below it."""
    categories = categories_visible_to(call.viewer)
    slugs = {category.id: category.slug for category in categories}
    asking = call.viewer if call.viewer.signed_in else Viewer(id=0)
    found = [
        m.CategoryOut(
            id=category.id,
            slug=category.slug,
            name=category.name,
            description=category.description,
            url=f"{base_url()}/c/{category.slug}",
            visibility=category.visibility,  # type: ignore[arg-type]
            parent=slugs.get(category.parent_id) if category.parent_id else None,
            opens=[kind for kind in OPENED if may_open_topic(asking, category, kind)],  # type: ignore[misc]
        )
        for category in categories
    ]
    return m.CategoryList(categories=found)


@endpoint(bp, "GET", "/people/<handle>", answer=m.PersonOut)
def get_person(call: Call[Nothing, Nothing], handle: str) -> m.PersonOut:
    """Read what everybody may know of a person."""
    who = person(call.viewer, handle, 1)
    return m.PersonOut(
        handle=who.handle,
        name=who.name,
        url=f"{base_url()}{who.url}",
        about=who.about,
        joined_at=who.joined_at,
        badge=who.badge,  # type: ignore[arg-type]
        badge_text=who.badge_text,
        answers=who.answers,
        solved=who.solved,
    )


@endpoint(bp, "GET", "/events", query=m.EventQuery, answer=m.EventPage)
def list_events(call: Call[Nothing, m.EventQuery]) -> m.EventPage:
    """Follow what happens in public, oldest first."""
    events, last = events_out(call.query.after, call.query.limit)
    return m.EventPage(events=events, next=link("/events", limit=call.query.limit, after=last))


@bp.after_request
def challenge(response: Response) -> Response:
    """Say with a 401 how to identify (RFC 6750)."""
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@bp.get("/openapi.json")
@gate.public
def openapi() -> Response:
    """The description of all this as OpenAPI 3.1."""
    return jsonify(describe(base_url()))


@bp.get("/docs")
@gate.public
def docs() -> str:
    """The same to read."""
    return render_template("api/docs.html", described=describe(base_url()), endpoints=reading_order(), kind=kind_words)


def _facets_out(facets: Facets) -> dict[str, list[FacetOut]]:
    """The counts of each filter, most first."""
    return {
        name: [FacetOut(value=value, count=count.number, at_least=count.at_least) for value, count in _most_first(counts)]
        for name, counts in facets.items()
    }


def _most_first(counts: dict[str, Count]) -> list[tuple[str, Count]]:
    return sorted(counts.items(), key=lambda each: (-each[1].number, each[0]))


def _topic_found(tile: Tile) -> m.TopicFound:
    return m.TopicFound(
        id=tile.id,
        title=tile.title,
        url=f"{base_url()}{tile.url}",
        kind=tile.kind,  # type: ignore[arg-type]
        state=tile.state,  # type: ignore[arg-type]
        closed=tile.closed,
        category=tile.category.slug,
    )


def _similar_out(found: Sequence[Similar]) -> m.SimilarResults:
    results = [
        m.Result(
            topic=_topic_found(one.tile),
            snippet=one.passage,
            post_url=f"{base_url()}{one.answer.url if one.answer else one.tile.url}",
            by=author_out(one.answer.author) if one.answer else None,
            accepted=one.answer is not None and one.answer.accepted,
            official=one.answer is not None and one.answer.official,
        )
        for one in found
    ]
    return m.SimilarResults(results=results)


def _moderating(call: Call[m.PostChange, Nothing] | Call[m.RemovalAsked, Nothing], post_id: int) -> None:
    """Another's post needs the scope `moderate` as well as the right. Raises NotFound, Forbidden."""
    if post_for(call.viewer, post_id).author_id != call.viewer.id:
        call.require_scope("moderate")
