"""The admin pages of categories."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from community.accounts.gate import admins_only, viewer
from community.categories.actions import change_category, make_category
from community.categories.forms import CategoryForm
from community.categories.queries import categories_visible_to, category_for
from community.core.errors import Invalid
from community.core.fragments import private_page, respond

bp = Blueprint("categories", __name__, url_prefix="/admin/categories")


@bp.get("")
@admins_only
def categories() -> Response:
    """All categories, and the form for another one."""
    return _page("categories", form=_form(fresh=True))


@bp.post("")
@admins_only
def make() -> Response:
    """Make a category."""
    form = _form()
    try:
        parent = category_for(viewer(), form.parent.data).id if form.parent.data else None
        make_category(by=viewer(), slug=form.slug.data.strip(), parent_id=parent, **form.values())
    except Invalid as error:
        form.refuse(error)
        return _page("categories", 422, form=form)
    return respond("/admin/categories", said=_("The category is open."))


@bp.get("/<slug>")
@admins_only
def category(slug: str) -> Response:
    """The form to change a category."""
    found, form = category_for(viewer(), slug), _form(fresh=True)
    form.show(found)
    return _page("category", form=form, category=found)


@bp.post("/<slug>")
@admins_only
def change(slug: str) -> Response:
    """Change a category."""
    found, form = category_for(viewer(), slug), _form()
    try:
        change_category(by=viewer(), category_id=found.id, **form.values())
    except Invalid as error:
        form.refuse(error)
        return _page("category", 422, form=form, category=category_for(viewer(), slug))
    return respond("/admin/categories", said=_("The category was changed."))


def _form(*, fresh: bool = False) -> CategoryForm:
    form = CategoryForm(formdata=None) if fresh else CategoryForm()
    form.offer(categories_visible_to(viewer()))
    return form


def _page(template: str, status: int = 200, **shown: object) -> Response:
    return private_page(f"categories/{template}.html", status, categories=categories_visible_to(viewer()), **shown)
