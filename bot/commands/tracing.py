"""`shaodao trace`: from an event, or something that was due, to what became of its messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands import beginning
from bot.commands.beginning import Config
from storage import tracing
from storage.tracing import Trail

Origin = Annotated[
    str, typer.Argument(help="As the log names it: telegram/8123, cases/12, file/7.")
]


def trace(origin: Origin, config: Config = None) -> None:
    """Say what became of an event or of something due: its messages and its errors, without words.

    Ends with 1 when nothing is known of it, or no more.
    """
    chosen = beginning.read(config)
    with beginning.reading(chosen) as conn:
        found = tracing.trail(conn, origin)
    told = list(lines(found, ZoneInfo(chosen.district.zone)))
    typer.echo("\n".join(told) or f"{origin}: nothing is known of it, or no more", err=not told)
    raise typer.Exit(0 if told else 1)


def lines(found: Trail, zone: tzinfo) -> Iterator[str]:
    """When it came, each message in its order, and where in the code something went wrong."""
    if found.came is not None:
        yield f"{found.came.astimezone(zone):%Y-%m-%d %H:%M:%S} it came"
    for number, kind, state, since, finished, error in found.messages:
        at = datetime.fromtimestamp(finished or since, UTC).astimezone(zone)
        took = f" after {finished - since:.1f} s" if finished and since else ""
        why = f": {error}" if error else ""
        yield f"{at:%Y-%m-%d %H:%M:%S} message {number}, {kind}: {state}{took}{why}"
    for place in found.errors:
        yield f"an error of ours:\n{place}"
