"""A receipt speaks of one person: whom it does not concern moves nothing."""

from __future__ import annotations

from tests.robot import Town
from tests.stories.test_danger import FIRE


async def test_an_alert_that_misses_somebody_else_leaves_the_case_where_it_is(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.chief.phone.block()
    await town.resident.says(FIRE)
    [(holder, state)] = await town.rows("select holder_name, state from cases")
    assert (holder, state) == ("李明", "assigned")
    assert [act for (act,) in await town.rows("select act from case_events")] == ["open"]
    await town.worker.taps("看到了，马上去")
    town.resident.sees("网格员李明")


async def test_an_alert_that_misses_its_holder_goes_to_the_next_at_once(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await town.worker.phone.block()
    await town.resident.says(FIRE)
    [(holder,)] = await town.rows("select holder_name from cases")
    assert holder == "王敏"
