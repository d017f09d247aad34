"""Logs: events with ids, never people's words, names or numbers."""

from __future__ import annotations

import logging
import sys

import structlog

from bot.settings import Log


def configure(chosen: Log) -> None:
    """Lines to standard error, as text or JSON, from this level up."""
    level = logging.getLevelNamesMapping()[chosen.level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr, format="%(message)s")
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if chosen.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
