"""An event that ends every process which touches it is found, and nobody waits behind it."""

from __future__ import annotations

import pytest

from bot.channels.local import ACCOUNT, NAME
from bot.processes.care import BEAT, CAREFUL, MOST, SILENT, Care
from handlers.message import Chat, Event, Handled, Said
from storage.database import Database, connect
from tests.robot import Town


class Dies(BaseException):
    """The process is gone, and nothing after this line happens."""


def event(number: int, sender: str = "zhou") -> Event:
    return Event(NAME, ACCOUNT, f"p{number}", Chat("private", sender), sender, Said("帮助"))


async def test_what_ended_process_after_process_is_not_begun_again_and_its_sender_is_told(
    small_town: Town,
) -> None:
    app, now, begun = small_town.stage.app, 1e9, []
    newcomer = small_town.stage.messenger.phone("new", "新来的")
    poison, innocent = event(1, "new"), event(2, "li")

    async def handle(one: Event) -> Handled:
        begun.append(one.id)
        if one is poison:
            raise Dies
        done: Handled = await app.database.submit(one)
        return done

    for _life in range(MOST + 1):
        care = Care(app.database, app.dispatch, lambda: now)
        await care.begin()
        with pytest.raises(Dies):
            await care.receive(poison, handle)
    care = Care(app.database, app.dispatch, lambda: now)
    await care.begin()
    assert await care.receive(innocent, handle) == Handled()
    assert await care.receive(poison, handle) == Handled()
    assert begun == ["p1"] * (MOST + 1) + ["p2"]  # by the first, before anybody was careful
    assert await small_town.rows("select what from failures") == [(f"{NAME}/p1",)]
    assert await small_town.rows("select event from inbox order by event") == [("p1",), ("p2",)]
    await small_town.settles()
    assert "请换个说法再发一遍" in newcomer.bubbles[-1].text
    assert await small_town.rows("select 1 from starts") == []
    await care.end()


async def test_nothing_is_counted_once_what_was_in_hand_has_come_again(small_town: Town) -> None:
    app, now = small_town.stage.app, 1e9
    await Care(app.database, app.dispatch, lambda: now).begin()
    care = Care(app.database, app.dispatch, lambda: now)
    await care.begin()
    counted: list[int] = []

    async def handle(_one: Event) -> Handled:
        counted.append(len(await small_town.rows("select 1 from starts")))
        return Handled()

    await care.receive(event(1), handle)
    now += CAREFUL
    await care.receive(event(2), handle)
    assert counted == [1, 0]
    await care.end()


async def test_among_several_whoever_is_silent_is_missed_and_whoever_ended_is_not(
    postgres_url: str, small_town: Town
) -> None:
    database: Database[Event, Handled] = Database(connect(postgres_url), lambda _conn, _events: [])
    database.start()
    now = 1e9
    dead, ended, alive = (
        Care(database, small_town.stage.app.dispatch, lambda: now) for _ in range(3)
    )
    try:
        for one in (dead, ended, alive):
            await one.begin()
        await ended.end()
        now += SILENT - BEAT
        await alive.look()
        assert not alive.careful
        now += BEAT
        await alive.look()
        assert alive.careful
    finally:
        database.stop()
