"""A community blows the whistle, and departments report in."""

from __future__ import annotations

from collections.abc import Sequence

from tests.robot import LIT, Robot, Town

DRAINS, ROADS, LAMPS = "清河区排水管理处", "清河区市政工程管理处", "清河区路灯管理所"
BURST = "污水管爆了，路面塌了一块，旁边的路灯杆歪了"


async def blow(
    officer: Robot,
    kind: str = "应急处置哨",
    units: Sequence[str] = (DRAINS, ROADS, LAMPS),
    what: str = BURST,
) -> None:
    """The first unit leads; the first of the proposed times is taken."""
    await officer.says("吹哨")
    if any(button.label == kind for button in officer.read()[-1].buttons):
        await officer.taps(kind)
    await officer.says("翠湖社区3号楼门口")
    await officer.says(what)
    for unit in units:
        await officer.says(unit)
    await officer.taps("就叫这些")
    for _unit in units:
        await officer.taps("到场处置")
    if len(units) > 1:
        await officer.taps(units[0])
    await officer.phone.tap(first_choice(officer))
    await officer.settles()
    await officer.taps("就在现场，马上")
    await officer.taps("吹哨")


def first_choice(robot: Robot) -> str:
    """The first choice under the newest message, whatever it is called."""
    return robot.read()[-1].buttons[0].token
