"""Forms of pages. They check the shape of what was sent; what it means is for the actions, whose refusals they show."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Final

from flask import request
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.i18n import get_translations

from community.core.errors import Invalid, Refused
from community.core.text import is_clean

_SENT: Final = object()


@cache
def _texts(language: str) -> Any:
    return get_translations([language])


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form whose token `guard` has checked already; templates write the token themselves."""

    form_errors: list[str]

    takes_files: ClassVar[bool] = False

    class Meta:
        """The guard in front of all views checks the token, so no form has to."""

        csrf = False

        def get_translations(self, _form: object) -> Any:
            """WTForms' own texts, read once a process; Flask-WTF would read them for each request."""
            return _texts(get_locale().language)

    def __init__(self, formdata: Any = _SENT, **named: Any) -> None:
        super().__init__(formdata=self._sent() if formdata is _SENT else formdata, **named)

    def _sent(self) -> MultiDict[str, Any] | CombinedMultiDict[str, Any] | None:
        """What the request sent as a form: no JSON, and files only where the form has a field for them."""
        if request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
            return None
        return CombinedMultiDict([request.files, request.form]) if self.takes_files else request.form

    def refuse(self, error: Refused) -> None:
        """Show why an action refused: each sentence at its field, what belongs to no field on top."""
        sentences = dict(error.fields) if isinstance(error, Invalid) else {}
        for name in list(sentences):
            if name in self:
                self[name].errors = [*self[name].errors, sentences.pop(name)]
        rest = list(sentences.values()) or ([error.sentence] if not isinstance(error, Invalid) else [])
        self.form_errors = [*self.form_errors, *rest]


class _Text:
    """What text fields share: a length, and no characters that no text needs. `data` is never None."""

    data: str

    def __init__(self, *args: Any, most: int = 200, **named: Any) -> None:
        self.most = most
        named["render_kw"] = {"maxlength": most} | named.get("render_kw", {})
        super().__init__(*args, **named)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the first value. Raises ValueError with a sentence, which becomes the field's error."""
        sent = valuelist[0] if valuelist else ""
        self.data = sent if isinstance(sent, str) and is_clean(sent) and len(sent) <= self.most else ""
        if self.data != sent:
            raise ValueError(gettext("Please write at most %(most)s ordinary characters.", most=self.most))

    def process_data(self, value: Any) -> None:
        """Take what the page shows at first."""
        self.data = "" if value is None else str(value)


class Text(_Text, StringField):  # type: ignore[misc]
    """One line of text of at most `most` characters."""


class Secret(_Text, PasswordField):  # type: ignore[misc]
    """A password; it is never written back into the page."""


class LongText(_Text, TextAreaField):  # type: ignore[misc]
    """Lines of text of at most `most` characters."""
