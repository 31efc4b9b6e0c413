"""Figures for Prometheus: requests of this web process, and of the whole site what the database says when asked."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, func, select
from werkzeug.datastructures import Headers

from community.core import clock
from community.core.base import Base
from community.core.log import head
from community.extensions import db
from community.health import checks
from community.mail.models import OutgoingMail
from community.posts.models import Post
from community.topics.models import Topic

REGISTRY = CollectorRegistry()

requests_total = Counter(
    "bothways_http_requests", "Requests answered, by view and status.", ["endpoint", "method", "status"], registry=REGISTRY
)
request_seconds = Histogram(
    "bothways_http_request_seconds",
    "Seconds from the first guard to the answer, by view.",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)

_PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def may_read(*, address: str | None, headers: Headers, token: str) -> bool:
    """Whether this request may see the figures: with the token, or from this very machine without a proxy (rulings 8)."""
    given = headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return _is_loopback(address) and not any(name in headers for name in _PROXY_HEADERS)


def exposition() -> bytes:
    """All figures in Prometheus' text format. Needs an application context."""
    return generate_latest(REGISTRY)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


class SiteFigures(Collector):
    """What the database says at the moment it is asked, the same in every process of the site."""

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: asking needs an application context, and there is none when this is registered."""
        return []

    def collect(self) -> Iterable[Metric]:
        session = db.session()
        yield _gauge("log_position", "Newest position of the change log.", head(session)[1])
        events = GaugeMetricFamily("bothways_follower_lag_events", "Events a follower has yet to take.", labels=["follower"])
        seconds = GaugeMetricFamily("bothways_follower_lag_seconds", "Age of the oldest of them.", labels=["follower"])
        for name, lag in checks.lags().items():
            events.add_metric([name], lag.events)
            seconds.add_metric([name], lag.seconds)
        yield events
        yield seconds
        yield _gauge("parked_events", "Events that a follower gave up on.", checks.parked_count())
        yield _gauge("worker_silence_seconds", "Seconds since a worker's last sign of life.", _since(checks.worker_seen_at()))
        yield _gauge("mails_waiting", "Mails in the outbox.", _rows(OutgoingMail, OutgoingMail.next_try_at.is_not(None)))
        yield _gauge("topics", "Topics, hidden ones included.", _rows(Topic))
        yield _gauge("posts", "Posts, hidden ones included.", _rows(Post))


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bothways_{name}", about, value=value)


def _rows(model: type[Base], *conditions: ColumnElement[bool]) -> int:
    return db.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()


def _since(moment: datetime | None) -> float:
    return float("inf") if moment is None else max(0.0, (clock.now() - moment).total_seconds())


REGISTRY.register(SiteFigures())
