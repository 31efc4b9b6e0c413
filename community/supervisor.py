"""`bothways run`: web and worker as two child processes that are started again when they die.

The supervisor itself does nothing else, so that there is little in it that could fail. Its children
end when it is killed: the kernel tells them (Linux), and the worker also looks at its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

from community.config import Config, ConfigError

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next start of a child that keeps dying."""

HEALTHY_AFTER = 20.0
"""A child that lived this many seconds begins again with the first pause."""

STOPPING = 20.0
"""Seconds between SIGTERM and SIGKILL; open requests get 15 of them, the rest is the child's own end."""

PARENT = "BOTHWAYS_SUPERVISOR"
"""The variable by which a child knows whose child it is."""

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>

logger = structlog.get_logger()


@dataclass
class Child:
    """One program of the site, and how its starts went."""

    name: str
    command: Sequence[str]
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = field(default=0.0)

    def look(self, now: float) -> None:
        """Start it when it is due; note when it died. `now` is monotonic seconds."""
        if self.running is None:
            if now >= self.next_start:
                self._start(now)
            return
        code = self.running.poll()
        if code is None:
            return
        self.failures = 1 if now - self.started >= HEALTHY_AFTER else self.failures + 1
        pause = PAUSES[min(self.failures, len(PAUSES)) - 1]
        self.running, self.next_start = None, now + pause
        logger.warning("died", child=self.name, code=code, restart_in=pause)

    def _start(self, now: float) -> None:
        environ = {**os.environ, PARENT: str(os.getpid())}
        # A session of its own: Ctrl+C in the terminal reaches the supervisor alone, which then asks in order.
        self.running = subprocess.Popen(list(self.command), env=environ, start_new_session=True)
        self.started = now
        logger.info("started", child=self.name, pid=self.running.pid)

    def ask_to_stop(self) -> None:
        """SIGTERM, where it runs."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()

    def wait(self, deadline: float) -> bool:
        """Wait until it ended, killing it at `deadline` (monotonic seconds); whether it ended by itself."""
        if self.running is None:
            return True
        try:
            self.running.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
            return False
        return True


def supervise(children: Sequence[Child]) -> int:
    """Keep the children running until SIGTERM, SIGINT or SIGHUP; returns 0 when all then ended by themselves."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    while not stop.wait(0.1):
        for child in children:
            child.look(time.monotonic())
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOPPING
    ended = [child.wait(deadline) for child in children]
    return 0 if all(ended) else 1


def site_children() -> list[Child]:
    """The two programs of a site."""
    return [
        Child("web", [sys.executable, "-m", "community.wsgi"]),
        Child("worker", [sys.executable, "-m", "community.cli", "worker"]),
    ]


def require_free_port(config: Config) -> None:
    """Raise ConfigError when something else listens where the web process should."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((config.host, config.port))
        except OSError as error:
            raise ConfigError(
                f"Cannot listen on {config.host}:{config.port}: {error.strerror}. Choose another BOTHWAYS_PORT."
            ) from error


def die_with_parent(environ: Mapping[str, str] | None = None) -> None:
    """In a child of the supervisor: end by SIGTERM when the supervisor is gone. Elsewhere nothing happens."""
    parent = (os.environ if environ is None else environ).get(PARENT)
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before the line above
        os.kill(os.getpid(), signal.SIGTERM)
