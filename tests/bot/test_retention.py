"""What nobody needs any more goes by itself, and what is needed stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, text

from bot.clock import technical
from bot.upkeep import leftovers
from storage.inbox import failures, inbox
from tests.bot.outside import Office

DAY = 86400
KEPT = 30  # days, as the configuration says where nobody has changed it


async def test_messages_marks_and_errors_go_after_a_month(office: Office) -> None:
    now = office.app.clock.now()
    old, young = now - timedelta(days=KEPT + 1), now - timedelta(days=KEPT - 1)
    for chat in ("li", "wang", "zhao"):
        await office.post(chat, "水管爆了")
    await office.drain()
    late = "update outbox set finished = :at where lane like '%/li'"
    await office.execute(late, at=technical() - (KEPT + 1) * DAY)
    marks = [{"channel": "x", "bot": "y", "event": str(at), "at": at} for at in (old, young)]
    errors = [{"what": str(at), "error": "ValueError", "at": at} for at in (old, young)]
    await office.app.database.run(lambda conn: conn.execute(insert(inbox), marks) and None)
    await office.app.database.run(lambda conn: conn.execute(insert(failures), errors) and None)
    await office.town.passes(minutes=2)
    assert [row.event for row in await office.rows("select event from inbox")] == [str(young)]
    assert [row.what for row in await office.rows("select what from failures")] == [str(young)]
    lanes = await office.rows("select lane from outbox where kind = 'notice' order by id")
    assert [row.lane.rpartition("/")[2] for row in lanes] == ["wang", "zhao"]


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_a_file_that_no_record_names_does_not_stay(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    named, lost, half, fresh = (letter * 32 + ".jpg" for letter in "abcd")
    half += ".part"
    for name in (named, lost, half, fresh, "notes of somebody else.txt"):
        (folder / name).write_bytes(b"photo")
        os.utime(folder / name, (0, technical() - (0 if name == fresh else 31 * DAY)))
    await office.app.database.run(
        lambda conn: (
            conn.execute(
                text(
                    "insert into media (channel, bot, ref, kind, person_id, about, part, state, file,"
                    " received_at, attempts, not_before) values ('x', 'y', 'z', 'photo', 1, 'case', '',"
                    f" 'stored', '{named}', '2026-11-01', 0, 0)"
                )
            )
            and None
        )
    )
    engine, before = office.app.database.engine, technical() - KEPT * DAY
    assert leftovers.sweep(engine, folder, before) == 2
    assert names(folder) == {named, fresh, "notes of somebody else.txt"}
    assert leftovers.sweep(engine, folder, before) == 0
