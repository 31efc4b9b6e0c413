"""The model of this process: loaded on first use, and not at all where it is not installed or not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import current_app

from community.config import Config
from community.core.native import NativeThreads
from community.search.meaning import weights

if TYPE_CHECKING:
    from community.search.meaning.model import SentenceModel

logger = structlog.get_logger()

_loaded: list[SentenceModel | None] = []
_begun: list[bool] = []


def is_wanted() -> bool:
    """Whether this installation searches by meaning: the extra `semantic` is there and not switched off."""
    config: Config = current_app.config["BOTHWAYS"]
    return config.meaning and weights.folder() is not None


def is_loaded() -> bool:
    """Whether `model` gives its answer at once."""
    return bool(_loaded)


def begin(threads: NativeThreads) -> None:
    """Start loading the model in a thread of its own, once a process."""
    if not _begun:
        _begun.append(True)
        threads.begin(model)


def model() -> SentenceModel | None:
    """The model, loaded by whoever asks first (0.3 s, 130 MB); None where its weights are missing or refused. Needs no context."""
    if not _loaded:
        _loaded.append(_load())
    return _loaded[0]


def _load() -> SentenceModel | None:
    folder = weights.folder()
    if folder is None:
        return None
    try:
        from community.search.meaning.model import SentenceModel

        return SentenceModel(folder)
    except (weights.WeightsRefused, ImportError, OSError, KeyError, ValueError):
        logger.exception("meaning.model_unusable")
        return None
