"""What the pages of accounts may send."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from community.accounts.passwords import LONGEST
from community.core import clock
from community.core.forms import LongText, PageForm, Secret, Text
from community.settings.definitions import LANGUAGES

ADDRESS = {"type": "email", "autocomplete": "email", "inputmode": "email", "required": True}
NEW_PASSWORD = {"autocomplete": "new-password", "required": True}


class SignInForm(PageForm):
    """Signing in."""

    login = Text(
        _l("E-mail or handle"), most=254, render_kw={"autocomplete": "username", "autocapitalize": "none", "required": True}
    )
    password = Secret(_l("Password"), most=LONGEST, render_kw={"autocomplete": "current-password", "required": True})
    remember = BooleanField(_l("Stay signed in on this device"), default=True)


class SignUpForm(PageForm):
    """Joining."""

    name = Text(
        _l("Name"), most=60, description=_l("Shown beside what you write."), render_kw={"autocomplete": "name", "required": True}
    )
    email = Text(_l("E-mail"), most=254, description=_l("Never shown. We send one link to it."), render_kw=ADDRESS)
    password = Secret(
        _l("Password"), most=LONGEST, description=_l("At least 10 characters; several words are good."), render_kw=NEW_PASSWORD
    )
    handle = Text(
        _l("Handle"),
        most=30,
        description=_l("Your address here, such as anna-b. Left empty, it is made of your name."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    time_zone = Text(most=60)


class ResetAskForm(PageForm):
    """Asking for a link to set a new password."""

    email = Text(_l("E-mail"), most=254, render_kw=ADDRESS)


class NewPasswordForm(PageForm):
    """Setting a password by a mailed link."""

    password = Secret(
        _l("New password"), most=LONGEST, description=_l("At least 10 characters; several words are good."), render_kw=NEW_PASSWORD
    )


class PasswordForm(PageForm):
    """Changing one's own password."""

    old = Secret(_l("Present password"), most=LONGEST, render_kw={"autocomplete": "current-password", "required": True})
    password = Secret(
        _l("New password"), most=LONGEST, description=_l("At least 10 characters; several words are good."), render_kw=NEW_PASSWORD
    )


class FirstAdminForm(PageForm):
    """The first admin of a new site."""

    name = Text(_l("Your name"), most=60, render_kw={"autocomplete": "name", "required": True})
    title = Text(_l("Job title"), most=80, description=_l("Your badge says it, with the name of the brand."))
    handle = Text(
        _l("Handle"),
        most=30,
        description=_l("Your address here, such as anna-b."),
        render_kw={"autocapitalize": "none", "required": True},
    )
    email = Text(_l("E-mail"), most=254, render_kw=ADDRESS)
    password = Secret(
        _l("Password"), most=LONGEST, description=_l("At least 10 characters; several words are good."), render_kw=NEW_PASSWORD
    )


class ProfileForm(PageForm):
    """One's own page and how the site looks."""

    name = Text(_l("Name"), most=60, render_kw={"autocomplete": "name", "required": True})
    about = LongText(_l("About you"), most=500, description=_l("Shown on your page."), render_kw={"rows": 3})
    language = SelectField(_l("Language"), validate_choice=False)
    time_zone = SelectField(_l("Time zone"), validate_choice=False)
    theme = RadioField(
        _l("Theme"),
        validate_choice=False,
        choices=[
            SelectChoice("system", _l("As the system says")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
    )

    shows_presence = BooleanField(
        _l("Show my name where I read and write"),
        description=_l("Others who read the same topic see that you do. Otherwise you are counted, without a name."),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGES]
        self.time_zone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(clock.zones())]


class PhotoForm(PageForm):
    """A new photo."""

    takes_files = True

    photo = FileField(
        _l("Photo"),
        description=_l("PNG, JPEG, WebP or GIF up to 10 MB. It is cut to a square; place and camera are taken out."),
        render_kw={"accept": "image/png,image/jpeg,image/webp,image/gif", "required": True},
    )


class KeyForm(PageForm):
    """A new API key."""

    name = Text(_l("Name"), most=60, description=_l("What it is for."), render_kw={"autocomplete": "off", "required": True})
    read = BooleanField(_l("Read"), description=_l("See what you see."), default=True)
    write = BooleanField(_l("Write"), description=_l("Ask, answer and edit in your name."))
    moderate = BooleanField(_l("Moderate"), description=_l("Remove posts and suspend people."))
    admin = BooleanField(_l("Administer"), description=_l("Change settings and roles."))

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that were ticked."""
        return tuple(name for name in ("read", "write", "moderate", "admin") if self[name].data)
