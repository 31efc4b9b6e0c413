"""The application. The two lists below are the table of contents of the house."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import force_locale, get_locale
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import import_string

import community.tables
from community import guard
from community.accounts import cookie
from community.config import Config
from community.core import addresses, assets, database, languages, limits
from community.core.errors import Refused, TooMany
from community.core.pagecache import EngineVersions, PublicPages, SqliteVersions
from community.extensions import babel, csrf, db, limiter, login_manager, socketio
from community.notifications import frame

assert community.tables

CAPABILITIES: tuple[str, ...] = (
    # Folders that decide and write; each has a blueprint `bp` in its routes.py.
    "accounts",
    "admin",
    "api",
    "answers",
    "appeals",
    "asking",
    "branding",
    "categories",
    "commitments",
    "desk",
    "drafts",
    "faq",
    "follows",
    "health",
    "home",
    "insights",
    "live",
    "notifications",
    "openness",
    "people",
    "posts",
    "promise",
    "record",
    "search",
    "talks",
    "topics",
    "updates",
    "votes",
)

READERS: tuple[str, ...] = (
    # Followers of the log, by class; the worker runs them.
    "community.faq.follow.FaqFollower",
    "community.follows.keeping.FollowKeeper",
    "community.mail.follow.MailFollower",
    "community.notifications.follow.NotificationFollower",
    "community.posts.release.PostRelease",
    "community.promise.follow.PromiseFollower",
    "community.record.follow.RecordFollower",
    "community.search.meaning.follow.MeaningFollower",
    "community.search.follow.SearchFollower",
    "community.search.saved_follow.SavedSearchFollower",
)

OTHER_CHANNELS: tuple[str, ...] = (
    # Kinds of live channels that a reader beside `live` draws, by class (live/channels.py, OtherChannel).
    "community.search.channel.SearchChannel",
)

JOBS: tuple[str, ...] = (
    # What time alone brings about: lists of `Job`, by name; the worker runs them.
    "community.accounts.jobs.JOBS",
    "community.faq.jobs.JOBS",
    "community.insights.jobs.JOBS",
    "community.answers.jobs.JOBS",
    "community.posts.jobs.JOBS",
    "community.commitments.jobs.JOBS",
    "community.follows.jobs.JOBS",
    "community.promise.jobs.JOBS",
    "community.notifications.jobs.JOBS",
    "community.openness.dump.JOBS",
    "community.record.signing.JOBS",
    "community.staff.jobs.JOBS",
    "community.talks.jobs.JOBS",
    "community.topics.jobs.JOBS",
    "community.updates.jobs.JOBS",
    "community.core.strangers.JOBS",
    "community.votes.actions.JOBS",
)

LETTERS: tuple[str, ...] = (
    # Kinds of mail: mappings of `community.mail.letters.Kind`, by name; the sender asks them.
    "community.mail.account_letters.KINDS",
    "community.notifications.letters.KINDS",
    "community.notifications.nudge_letters.KINDS",
    "community.notifications.appeal_letters.KINDS",
    "community.notifications.talk_letters.KINDS",
)

FRONT_DOOR: tuple[str, ...] = (
    # What is open to everybody, in the order of `/openness`: functions that give a section of it, by name.
    "community.promise.frontdoor.opened",
    "community.updates.frontdoor.opened",
    "community.commitments.frontdoor.opened",
    "community.record.frontdoor.opened",
    "community.people.frontdoor.opened",
)

TOPIC_PARTS: tuple[tuple[str, str, str], ...] = (
    # What rooms further out show on the page of a topic: functions of its id, by name, the channel of the log that says whether
    # anything of theirs ever happened in this topic (where it did not, nobody has to ask them), and where: `first`, right below the
    # first post, or `last`, below the conversation.
    ("community.updates.fragments.in_topic", "figures:{}", "first"),
    ("community.commitments.fragments.in_topic", "commitments:{}", "last"),
)

SESSION_COOKIE = "bothways"

MAX_REQUEST_BYTES = 1024 * 1024  # a post is at most 128 KiB (product.md 1), percent-encoded up to three times that


def create_app(config: Config | None = None, *, durable: bool = True) -> Flask:
    """Build the application for one installation. `durable=False` is for tests (see `database.prepare`)."""
    config = config or Config.from_environment()
    app = Flask(__name__, static_folder=None)
    app.url_map.converters["int"] = addresses.Number
    _configure(app, config)
    db.init_app(app)
    with app.app_context():
        engine: Engine = db.engine
        database.prepare(engine, durable=durable)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=cookie.language, timezone_selector=cookie.time_zone)
    languages.install(app)
    assets.install(app)
    cookie.install(app)
    app.extensions["other_channels"] = {other.kind: other for other in (import_string(name)() for name in OTHER_CHANNELS)}
    app.extensions["topic_parts"] = {channel: (import_string(name), place) for name, channel, place in TOPIC_PARTS}
    frame.install(app)
    for name in CAPABILITIES:
        app.register_blueprint(import_string(f"community.{name}.routes:bp"))
    guard.install(app)
    _answer_errors(app)
    app.teardown_appcontext(_end_reading)
    watched = SqliteVersions(str(engine.url.database)) if config.sqlite else EngineVersions(engine)
    pages = PublicPages(app.wsgi_app, watched, cookie=SESSION_COOKIE, language=languages.negotiate)
    app.extensions["public_pages"] = pages
    app.wsgi_app = pages  # type: ignore[method-assign]
    if config.trusted_proxies:
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0, x_prefix=0)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, config: Config) -> None:
    address = urlsplit(config.base_url)
    app.config.update(
        BOTHWAYS=config,
        READERS=READERS,
        LETTERS=LETTERS,
        FRONT_DOOR=FRONT_DOOR,
        BASE_URL=config.base_url,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": not config.sqlite},
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        MAX_FORM_PARTS=200,
        SERVER_NAME=None,
        TRUSTED_HOSTS=_trusted_hosts(config, str(address.hostname)),
        PREFERRED_URL_SCHEME=address.scheme,
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_SECURE=address.scheme == "https",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=config.limits,
        RATELIMIT_STORAGE_URI=config.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_IN_MEMORY_FALLBACK=[],
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["get_locale"] = get_locale


def _trusted_hosts(config: Config, host: str) -> list[str]:
    # Health checks and the machine itself may always ask by the loopback names.
    return [host, "127.0.0.1", "localhost", "[::1]"] if not config.production else [host, "127.0.0.1", "localhost"]


def _end_reading(_error: BaseException | None) -> None:
    db.session.remove()


def _answer_errors(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(database.Busy, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _unexpected)


def error_answer(status: int, sentence: str = "", fields: dict[str, str] | None = None) -> Response:
    """A refusal as a page, or as problem+json below /api/."""
    title = HTTPStatus(status).phrase
    if request.path.startswith("/api/"):
        problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
        if fields:
            problem["errors"] = fields
        answer = make_response(problem, status)
        answer.mimetype = "application/problem+json"
        return answer
    told = {"status": status, "title": title, "sentence": sentence}
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return make_response(render_template("errors/error.html", **told), status)
    # No context processor runs: what they would ask may be what is broken.
    with force_locale(languages.negotiate(request.headers.get("Accept-Language", ""))):
        return make_response(current_app.jinja_env.get_template("errors/error.html").render(**told), status)


def _refused(error: Refused) -> Response:
    answer = error_answer(error.status, error.sentence, getattr(error, "fields", None))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _csrf_failed(_error: CSRFError) -> Response:
    return error_answer(400, "")


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if isinstance(error, RateLimitExceeded):
        error.retry_after = limits.seconds_left()
    answer = error_answer(error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _busy(_error: database.Busy | PoolTimeout) -> Response:
    """No turn to write, or no connection, in all the time that one waits for it."""
    answer = error_answer(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _unexpected(error: Exception) -> Response:

    current_app.logger.error("unexpected error", exc_info=error)
    db.session.rollback()
    return error_answer(500)


__all__ = ["CAPABILITIES", "JOBS", "LETTERS", "READERS", "create_app", "socketio"]
