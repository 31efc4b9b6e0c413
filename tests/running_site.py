"""Real processes of a site, for tests that start, kill and watch them."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import requests
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select

from community.accounts.actions import start_session
from community.app import SESSION_COOKIE, create_app
from community.config import Config
from community.core.follow import Cursor
from community.core.log import head
from community.extensions import db
from community.supervisor import PARENT

PATIENCE = 120.0
"""Seconds in which a site must be ready; it takes three where the machine has nothing else to do."""


FIRST_PORT, WORKERS, STRETCH = 12_000, 8, 2_500
_ports = itertools.count(os.getpid() * 7)


class RunningSite:
    """The programs of one installation. `log` collects what they print."""

    def __init__(self, config: Config, log: Path) -> None:
        self.config = config
        self.log = log
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def base_url(self) -> str:
        return self.config.base_url

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its programs and commands."""
        c = self.config
        own = {
            "BOTHWAYS_DATA": str(c.data),
            "BOTHWAYS_PORT": str(c.port),
            "BOTHWAYS_BASE_URL": c.base_url,
            "BOTHWAYS_ENV": c.env,
            "BOTHWAYS_SECRET_KEY": c.secret_key,
            "BOTHWAYS_MEANING": "on" if c.meaning else "off",
            "BOTHWAYS_LIMITS": "on" if c.limits else "off",
            "BOTHWAYS_TRUSTED_PROXIES": str(c.trusted_proxies),
            "BOTHWAYS_SOCKETS_PER_ADDRESS": str(c.sockets_per_address),
            "BOTHWAYS_SOCKETS_PER_ACCOUNT": str(c.sockets_per_account),
            "DATABASE_URL": c.database_url.replace("+psycopg", ""),
            "REDIS_URL": c.redis_url,
            "BOTHWAYS_MAIL_URL": c.mail_url,
        }
        return {**os.environ, **own}

    def start(self, *names: str) -> None:
        """Start `web`, `worker` or `run` and wait until the site is ready."""
        for name in names:
            with self.log.open("ab") as log:
                command = [sys.executable, "-m", *(["community.wsgi"] if name == "web" else ["community.cli", name])]
                # The variable lets it end with us, should a test run be killed; the session lets kill() reach all of it.
                environ = {**self.environ, PARENT: str(os.getpid())}
                self._running[name] = subprocess.Popen(
                    command, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
                )
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until web answers and, where a worker runs, until database, log and index are usable."""
        # A program that ended is told at once, so patience with one that starts slowly beside many others costs nothing.
        until(self._is_ready, f"{', '.join(self._running)} ready; see {self.log}", PATIENCE)

    def process_id(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """kill -9 of a program with all its processes; its end is awaited."""
        os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running.pop(name).wait()

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; the exit codes."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(30) for name, process in self._running.items()}
        self._running.clear()
        return codes

    def run_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `bothways` command on this site to its end."""
        command = [sys.executable, "-m", "community.cli", *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False, timeout=120)

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """An application on the same database in this process, its context pushed, to call actions with."""
        made = create_app(self.config)
        with made.app_context():
            try:
                yield made
            finally:
                db.session.remove()
                db.engine.dispose()

    def _is_ready(self) -> bool:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}:\n{self.log.read_text()[-3000:]}")
        address = "/readyz" if self._running.keys() & {"worker", "run"} else "/healthz"
        try:
            return self._running.keys() == {"worker"} or requests.get(self.base_url + address, timeout=5).status_code == 200
        except requests.RequestException:
            return False


class Person:
    """A browser in which somebody is signed in, without scripts."""

    def __init__(self, site: RunningSite, account_id: int) -> None:
        """Needs an application context on the site's database."""
        self._site = site
        signer = Flask("browser")
        signer.secret_key = site.config.secret_key
        kept = {"_user_id": start_session(account_id), "_fresh": True, "csrf_token": uuid4().hex}
        self._cookie = SecureCookieSessionInterface().get_signing_serializer(signer).dumps(kept)
        with signer.test_request_context():
            session["csrf_token"] = kept["csrf_token"]
            self._token = generate_csrf()
        self.requests = self._fresh()

    def get(self, path: str) -> requests.Response:
        return self.requests.get(self._site.base_url + path, timeout=20)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form; redirects are not followed. Raises requests.RequestException when no answer came."""
        try:
            fields["csrf_token"] = self._token
            return self.requests.post(self._site.base_url + path, data=fields, allow_redirects=False, timeout=20)
        except requests.RequestException:
            self.close()
            self.requests = self._fresh()
            raise

    def close(self) -> None:
        self.requests.close()

    def _fresh(self) -> requests.Session:
        made = requests.Session()
        made.cookies.set(SESSION_COOKIE, self._cookie)
        made.headers["Sec-Fetch-Site"] = "same-origin"
        return made


def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for a condition. Raises AssertionError when it does not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.02)


def followed() -> bool:
    """Whether every follower has taken everything there is. Needs an application context."""
    db.session.rollback()
    behind = db.session.scalars(select(func.min(Cursor.position))).one()
    newest = head(db.session())[1]
    db.session.rollback()
    return behind == newest


def free_port() -> int:
    """A port nobody listens on at this moment, and that no other worker of the tests, nor any connection, is given meanwhile.

    Below the range from which Linux takes the ports of connections (32,768 and up), each worker has a stretch of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    while True:
        port = FIRST_PORT + worker * STRETCH + next(_ports) % STRETCH
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
