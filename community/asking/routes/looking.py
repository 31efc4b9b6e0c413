"""Looking for answers before one asks, and what came of it (rulings 8: by POST, so that no log keeps what was typed)."""

from __future__ import annotations

from datetime import date

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import public, viewer, without_session
from community.asking import waiting
from community.asking.forms import AskForm, numbers_in
from community.asking.routes.asking import ask_page, sent_form
from community.asking.routes.blueprint import bp
from community.core.errors import NotFound
from community.core.fragments import private_page, respond
from community.core.limits import LOOKS, by_person
from community.core.once import new_ticket, use_ticket
from community.drafts.actions import discard_draft
from community.insights.actions import count_found, count_opened, count_successful, uncount_successful
from community.posts.queries import topic_page
from community.search.similar import similar

SHOWN = 5


@bp.post("/ask/similar")
@by_person(LOOKS)
@without_session
@public
def look() -> Response:
    """The answered questions nearest to what was typed. A script gets the list alone; a plain form gets its page back with it."""
    if request.form.get("part") == "list":  # while somebody types: the form with its choices is not needed
        title, body = (request.form.get(name, "") for name in ("title", "body"))
        return private_page("asking/similar_part.html", similar=similar(viewer(), title, body, limit=SHOWN))
    form = sent_form()
    found = similar(viewer(), form.title.data or "", form.body.data or "", limit=SHOWN)
    if found:
        form.shown.data = " ".join(str(one.tile.id) for one in found)
    return ask_page(form, similar=found)


@bp.post("/ask/opened")
@by_person("120 per minute")
@without_session
@public
def note_opened() -> Response:
    """One of the similar questions was opened; `first` in this asking."""
    count_opened(by=viewer(), topic_id=_topic(), first=bool(request.form.get("first")))
    return Response(status=204)


@bp.post("/ask/answered")
@by_person("30 per hour")
@public
def end_answered() -> Response:
    """An answer that is there answers it: the draft ends. What was typed stays in this browser for a day, just in case."""
    form, topic_id = AskForm(), _topic()
    topic_page(viewer(), topic_id, 1)  # raises NotFound where there is nothing that could have answered it
    opened = bool(numbers_in(form.opened.data))
    day = count_successful(by=viewer(), topic_id=topic_id, opened=opened)
    if viewer().signed_in:
        discard_draft(by=viewer(), place="ask")
    answer = waiting.forget(respond(f"/ask/answered?topic={topic_id}"))
    counted = {"answered": str(topic_id), "day": day.isoformat(), "member": "1" if viewer().signed_in else ""}
    waiting.keep(answer, {**form.typed(), **counted, "ticket": new_ticket(waiting.SECONDS)}, waiting.ENDED)
    return answer


@bp.get("/ask/answered")
@public
def answered() -> Response:
    """Thanks, the answer once more, and what one can do for whoever gave it."""
    numbers = numbers_in(request.args.get("topic"))
    if not numbers:
        raise NotFound
    page = topic_page(viewer(), numbers[0], 1)
    answers = page.cards or [post for post in page.posts if post.role == "answer" and post.removed is None]
    kept = waiting.question(request, waiting.ENDED)
    return private_page(
        "asking/answered.html",
        topic=page.topic,
        answer=answers[0] if answers else None,
        can_go_on=kept.get("answered") == str(page.topic.id),
    )


@bp.post("/ask/answered/undo")
@by_person("30 per hour")
@public
def go_on() -> Response:
    """It was not the answer after all: the question is back as it was typed, and the outcome is not counted."""
    kept = waiting.question(request, waiting.ENDED)
    counted = {name: kept.pop(name, "") for name in ("answered", "day", "member", "ticket")}
    if not counted["answered"]:
        return respond("/ask")
    if use_ticket(counted["ticket"]):  # a cookie can be sent again and again
        uncount_successful(
            topic_id=int(counted["answered"]),
            opened=bool(numbers_in(kept.get("opened"))),
            member=bool(counted["member"]),
            day=date.fromisoformat(counted["day"]),
        )
    answer = respond("/ask", said=_("Here is your question as you left it."))
    waiting.keep(answer, kept)
    return waiting.forget(answer, waiting.ENDED)


@bp.post("/search/opened")
@by_person("120 per minute")
@without_session
@public
def note_found() -> Response:
    """A topic was opened from a list of results, after a search for `q`, and before that for `before` in vain."""
    searched = [request.form.get(name, "")[:200] for name in ("q", "before")]
    count_found(by=viewer(), topic_id=_topic(), searched=searched)
    return Response(status=204)


def _topic() -> int:
    numbers = numbers_in(request.form.get("topic"))
    if not numbers:
        raise NotFound
    return numbers[0]
