"""What is lost or doubled shows in the count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.demo import books
from bot.demo.books import Kept, Line
from tests.robot import Town
from tests.robot import town as open_town

DOUBLED = "insert into cases ({columns}) select {values} from cases where id = 1"


@pytest.fixture
async def town(sqlite_district: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(sqlite_district, tmp_path / "media") as found:
        yield found


async def kept(town: Town) -> Kept:
    found: Kept = await town.stage.app.database.run(books.kept)
    return found


async def does(town: Town, *statements: str) -> None:
    def act(conn: Connection) -> None:
        for statement in statements:
            conn.execute(text(statement))

    await town.stage.app.database.run(act)


async def reports(town: Town) -> None:
    await town.resident.says("3号楼东头路灯黑了快十天了")
    await town.resident.taps("路灯不亮")
    await town.resident.taps("对，报上去")


async def test_nothing_lost_and_nothing_doubled_is_what_a_day_leaves(town: Town) -> None:
    before = await kept(town)
    await reports(town)
    book = town.stage.messenger.book
    count = books.compared(before, await kept(town), set(book.taken), book)
    assert count.well
    assert (count.acts, count.cases) == (Line(0, 3, 0, 0), Line(0, 1, 0, 0))
    assert (count.doubtful, count.twice) == (0, 0)


async def test_what_is_missing_or_there_twice_is_counted(town: Town) -> None:
    await reports(town)
    book, before = town.stage.messenger.book, await kept(town)
    rows = await town.rows("select name from pragma_table_info('cases')")
    names = [row.name for row in rows if row.name != "id"]
    values = ", ".join("'again'" if name == "number" else name for name in names)
    await does(
        town,
        DOUBLED.format(columns=", ".join(names), values=values),
        "delete from inbox where event = (select min(event) from inbox)",
        "delete from outbox where id = (select min(id) from outbox)",
        "update outbox set message_id = 'nowhere' where id = (select max(id) from outbox)",
    )
    count = books.compared(before, await kept(town), set(book.taken), book)
    assert (count.acts.lost, count.cases, count.messages.lost) == (1, Line(1, 2, 0, 1), 2)
    assert not count.well
    gone = replace(before, cases=before.cases[1:])
    assert books.compared(before, gone, set(book.taken), book).cases == Line(1, 0, 1, 0)


async def test_a_message_sent_in_doubt_is_told_apart_from_one_that_is_doubled(
    town: Town,
) -> None:
    before = await kept(town)
    await town.resident.says("帮助")
    book = town.stage.messenger.book
    [key] = book.shown
    book.shows("another bubble", key)
    count = books.compared(before, await kept(town), set(book.taken), book)
    assert (count.messages.doubled, count.doubtful, count.twice) == (1, 0, 0)
    await does(town, "update outbox set repeated = true")
    count = books.compared(before, await kept(town), set(book.taken), book)
    assert (count.messages.doubled, count.doubtful, count.twice) == (0, 1, 1)
