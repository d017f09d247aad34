"""Logs: events with ids, never people's words, names or numbers.

What an exception says may hold somebody's words ("invalid literal: '…'", a database's
"Key (name)=(…) already exists"). So a failure is told by its kind and its place only.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from traceback import extract_tb
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from bot.settings import Log
from storage import origins


def configure(chosen: Log) -> None:
    """Lines to standard error, as text or JSON, from this level up; libraries' warnings too."""
    level = logging.getLevelNamesMapping()[chosen.level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(message)s"))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler])
    # A tick that lasts until after the next was due is no fault: whatever is late shows in /health.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    configure_ours(chosen)


def configure_ours(chosen: Log) -> None:
    """The same for our own lines alone, in a process whose other logging is somebody else's."""
    level = logging.getLevelNamesMapping()[chosen.level.upper()]
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if chosen.format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            with_origin,
            _without_words,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def places(error: BaseException) -> str:
    """Kind and place of a failure and of its causes, the first cause first; no words."""
    return "\n".join(line for part in reversed(list(_chain(error))) for line in _lines(part))


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        hidden = found.__suppress_context__
        found = found.__cause__ or (None if hidden else found.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    for frame in extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    yield type(error).__name__


def with_origin(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The line says what is being handled, as the messages that go out for it do."""
    if origin := origins.current():
        line.setdefault("origin", origin)
    return line


def _without_words(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        line["exception"] = places(error)
    return line


class _Formatter(logging.Formatter):
    """The same for what libraries log."""

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[Any, ...],
    ) -> str:
        return places(ei[1]) if ei[1] is not None else ""
