"""Whistles blown in one step, for tests that are about what comes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.app import App
from bot.dispatch import Scope
from governance.unitcalls import UnitCall
from handlers.places import Found
from handlers.turn import Post, Turn
from handlers.whistles.blowing import Draft, blow
from storage import org, responders, whistles
from storage.people import load_speakers

DRAINS, ROADS, LAMPS = "清河区排水管理处", "清河区市政工程管理处", "清河区路灯管理所"
WHERE, WHAT = "翠湖社区3号楼门口", "污水管爆了，路面塌了一块"


async def blown(
    app: App,
    *units: str,
    by: str = "zhao",
    kind: str = "emergency",
    hours: float = 4,
    times: int = 1,
) -> None:
    """So many whistles of this person: everything about them is in the outbox, and not sent.
    The first unit leads."""
    await app.database.run(partial(_blow, app, units, by, kind, hours, times))


def _blow(
    app: App,
    names: Sequence[str],
    by: str,
    kind: str,
    hours: float,
    times: int,
    conn: Connection,
) -> None:
    channel = app.channels[0]
    [speaker] = load_speakers(conn, [(channel.name, channel.account, by)]).values()
    scope, post, now = Scope(conn), Post(), app.clock.now()
    turn = Turn(speaker, now, app.policy, scope.open, post)
    area = org.by_code(turn.db, "QH-LL-CH")
    units = [responders.named(turn.db, name)[0] for name in names]
    for _time in range(times):
        draft = Draft(
            kind=app.policy.whistles[kind],
            place=Found(area.id, WHERE),
            area=area,
            what=WHAT,
            units=units,
            tasks=["到场处置"] * len(units),
            lead=units[0].id,
            due=now + timedelta(hours=hours),
            meet="",
        )
        blow(turn, draft)
    scope.keep()
    app.dispatch.settle(conn, [(post, now)])


async def calls(app: App) -> list[UnitCall]:
    """Every unit's part as it stands now."""

    def look(conn: Connection) -> list[UnitCall]:
        scope = Scope(conn)
        db = scope.open()
        ids = [
            row[0]
            for row in conn.execute(
                whistles.whistles.select().with_only_columns(whistles.whistles.c.id)
            )
        ]
        found = [call for whistle in sorted(ids) for call in whistles.calls_of(db, whistle)]
        scope.drop()
        return found

    found: list[UnitCall] = await app.database.run(look)
    return found
