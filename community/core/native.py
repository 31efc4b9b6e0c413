"""Work that keeps the processor busy, off the event loop (rulings 16).

In the web process one thread serves everybody by greenlets; what computes for milliseconds would make
them all wait. It runs in gevent's native threads there, and in the caller's thread elsewhere.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class TooBusy(Exception):
    """No turn, or no result, within the time allowed."""


class NativeThreads:
    """At most `at_once` pieces of work at a time, each with `seconds` to wait for its turn and finish."""

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(at_once)

    def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """The result of `work`; raises what it raises, or TooBusy. It must not touch the request or the session."""
        if not _greenlets_share_this_thread():
            if not self._turns.acquire(timeout=self._seconds):
                raise TooBusy
            try:
                return work(*args, **named)
            finally:
                self._turns.release()
        from gevent import Timeout

        # Around both: to spawn waits for a turn as well.
        with Timeout(self._seconds, TooBusy):
            result: T = self._pool.spawn(work, *args, **named).get()
        return result

    def begin(self, work: Callable[P, object], *args: P.args, **named: P.kwargs) -> None:
        """Start `work` without waiting for it; what it returns or raises is lost."""
        if _greenlets_share_this_thread():
            self._pool.spawn(work, *args, **named)
        else:
            threading.Thread(target=work, args=args, kwargs=named, daemon=True).start()

    @cached_property
    def _pool(self) -> Any:
        from gevent.threadpool import ThreadPool

        return ThreadPool(self._at_once)


def _greenlets_share_this_thread() -> bool:
    monkey: Any = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))
