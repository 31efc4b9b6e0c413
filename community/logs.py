"""What this installation writes to its log: one line an event, to stderr, without query strings or bodies."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(name: str) -> None:
    """Send structlog and the standard library's logging to stderr as lines that begin with the time and `name`.

    Coloured on a terminal, JSON elsewhere. Call once a process.
    """
    pretty = sys.stderr.isatty()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _NameOfProgram(name),
    ]
    renderer: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer()] if pretty else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    lines = logging.StreamHandler(sys.stderr)
    formatting = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer]
    )
    lines.setFormatter(formatting)
    logging.root.handlers[:] = [lines]
    logging.root.setLevel(logging.WARNING)


class _NameOfProgram:
    """Adds which program of the site wrote the line: web, worker, or a command."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        line["program"] = self._name
        return line
