"""From what somebody said to what became of the answer."""

from __future__ import annotations

from datetime import UTC

from bot.commands.tracing import lines
from storage import tracing
from tests.bot.outside import Office


async def test_an_event_leads_to_its_messages_and_what_was_due_to_its_own(office: Office) -> None:
    await office.report_lamp()
    event = (await office.rows("select event from inbox order by at, event limit 1"))[0].event
    await office.drain()
    [origin] = {row.origin for row in await office.rows("select origin from outbox where id = 1")}
    assert origin.startswith("local/")
    assert event in {
        o.origin.removeprefix("local/")
        for o in await office.rows("select distinct origin from outbox")
    }
    found = await office.app.database.run(lambda conn: tracing.trail(conn, origin))
    told = list(lines(found, UTC))
    assert told[0].endswith("it came")
    assert len(told) > 1
    assert all(": sent after " in line for line in told[1:])
    assert "路灯" not in "\n".join(told)
    await office.town.passes(hours=3)  # nobody took the case: it climbs
    await office.drain()
    due = {row.origin for row in await office.rows("select distinct origin from outbox")}
    assert any(one.startswith("cases/") for one in due)
    nothing = await office.app.database.run(lambda conn: tracing.trail(conn, "telegram/0"))
    assert list(lines(nothing, UTC)) == []
