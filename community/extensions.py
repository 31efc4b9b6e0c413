"""Flask extensions, made once here and bound to the application in `app.py`."""

from __future__ import annotations

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from community.core.base import Base


def _asker() -> str:
    """Whose changes are counted together where a view says nothing of its own."""
    from community.core.limits import person

    return person()


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
login_manager = LoginManager()
socketio = SocketIO()
csrf = CSRFProtect()
limiter = Limiter(
    key_func=_asker,
    # Of each change that says nothing of its own: enough for a person who clears up, too little for a program.
    default_limits=["60 per minute"],
    default_limits_per_method=True,
    default_limits_exempt_when=lambda: request.method in {"GET", "HEAD", "OPTIONS"},
)
babel = Babel()
