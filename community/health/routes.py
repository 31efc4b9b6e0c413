"""Addresses for machines that watch the site. None of them reads a session."""

from __future__ import annotations

import time

from flask import Blueprint, Response, current_app, g, jsonify, request

from community import __version__
from community.accounts.gate import public
from community.core.errors import Unauthorized
from community.health import checks, metrics

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; it asks nothing else."""
    return _plain({"status": "ok", "release": __version__})


@bp.get("/readyz")
@public
def readyz() -> Response:
    """200 when database, log and index are usable, else 503 and which of them is not."""
    parts = checks.readiness()
    answer = _plain({"status": "ok" if all(parts.values()) else "not ready", **parts})
    answer.status_code = 200 if all(parts.values()) else 503
    return answer


@bp.get("/metrics")
@public
def figures() -> Response:
    """Figures for Prometheus; Unauthorized without the token, except on loopback."""
    token = current_app.config["BOTHWAYS"].metrics_token
    if not metrics.may_read(address=request.remote_addr, headers=request.headers, token=token):
        raise Unauthorized
    return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@bp.before_app_request
def _begin() -> None:
    g.began = time.perf_counter()


@bp.after_app_request
def _count(response: Response) -> Response:
    # What no view takes is counted as one: strangers must not be able to make up labels.
    endpoint, method = (request.endpoint, request.method) if request.endpoint else ("none", "none")
    metrics.requests_total.labels(endpoint, method, response.status_code).inc()
    if "began" in g:
        metrics.request_seconds.labels(endpoint).observe(time.perf_counter() - g.began)
    return response


def _plain(content: dict[str, object]) -> Response:
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
