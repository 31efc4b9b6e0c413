"""The web process: pages, API and sockets by gunicorn's gevent worker, one worker a process.

More processes are more `bothways web` (docs/operating.md). Import `community/wsgi.py` first.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import gevent
from gevent import monkey
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.ggevent import GeventWorker
from prometheus_client import Gauge
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from community.app import create_app
from community.config import Config
from community.core.errors import Conflict
from community.core.hits import serve_kept
from community.core.pagecache import PublicPages
from community.extensions import socketio
from community.health.metrics import REGISTRY
from community.insights import noted
from community.live.duty import Duties
from community.live.listeners import Listeners
from community.live.presence import Alone, Presence, Shared
from community.live.sockets import install
from community.live.tail import Tail
from community.migrating import is_current

CONNECTIONS = 12_000
"""Open connections that the worker takes, sockets included: twice the 5,000 sockets that are measured, and browsers' others."""

GRACE = 15
"""Seconds that open requests get after SIGTERM."""

KEEP_ALIVE = 15
"""Seconds that an idle connection of a browser stays open."""

open_sockets = Gauge("bothways_live_sockets", "Open sockets of this web process.", registry=REGISTRY)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def serve(config: Config) -> None:
    """Serve until SIGTERM; does not return. Raises Conflict when the database has not this release's tables."""
    if not monkey.is_module_patched("socket"):
        os.execv(sys.executable, [sys.executable, "-m", "community.wsgi"])  # noqa: S606 - our own program
    _require_tables(config)
    _allow_many_files()
    Server(config).run()


class Front:
    """The outermost WSGI layer."""

    def __init__(self, config: Config) -> None:
        app = create_app(config)
        self._listeners = Listeners()
        open_sockets.set_function(lambda: len(self._listeners))
        self._sender, sockets = install(app, socketio, self._listeners)
        presence = sockets.signs = Presence(
            app, self._listeners, self._sender, _shared(config), Duties(app, self._listeners, self._sender)
        )
        self._app = app.wsgi_app
        self._context = app.app_context
        self.pages: PublicPages = app.extensions["public_pages"]
        tail = Tail(app, self._listeners, self._sender)
        tail.start()
        gevent.spawn(tail.run)
        gevent.spawn(presence.run)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # gunicorn serves one kept-alive connection over and over while its next request is already there;
        # letting the others in once a request makes it fair (p99 at 32 connections: 850 ms before, 90 ms after).
        gevent.sleep(0)
        # Compressed WebSocket messages cost half the throughput and 2.4 times the memory.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self._app(environ, start_response)

    def say_goodbye(self) -> None:
        """Tell every socket that this process restarts, close it, and write what is only in memory."""
        for listener in self._listeners.all():
            self._sender.goodbye(listener, "restart")
        with self._context():
            noted.write()


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's worker, which answers kept pages itself, and before it ends closes its sockets and the connections that rest.

    Both would hold it until the grace is over: browsers keep their connections open.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._resting: set[socket.socket] = set()
        """Connections on which no request is being answered."""

    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:
        """Serve one connection: kept pages at once, and all else from the first other request on as gunicorn does."""
        client.setblocking(True)
        self._resting.add(client)
        try:
            self._serve(listener, client, addr)
        finally:
            self._resting.discard(client)

    def _serve(self, listener: Any, client: socket.socket, addr: Any) -> None:
        try:
            go_on = serve_kept(client, self.wsgi.pages, KEEP_ALIVE, lambda: self.alive)
        except OSError:  # the other side went away
            go_on = False
        except Exception:
            self.log.exception("a kept page was not served")
            go_on = False
        if go_on:
            super().handle(listener, client, addr)
        else:
            client.close()

    def handle_request(self, listener_name: Any, req: Any, sock: socket.socket, addr: Any) -> None:
        """Answer one request of a connection that rests before and after."""
        self._resting.discard(sock)
        super().handle_request(listener_name, req, sock, addr)
        self._resting.add(sock)
        if not self.alive:
            _read_no_more(sock)

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM: no new requests, the open ones end, sockets are told."""
        super().handle_exit(sig, frame)
        for client in self._resting:
            _read_no_more(client)
        gevent.spawn(self.wsgi.say_goodbye)


def _read_no_more(client: socket.socket) -> None:
    """Let whoever waits for a request on this connection see its end; what is being written still goes out."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RD)


class Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines go where all others go (`community/logs.py`); requests are not logged."""

    def setup(self, cfg: Any) -> None:
        """Hand everything to the root logger."""
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings and nobody else's: neither command line nor environment is read."""

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        host, port = self._config.host, self._config.port
        settings: dict[str, Any] = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": 1,
            "worker_class": Worker,
            "worker_connections": CONNECTIONS,
            "keepalive": KEEP_ALIVE,
            "graceful_timeout": GRACE,
            "forwarded_allow_ips": "",  # ProxyFix believes as many proxies as the configuration says, in app.py
            "control_socket_disable": True,
            "logger_class": Log,
            "loglevel": "warning",
            "accesslog": None,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Front:
        """The application, made in the worker: nothing of it is shared with the process that watches it."""
        return Front(self._config)


def _shared(config: Config) -> Shared:
    """What other web processes know of who is here: through Redis, or nothing."""
    if not config.redis_url:
        return Alone()
    from community.live.shared_presence import SharedPresence  # Redis' library is an extra

    shared = SharedPresence(config.redis_url)
    shared.start()
    return shared


def _require_tables(config: Config) -> None:
    # Without an application: it would leave threads behind in the process that gunicorn forks.
    engine = create_engine(config.database_url, poolclass=NullPool)
    current = is_current(engine)
    engine.dispose()
    if not current:
        raise Conflict("The database does not have this release's tables; run `bothways migrate` first.")


def _allow_many_files() -> None:
    """Each socket is an open file; the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 500
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
