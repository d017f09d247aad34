"""`shaodao outbox`: what did not arrive, and what puts it on its way again.

It says ids, kinds and reasons; never what a message says, nor whom it is for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from bot.commands import beginning
from bot.settings import Settings
from governance.deliveries import Reason
from storage import deadletters
from storage.deadletters import PAGE, Letter, Resent

REASONS: dict[Reason, str] = {
    Reason.NONE: "waits for its hour",
    Reason.BLOCKED: "the chat is closed to the bot",
    Reason.SILENT: "the platform did not answer; it may have arrived",
    Reason.REFUSED: "the platform does not take it as it is",
    Reason.UNREACHED: "the platform could not be reached in all its tries",
    Reason.UNDRAWN: "an error of ours while it was drawn; see the log",
    Reason.CRASHED: "processes ended with it in hand",
    Reason.WINDOW: "waits until the person writes",
}
_AGES = (("d", 86400), ("h", 3600), ("min", 60))


def counted(chosen: Settings) -> list[str]:
    """What did not arrive, counted by state, kind and reason."""
    with beginning.reading(chosen) as conn:
        return _counted(conn)


def listed(chosen: Settings) -> list[str]:
    """What did not arrive, a line each."""
    now = time.time()
    with beginning.reading(chosen) as conn:
        return [_line(one, now) for one in deadletters.letters(conn)]


def resend(chosen: Settings, ids: Sequence[int], kind: str, *, all_dead: bool) -> list[str]:
    """These are on their way again; what cannot be sent again is told with the reason."""
    with beginning.opened(chosen) as engine:
        with engine.begin() as conn:
            wanted = sorted({*ids, *_chosen(conn, kind, all_dead=all_dead)})
        parts = []
        for start in range(0, len(wanted), PAGE):
            with engine.begin() as conn:
                parts.append(deadletters.resend(conn, wanted[start : start + PAGE]))
    return list(_told(parts))


def _chosen(conn: Connection, kind: str, *, all_dead: bool) -> Sequence[int]:
    of_kind = deadletters.of_kind(conn, kind) if kind else ()
    return [*of_kind, *(deadletters.dead(conn) if all_dead else ())]


def _counted(conn: Connection) -> list[str]:
    found = deadletters.counts(conn)
    rows = [f"{c.count:>7}  {c.state:<8} {c.kind:<9} {_why(c.reason)}" for c in found]
    if not rows:
        return ["everything that could be sent has arrived"]
    return [*rows, "shaodao outbox --list names each; shaodao outbox resend ID sends it again"]


def _line(one: Letter, now: float) -> str:
    where = f"{one.sender.partition('/')[0]} {one.chat_kind}"
    tries = f"{one.attempts}×"
    return (
        f"{one.id:>9}  {_age(one.since, now):>6}  {one.state:<8} {one.kind:<9} "
        f"{where:<17} {tries:>4}  {_why(one.reason)}"
    )


def _why(reason: str) -> str:
    return REASONS.get(Reason(reason), reason)


def _age(since: float | None, now: float) -> str:
    if since is None:
        return "-"
    seconds = max(now - since, 0)
    found = next(((f"{seconds / size:.0f}", unit) for unit, size in _AGES if seconds >= size), None)
    return "".join(found) if found else "now"


def _told(parts: Sequence[Resent]) -> Iterator[str]:
    back = [row for part in parts for row in part.back]
    yield f"{len(back)} on their way again{_named(back)}"
    for rows, why in (
        ([r for p in parts for r in p.closed], "not sent: the chat is closed until they write"),
        ([r for p in parts for r in p.wordless], "not sent: the words are not kept any more"),
        ([r for p in parts for r in p.others], "not among what did not arrive"),
    ):
        if rows:
            yield f"{len(rows)} {why}{_named(rows)}"


def _named(rows: Sequence[int], most: int = 20) -> str:
    if not rows:
        return ""
    more = ", …" if len(rows) > most else ""
    return f": {', '.join(map(str, rows[:most]))}{more}"
