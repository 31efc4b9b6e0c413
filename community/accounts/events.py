"""What accounts record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event, name="account.opened", channels=("user:{account_id}",)):
    """Somebody signed up, or was made by a command or import. `needs_mail` asks for a confirmation mail."""

    account_id: int
    needs_mail: bool = False


@dataclass(frozen=True, kw_only=True)
class AccountConfirmed(Event, name="account.confirmed", channels=("user:{account_id}", "people")):
    """An address was confirmed; what the account wrote until now becomes public (`post.released` tells each)."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event, name="account.profile_changed", channels=("user:{account_id}", "people")):
    """A name, photo or text about a person changed."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class ConfirmationAsked(Event, name="account.confirmation_asked"):
    """Somebody wants the confirmation mail again."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class ResetAsked(Event, name="account.reset_asked"):
    """Somebody wants a link to set a new password; `account_id` is None when the address is nobody's."""

    account_id: int | None


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, name="account.password_changed", channels=("user:{account_id}",)):
    """A password was set; all sessions ended but `kept_session_id`."""

    account_id: int
    kept_session_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event, name="session.ended", channels=("user:{account_id}",)):
    """A browser signed out, or was signed out from elsewhere."""

    account_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(Event, name="account.suspended", channels=("user:{account_id}", "people")):
    """A moderator suspended somebody; all sessions and keys end."""

    account_id: int
    suspension_id: int


@dataclass(frozen=True, kw_only=True)
class SuspensionLifted(Event, name="suspension.lifted", channels=("user:{account_id}", "people")):
    """A suspension was lifted early."""

    account_id: int
    suspension_id: int
