"""A topic: its page, the permanent links of its posts, and writing in it."""

from __future__ import annotations

from flask import Response, redirect, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from community.accounts.gate import members_only, public, viewer
from community.core.errors import Conflict, Invalid
from community.core.fragments import base_url, fragment, respond, stream_all, wants_stream
from community.core.jsonld import graph
from community.core.limits import by_person
from community.core.markup import excerpt
from community.core.paging import PAGE_SIZE, page_number
from community.core.position import Standing
from community.drafts.queries import draft_for
from community.posts.actions import Written, write_post
from community.posts.cards import card_address
from community.posts.forms import ReplyForm, id_in
from community.posts.fragments import aside_replaced, head_replaced, held_replaced, post_appended
from community.posts.kept import Body, body_of
from community.posts.queries import held_posts_of, post_for, topic_view
from community.posts.queries.posts import address_of
from community.posts.reading import kept_page
from community.posts.routes.blueprint import bp
from community.posts.structured import topic_things
from community.posts.submissions import new_submission_id
from community.posts.views import PostView, TopicPage
from community.settings.queries import site

DESCRIPTION = 160
"""Characters of a page's description: what search engines show."""


@bp.get("/t/<int:topic_id>", defaults={"slug": ""})
@bp.get("/t/<int:topic_id>/<slug>")
@public
def topic(topic_id: int, slug: str) -> Response:
    """A page of a topic; a wrong slug leads to the right one."""
    stood, body = body_of(viewer(), topic_id, page_number(request.args))
    page = body.page
    if page.topic.url != f"/t/{topic_id}/{slug}":
        return _moved(page.page.url(page.page.number))
    return _drawn(stood, body, _begun(topic_id) if viewer().signed_in else None)


@bp.get("/p/<int:post_id>")
@public
def post(post_id: int) -> Response:
    """The permanent link of a post: to its place in its topic, where a tombstone may stand."""
    return _moved(address_of(post_for(viewer(), post_id)))


@bp.post("/t/<int:topic_id>/posts")
@by_person("30 per minute")
@members_only
def write(topic_id: int) -> Response:
    """Write in a topic. Sent again, it leads to what exists; refused, it gives the text back."""
    form = ReplyForm()
    try:
        written = write_post(
            by=viewer(),
            topic_id=topic_id,
            body=form.body.data or "",
            role=form.role.data or None,
            reply_to_id=id_in(form.reply_to.data, "reply_to"),
            submission_id=form.submission_id.data,
            personal=not form.brand.data,
            asks_info=bool(form.asks_info.data),
        )
    except (Invalid, Conflict) as error:
        stood, body = body_of(viewer(), topic_id, topic_view(viewer(), topic_id).page_count)
        form.refuse(error)
        answer = _drawn(stood, body, form)
        answer.status_code = error.status
        return answer
    streams = _written(written) if wants_stream() and form.page.data == str(page_of(written)) else ()
    return respond(
        written.url, *streams, said=_("Only you see this until you have confirmed your address.") if written.held else ""
    )


def _written(written: Written) -> tuple[Markup, ...]:
    """The sent post at the end of the page that it was written on, and an empty form below: nothing moves under the writer."""
    topic, who = topic_view(viewer(), written.topic_id), viewer()
    composer = fragment(
        "posts/_composer.html",
        "composer",
        topic,
        _begun(topic.id),
        generate_csrf(),
        page=page_of(written),
        own=who.id == topic.author.id,
        brand=site().brand_name if who.is_staff else "",
    )
    return (
        held_replaced(topic, held_posts_of(who, topic.id)) if written.held else post_appended(written.post_id, topic),
        head_replaced(topic),
        aside_replaced(topic),
        stream_all("replace", f'draft-box[data-place="topic:{topic.id}"]', composer),
    )


def page_of(written: Written) -> int:
    """The page that a post stands on; a held one is shown to its author on the last."""
    if written.held:
        return topic_view(viewer(), written.topic_id).page_count
    return -(-written.number // PAGE_SIZE)


def _drawn(stood: Standing, body: Body, form: ReplyForm | None) -> Response:
    page = body.page
    best = next(iter((*page.cards, *page.posts)), None)
    return kept_page(
        viewer(),
        stood,
        "topics/topic.html",
        body=body,
        form=form,
        held=held_posts_of(viewer(), page.topic.id) if page.is_last else [],
        reply_to=_answered(page),
        base_url=base_url(),
        card=card_address(page) if page.topic.is_for_engines and not viewer().signed_in else "",
        # What is said to all alike; search engines do not sign in.
        things=graph(things) if (things := () if viewer().signed_in else topic_things(page, site().brand_name)) else None,
        description=excerpt(best.text, DESCRIPTION) if best and best.text else page.topic.title,
    )


def _begun(topic_id: int) -> ReplyForm:
    """The form for a reply, with what was begun in this topic before."""
    draft = draft_for(viewer(), f"topic:{topic_id}")
    form = ReplyForm(formdata=None)
    form.submission_id.data = new_submission_id()
    form.body.data = draft.fields.get("body", "") if draft else ""
    return form


def _answered(page: TopicPage) -> PostView | None:
    """The post of this page that the address or the sent form replies to."""
    wanted = request.form.get("reply_to") or request.args.get("reply_to")
    return next((each for each in (*page.posts, *page.cards) if str(each.id) == wanted and each.removed is None), None)


def _moved(address: str) -> Response:
    answer = redirect(address, code=302)
    answer.headers["Cache-Control"] = "private, no-cache"
    assert isinstance(answer, Response)
    return answer
