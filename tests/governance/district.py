"""A small ladder, a policy and the people in it, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.casefile import Case, open_case
from governance.cases import Actor, Closing, Outcome, Place, Role, State
from governance.org import PostKind, Rung
from governance.policy import Category, Policy
from governance.refused import Refused
from governance.worktime import WorkTime

ZONE = ZoneInfo("Asia/Shanghai")
WEEKDAYS = WorkTime(ZONE, time(8, 30), time(18, 0), lambda day: day.weekday() < 5)


def category(
    code: str, respond: float = 2, resolve: float = 48, *, emergency: bool = False
) -> Category:
    return Category(code, code, code, code, code, "", respond, resolve, emergency=emergency)


POLICY = Policy(
    "QH",
    WEEKDAYS,
    {
        "lamp": category("lamp"),
        "noise": category("noise", respond=0.5, resolve=24),
        "trees": category("trees", respond=8, resolve=720),
        "family": replace(category("family"), private=True, first=PostKind.COMMUNITY_DUTY),
        "fire": category("fire", respond=0.5, resolve=24, emergency=True),
    },
)

REPORTER_ID, FOLLOWER_ID, STRANGER_ID = 1, 2, 3


def rung(post: PostKind, person_id: int) -> Rung:
    level = list(PostKind).index(post)
    name = f"P{person_id}"
    return Rung(post, 100 - level, person_id, name, f"0421-0000{person_id:03d}")


WORKER = rung(PostKind.GRID_WORKER, 11)
CHIEF = rung(PostKind.GRID_CHIEF, 12)
COMMUNITY = rung(PostKind.COMMUNITY_DUTY, 13)
COLLEAGUE = rung(PostKind.GRID_WORKER, 16)
CENTRE = rung(PostKind.DISTRICT_DESK, 15)
RUNGS = (WORKER, CHIEF, COMMUNITY)


def officer(person_id: int, unit_id: int, unit: str, post: PostKind = PostKind.UNIT_DUTY) -> Rung:
    """Somebody who answers for a unit."""
    phone = f"0421-0000{person_id:03d}"
    return Rung(post, None, person_id, f"P{person_id}", phone, unit_id=unit_id, unit=unit)


UNIT = officer(31, 800, "区路灯所")
UNIT_LEADER = officer(32, 800, "区路灯所", PostKind.UNIT_LEADER)
HELPING = officer(41, 900, "区园林所")

REPORTER = Actor(Role.REPORTER, REPORTER_ID, "周兰")
HELPER = Actor(Role.HELPER, 66, "帮办人")
FOLLOWER = Actor(Role.FOLLOWER, FOLLOWER_ID, "吴桂芳")
HOLDER = Actor(Role.HOLDER, WORKER.person_id, WORKER.name, WORKER.post)
SUPERIOR = Actor(Role.SUPERIOR, CHIEF.person_id, CHIEF.name, CHIEF.post)
AT_COMMUNITY = Actor(Role.SUPERIOR, COMMUNITY.person_id, COMMUNITY.name, COMMUNITY.post)
AT_CENTRE = Actor(Role.SUPERIOR, CENTRE.person_id, CENTRE.name, CENTRE.post)
PARTNER = Actor(Role.PARTNER, HELPING.person_id, HELPING.name)
CALLER = Actor(Role.CALLER, COMMUNITY.person_id, COMMUNITY.name, COMMUNITY.post)


def local(day: str, clock: str = "10:00") -> datetime:
    """A moment on the district's clocks, in UTC: local("2026-11-23", "22:00")."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def clock_of(at: datetime) -> str:
    """The moment as the district's clocks show it: "2026-11-24 10:30"."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


MONDAY = local("2026-11-23")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def reported(
    kind: str = "lamp",
    now: datetime = MONDAY,
    rungs: Sequence[Rung] = RUNGS,
    *,
    emergency: bool = False,
    concerns_id: int | None = None,
) -> Case:
    """A case that somebody has just reported."""
    case = open_case(
        number="QH-20261123-0001",
        place=Place(100, "翠湖社区3号楼"),
        path="/1/50/100/",
        category=kind,
        text="3号楼路灯不亮",
        reporter=REPORTER,
        rungs=rungs,
        policy=POLICY,
        now=now,
        emergency=emergency,
        concerns_id=concerns_id,
    )
    case.id = 1
    return case


def refusal(code: str) -> pytest.RaisesExc[Refused]:
    """The block is refused with this code."""
    return pytest.RaisesExc(Refused, check=lambda refused: refused.code == code)


def brought_to(state: State, now: datetime = MONDAY) -> Case:
    """A case that came to this state by the acts that lead there; when answered, asked too."""
    case = reported(now=now)
    if state is State.ASSIGNED:
        return case
    case.accept(HOLDER, RUNGS, now)
    if state is State.WORKING:
        return case
    if state is State.SUSPENDED:
        case.ask_suspension(HOLDER, now + 20 * DAY, "等开春", POLICY, now)
        case.suspend(SUPERIOR, now)
        return case
    case.answer(HOLDER, RUNGS, Closing(Outcome.SOLVED, "换了灯泡", how="phone"), now)
    case.asked(POLICY, now)
    if state is State.CLOSED:
        case.lapse(POLICY, now)
    return case
