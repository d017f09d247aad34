"""What stands still is found within a minute, goes on, and is told; a heartbeat says we live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.typing import EventDict

from bot.upkeep.auditor import Auditor
from tests.robot import Town
from tests.servers.serving import HttpServer
from tests.stories.test_lamp import report_lamp
from tests.stories.test_whistles import DRAINS, ROADS, blow, finish


async def breaks(town: Town, statement: str) -> None:
    """Something goes wrong behind the rules' back."""
    await town.stage.app.database.run(lambda conn: conn.execute(text(statement)) and None)


async def test_a_unit_that_no_clock_looks_at_is_chased_again_and_the_administrator_knows(
    small_town: Town,
) -> None:
    town = small_town
    await blow(town.community, units=(ROADS, DRAINS))
    await breaks(town, "update unit_calls set next_at = null, step_at = null")
    await town.passes(minutes=6)
    town.roads_second.does_not_see("应急处置哨")
    assert await town.stage.app.auditor.round() == 2
    await town.settles()
    town.roads_second.sees("应急处置哨")
    town.administrator.sees("有2件事停住了：QH-S-20261123-0001")
    assert await town.stage.app.auditor.round() == 0


async def test_a_whistle_whose_units_all_are_done_is_not_forgotten(small_town: Town) -> None:
    town = small_town
    await blow(town.community, units=(DRAINS, ROADS))
    for officer in (town.drains_duty, town.roads_duty):
        await officer.taps("应哨，我们去")
    await finish(town.drains_duty, "管子换好了")
    await finish(town.roads_duty, "路填平了")
    await breaks(town, "update unit_calls set next_at = null")
    await breaks(town, "update whistles set next_at = null")
    town.drains_duty.looks_away()
    assert await town.stage.app.auditor.round() == 1
    await town.settles()
    await town.drains_duty.taps("总结一句")


async def test_a_case_that_nobody_would_be_asked_for_climbs(small_town: Town) -> None:
    town = small_town
    await report_lamp(town)
    await breaks(town, "update cases set next_at = null")
    assert await town.stage.app.auditor.round() == 1
    await town.settles()
    town.chief.sees("QH-20261123-0001")


async def test_where_all_is_well_nobody_hears_of_it(small_town: Town) -> None:
    town = small_town
    await report_lamp(town)
    await blow(town.community, units=(DRAINS, ROADS))
    assert await town.stage.app.auditor.round() == 0
    assert town.administrator.read() == []
    assert await town.rows("select * from failures") == []


class Listener:
    """Hears heartbeats on a port of this machine."""

    def __init__(self) -> None:
        self.heard = 0
        self.status = 200
        self.server = HttpServer(Starlette(routes=[Route("/shaodao", self._hear)]))

    async def _hear(self, _request: Request) -> Response:
        self.heard += 1
        return Response(status_code=self.status)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    found = Listener()
    found.server.start()
    yield found
    await found.server.stop()


def auditor(town: Town, listener: Listener) -> Auditor:
    app = town.stage.app
    return Auditor(app.database, app.dispatch, app.ticks, f"{listener.server.url}/shaodao")


async def test_a_heartbeat_follows_a_full_tick_and_only_that(
    small_town: Town, listener: Listener
) -> None:
    town, watch = small_town, auditor(small_town, listener)
    await watch.round()
    assert listener.heard == 0  # nothing has ticked yet
    await town.settles()
    await watch.round()
    assert listener.heard == 1
    town.stage.clock.set(town.stage.clock.now() + timedelta(minutes=5))
    await watch.round()
    assert listener.heard == 1  # the clock stands still: whoever listens has to notice


async def test_a_listener_in_trouble_is_noted_and_disturbs_nothing(
    small_town: Town, listener: Listener, logged: Sequence[EventDict]
) -> None:
    listener.status = 500
    await small_town.settles()
    assert await auditor(small_town, listener).round() == 0
    assert [line["why"] for line in logged if line["event"] == "heartbeat_not_heard"]
    await listener.server.stop()
    await auditor(small_town, listener).round()
