"""`/faq`, its feed, and the page of an entry on which its editors work."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _

from community.accounts.gate import public, staff_only, viewer
from community.core import clock, jsonld
from community.core.errors import Conflict, Invalid, Refused, require
from community.core.fragments import base_url, private_page, respond
from community.core.limits import by_person
from community.core.paging import page_number
from community.faq import actions
from community.faq.forms import DropForm, EditorsForm, MergeForm, WordingForm, number_in
from community.faq.policy import may_edit_faq
from community.faq.queries import asked_for, faq_page, latest_entries, others_like, place_of, wordings_of, worked_entry
from community.faq.views import FaqPage
from community.posts.reading import begin, kept_page
from community.settings.queries import site
from community.staff.viewer import VISITOR

bp = Blueprint("faq", __name__)

FEED_LENGTH = 30


@bp.get("/faq")
@public
def faq() -> Response:
    """The FAQ: of all places, or of one place or product."""
    stood = begin("faq", "home")
    chosen = asked_for(request.args.get("category", ""), request.args.get("product", ""))
    page = faq_page(chosen, page_number(request.args))
    return kept_page(viewer(), stood, "faq/faq.html", faq=page, document=_document(page), base_url=base_url())


@bp.get("/faq/<int:entry_id>")
@public
def entry(entry_id: int) -> Response:
    """The permanent link of an entry, which leads to where it stands; a merged one leads to the entry that it stands under."""
    answer = redirect(place_of(entry_id), code=302)
    assert isinstance(answer, Response)
    return answer


@bp.get("/faq.atom")
@public
def feed() -> Response:
    """The entries that are new or were worded anew."""
    entries = latest_entries(FEED_LENGTH)
    newest = max((each.changed_at for each in entries), default=clock.now())
    text = render_template("faq/feed.xml", entries=entries, newest=newest, base_url=base_url(), site=site().brand_name)
    answer = make_response(text)
    answer.mimetype = "application/atom+xml"
    return answer


@bp.get("/faq/<int:entry_id>/history")
@public
def history(entry_id: int) -> Response:
    """How an entry was worded, by whom and why."""
    stood = begin("faq", "home")
    found = worked_entry(VISITOR, entry_id)
    return kept_page(viewer(), stood, "faq/history.html", entry=found, wordings=wordings_of(entry_id), base_url=base_url())


@bp.get("/faq/<int:entry_id>/edit")
@staff_only
def edit(entry_id: int) -> Response:
    """What an editor can do with an entry."""
    return _edit_page(entry_id)


@bp.post("/faq/<int:entry_id>/wording")
@by_person("60 per hour")
@staff_only
def word(entry_id: int) -> Response:
    """Give an entry words of its own."""
    form = WordingForm()
    try:
        actions.word_entry(
            by=viewer(),
            entry_id=entry_id,
            question=form.question.data or "",
            body=form.body.data or "",
            reason=form.reason.data,
            version=number_in(form.version.data),
        )
    except (Invalid, Conflict) as error:
        return _edit_page(entry_id, error, form)
    return respond(f"/faq/{entry_id}", said=_("The entry has its new words."))


@bp.post("/faq/<int:entry_id>/drop")
@by_person("60 per hour")
@staff_only
def drop(entry_id: int) -> Response:
    """Take an entry out."""
    form = DropForm()
    try:
        actions.drop_entry(by=viewer(), entry_id=entry_id, reason=form.reason.data)
    except (Invalid, Conflict) as error:
        return _edit_page(entry_id, error, form)
    return respond(f"/faq/{entry_id}/edit", said=_("The entry is out and does not come back by itself."))


@bp.post("/faq/<int:entry_id>/drop/undo")
@by_person("60 per hour")
@staff_only
def restore(entry_id: int) -> Response:
    """Take that back."""
    return _edited(actions.restore_entry, entry_id, _("The entry is back."))


@bp.post("/faq/<int:entry_id>/pin")
@by_person("60 per hour")
@staff_only
def pin(entry_id: int) -> Response:
    """Let an entry stand first in its place."""
    return _edited(actions.pin_entry, entry_id, _("The entry stands first in its place."))


@bp.post("/faq/<int:entry_id>/pin/undo")
@by_person("60 per hour")
@staff_only
def unpin(entry_id: int) -> Response:
    """Take that back."""
    return _edited(actions.unpin_entry, entry_id, _("The entry stands where its number of people puts it."))


@bp.post("/faq/<int:entry_id>/merging")
@by_person("60 per hour")
@staff_only
def merge(entry_id: int) -> Response:
    """Let an entry stand under another that says the same."""
    form = MergeForm()
    try:
        actions.merge_entry(by=viewer(), entry_id=entry_id, into_id=number_in(form.into.data) or 0)
    except (Invalid, Conflict) as error:
        form.offer(others_like(entry_id))
        return _edit_page(entry_id, error, form)
    return respond(f"/faq/{entry_id}/edit", said=_("Both are one entry now."))


@bp.post("/faq/<int:entry_id>/merging/undo")
@by_person("60 per hour")
@staff_only
def unmerge(entry_id: int) -> Response:
    """Take that back."""
    return _edited(actions.unmerge_entry, entry_id, _("The entry stands for itself again."))


@bp.post("/t/<int:topic_id>/faq-entry")
@by_person("60 per hour")
@staff_only
def add(topic_id: int) -> Response:
    """Put a question with its answer into the FAQ."""
    entry_id = actions.add_topic(by=viewer(), topic_id=topic_id)
    return respond(f"/faq/{entry_id}/edit", said=_("This question is in the FAQ."))


def _edited(action: Callable[..., None], entry_id: int, said: str) -> Response:
    action(by=viewer(), entry_id=entry_id)
    return respond(f"/faq/{entry_id}/edit", said=said)


def _edit_page(entry_id: int, error: Refused | None = None, refused: EditorsForm | None = None) -> Response:
    """The page with all tools; after a refusal with what was typed and why it was refused."""
    require(may_edit_faq(viewer()))
    found = worked_entry(viewer(), entry_id)
    wording, merging = WordingForm(formdata=None), MergeForm(formdata=None)
    wording.question.data, wording.body.data, wording.version.data = found.question, found.body, str(found.version)
    forms: dict[str, EditorsForm] = {form.part: form for form in (wording, merging, DropForm(formdata=None))}
    if error is not None and refused is not None:
        refused.refuse(error)
        forms[refused.part] = refused
    merging.offer(others_like(entry_id))
    return private_page("faq/edit.html", error.status if error else 200, entry=found, **forms)


def _document(page: FaqPage) -> dict[str, object]:
    """What the page says of itself to search engines: the entries that stand on it, in their order."""
    stated = [
        jsonld.Entry(question=each.question, answer=each.text, url=each.url)
        for section in page.sections
        for each in section.entries
    ]
    place = jsonld.breadcrumbs([(site().brand_name, "/"), (_("FAQ"), "/faq")])
    return jsonld.graph([jsonld.faq_page(stated), place] if stated else [place])
