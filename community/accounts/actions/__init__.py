"""Every change of accounts; a file a verb."""

from community.accounts.actions.changing_passwords import (
    ask_reset,
    change_password,
    check_password_link,
    password_link,
    set_password,
)
from community.accounts.actions.confirming import ask_confirmation, confirm_address, confirm_for, confirmable
from community.accounts.actions.first_admin import check_first_admin_link, create_first_admin, first_admin_link
from community.accounts.actions.keys import make_key, revoke_key
from community.accounts.actions.opening import add_account, free_handle, open_account, sign_up
from community.accounts.actions.profile import change_photo, change_profile
from community.accounts.actions.sessions import authenticate, end_other_sessions, end_session, start_session
from community.accounts.actions.suspensions import lift_suspension, suspend

__all__ = [
    "add_account",
    "ask_confirmation",
    "ask_reset",
    "authenticate",
    "change_password",
    "change_photo",
    "change_profile",
    "check_first_admin_link",
    "check_password_link",
    "confirm_address",
    "confirm_for",
    "confirmable",
    "create_first_admin",
    "end_other_sessions",
    "end_session",
    "first_admin_link",
    "free_handle",
    "lift_suspension",
    "make_key",
    "open_account",
    "password_link",
    "revoke_key",
    "set_password",
    "sign_up",
    "start_session",
    "suspend",
]
