"""Whistles and their units for the tests of the rules, and every act on them as one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import TypeAlias

from bot import decisions
from governance.unitcalls import Telephoned, UnitCall
from governance.whistlefile import Whistle, new_call, new_whistle
from governance.whistles import CLOCK, Act, By, Role, UnitState, WhistleState
from tests.governance.district import HOUR, MONDAY, WEEKDAYS

KINDS = decisions.whistle_kinds()
EMERGENCY, KEY = KINDS["emergency"], KINDS["key"]
WORK = WEEKDAYS
BYS = {role: By(role, number, f"P{number}") for number, role in enumerate(Role, 31)}
BYS[Role.CLOCK] = CLOCK
WHISTLER, UNIT, DISTRICT = BYS[Role.WHISTLER], BYS[Role.UNIT], BYS[Role.DISTRICT]
REVIEWER, SUPERIOR = BYS[Role.REVIEWER], BYS[Role.SUPERIOR]
OFFICER = (21, "石磊")

_ids = count(1)


def made(kind: str = "emergency", now: datetime = MONDAY, hours: float = 4) -> Whistle:
    """A whistle nobody has heard yet."""
    whistle = new_whistle(
        number="QH-S-20261123-0001",
        kind=KINDS[kind],
        area_id=100,
        path="/1/50/100/",
        place="翠湖社区3号楼",
        point=None,
        text="污水管爆了",
        by_id=WHISTLER.person_id or 0,
        by_name=WHISTLER.name,
        result_due=now + hours * HOUR,
        now=now,
    )
    whistle.id = next(_ids)
    return whistle


def unit_of(whistle: Whistle, now: datetime, name: str = "市政", *, lead: bool = False) -> UnitCall:
    """One more unit of it, not called yet."""
    call = new_call(whistle, (7, name, "0421-0000007"), "到场处置", lead=lead, now=now)
    call.id = next(_ids)
    return call


def climb(call: UnitCall, now: datetime) -> None:
    """The step whose time has come is alerted."""
    call.alert(call.next_step(now, WORK), *OFFICER, now, WORK)


def called(kind: str = "emergency", now: datetime = MONDAY) -> UnitCall:
    """A unit whose duty officer has just been alerted."""
    whistle = made(kind, now)
    whistle.blow(WHISTLER, now)
    call = unit_of(whistle, now, lead=True)
    call.call(now, WORK)
    climb(call, now)
    return call


def unit_in(state: UnitState, now: datetime = MONDAY) -> UnitCall:
    """A unit that came to this state by the acts that lead there."""
    call = called(now=now)
    ways: Mapping[UnitState, Sequence[Act]] = {
        UnitState.CALLED: (),
        UnitState.REPORTED_IN: (Act.REPORT_IN,),
        UnitState.ON_SITE: (Act.REPORT_IN, Act.ARRIVE),
        UnitState.DONE: (Act.REPORT_IN, Act.RESULT),
        UnitState.REFUSED: (Act.REFUSE,),
        UnitState.EXCUSED: (Act.REFUSE, Act.EXCUSE),
        UnitState.RELEASED: (Act.RELEASE,),
    }
    by = {Act.EXCUSE: DISTRICT, Act.RELEASE: WHISTLER}
    for act in ways[state]:
        OF_A_UNIT[act](call, by.get(act, UNIT), now)
    return call


def whistle_in(state: WhistleState, now: datetime = MONDAY) -> tuple[Whistle, list[UnitCall]]:
    """A whistle that came to this state by the acts that lead there; its one unit is done."""
    whistle, calls = made(now=now), [unit_in(UnitState.DONE, now)]
    if state in {WhistleState.REVIEW, WhistleState.DECLINED}:
        whistle.wait_for_review(now, WORK)
        if state is WhistleState.DECLINED:
            whistle.decline(REVIEWER, "先让物业去看", now)
        return whistle, calls
    whistle.blow(WHISTLER, now)
    if state is not WhistleState.BLOWN:
        whistle.conclude(UNIT, calls, "都办好了", now, WORK)
    if state is WhistleState.ENDED:
        whistle.accept(WHISTLER, now, WORK)
    return whistle, calls


Attempt: TypeAlias = Callable[[UnitCall, By, datetime], object]
WhistleAttempt: TypeAlias = Callable[[Whistle, Sequence[UnitCall], By, datetime], object]

OF_A_UNIT: Mapping[Act, Attempt] = {
    Act.TELEPHONED: lambda c, by, now: c.telephone(by, Telephoned.NO_ANSWER, now, WORK),
    Act.REPORT_IN: lambda c, by, now: c.report_in(by, now, WORK),
    Act.ARRIVE: lambda c, by, now: c.arrive(by, now, WORK, 40),
    Act.HELP: lambda c, by, now: c.need_help(by, "缺抽水泵", now, WORK),
    Act.PROGRESS: lambda c, by, now: c.progress(by, now, WORK),
    Act.RESULT: lambda c, by, now: c.finish(by, "换好了", now),
    Act.REFUSE: lambda c, by, now: c.refuse(by, "不在我们的片区", now, WORK),
    Act.EXCUSE: lambda c, by, now: c.rule(by, now, WORK, founded=True),
    Act.INSIST: lambda c, by, now: c.rule(by, now, WORK, founded=False),
    Act.REDO: lambda c, by, now: c.redo(by, "还有一个坑", now, WORK),
    Act.RELEASE: lambda c, by, now: c.release(by, "", now),
    Act.HAND_OVER: lambda c, by, now: c.hand_over(by, 22, "蒋帆", now),
    Act.JOIN: lambda c, by, now: c.join(by, now),
    Act.RATE_UNIT: lambda c, by, now: c.rate(by, 3, 2, now),
    Act.RATE_WHISTLE: lambda c, by, now: c.rate_whistle(by, 3, 1, now),
}

OF_A_UNIT_BY_CLOCK: Mapping[Act, Callable[[UnitCall, datetime], object]] = {
    Act.REACHED: lambda c, now: c.reach(now),
    Act.CLIMB: climb,
    Act.NEEDS_CALL: lambda c, now: c.ask_for_a_call(now),
    Act.NUDGE: lambda c, now: c.nudge(now, WORK),
}

OF_A_WHISTLE: Mapping[Act, WhistleAttempt] = {
    Act.APPROVE: lambda w, _calls, by, now: w.approve(by, now),
    Act.DECLINE: lambda w, _calls, by, now: w.decline(by, "先让物业去看", now),
    Act.ADD: lambda w, _calls, by, now: w.add(by, "排水", now),
    Act.LEAD: lambda w, calls, by, now: w.lead_with(by, calls[-1], calls, now),
    Act.CONCLUDE: lambda w, calls, by, now: w.conclude(by, calls, "都办好了", now, WORK),
    Act.ACCEPT: lambda w, _calls, by, now: w.accept(by, now, WORK),
    Act.SEND_BACK: lambda w, _calls, by, now: w.send_back(by, "还有一个坑", now),
    Act.END: lambda w, _calls, by, now: w.end(by, "改由区里施工", now, WORK),
    Act.CALL_OFF: lambda w, _calls, by, now: w.call_off(by, "水停了", now, WORK),
    Act.REVIEW: lambda w, _calls, by, now: w.review(by, now, justified=True),
}

OF_A_WHISTLE_BY_CLOCK: Mapping[Act, Callable[[Whistle, datetime], object]] = {
    Act.DUE_SOON: lambda w, now: w.warn(now),
    Act.OVERDUE: lambda w, now: w.overdue(now),
    Act.ASK: lambda w, now: w.ask(now, WORK),
}
