"""Every act on a case as one call, so that tests can try all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from governance.casefile import Case
from governance.casehands import CoUnit
from governance.cases import Act, Actor, Closing, Ground, Outcome, Reason, Role, Verdict
from governance.org import Rung, level_of
from tests.governance.district import MONDAY, POLICY, UNIT, reported


@dataclass(frozen=True)
class Moment:
    """Who does something when, and who stands on the ladder then."""

    by: Actor
    rungs: Sequence[Rung]
    now: datetime


Attempt: TypeAlias = Callable[[Case, Moment], tuple[Role, ...]]

DONE = Closing(Outcome.SOLVED, "换了灯泡", how="phone")


def _other(case: Case, m: Moment) -> Rung:
    """Somebody the one who acts may give it to: on their level or below, else on the ladder."""
    here = [r for r in m.rungs if r.unit_id is None and r.person_id != case.holder_id]
    below = [r for r in here if level_of(r.post) <= level_of(m.by.post)]
    return (below or here or [UNIT])[0]


def _helper(case: Case) -> CoUnit:
    return CoUnit(case.id, 900, "区园林所", MONDAY, None)


def _target() -> Case:
    other = reported(now=MONDAY)
    other.id = 2
    return other


BY_PEOPLE: Mapping[Act, Attempt] = {
    Act.ADD: lambda case, m: case.add(m.by, "还冒火花", m.now),
    Act.ACCEPT: lambda case, m: case.accept(m.by, m.rungs, m.now),
    Act.ANSWER: lambda case, m: case.answer(m.by, m.rungs, DONE, m.now),
    Act.ESCALATE: lambda case, m: case.escalate(m.by, m.rungs, "够不着", POLICY, m.now),
    Act.NOT_OURS: lambda case, m: case.not_ours(m.by, m.rungs, "property", POLICY, m.now),
    Act.LATER: lambda case, m: case.later(m.by, m.now + timedelta(hours=10), m.now),
    Act.STRIKE_OFF: lambda case, m: case.strike_off(m.by, Verdict.SATISFIED, POLICY, m.now),
    Act.MISSED: lambda case, m: case.missed(m.by, "没人接", m.now),
    Act.REDO: lambda case, m: case.redo(m.by, m.rungs, "还是不亮", POLICY, m.now),
    Act.URGE: lambda case, m: case.urge(m.by, "还是没人来", m.now),
    Act.SUPERVISE: lambda case, m: case.supervise(m.by, "今天办", m.now),
    Act.WITHDRAW: lambda case, m: case.withdraw(m.by, POLICY, m.now),
    Act.ASSIGN: lambda case, m: case.assign(m.by, _other(case, m), "近", POLICY, m.now),
    Act.GIVE: lambda case, m: case.give(m.by, UNIT, "lamp", "请处理", POLICY, m.now),
    Act.GIVE_BACK: lambda case, m: case.give_back(
        m.by, m.rungs, Ground.NOT_DUTY, "不归我们管", POLICY, m.now
    ),
    Act.DESIGNATE: lambda case, m: case.designate(m.by, UNIT, "就归你们", POLICY, m.now),
    Act.ADD_UNIT: lambda case, m: case.add_unit(m.by, _helper(case), "lamp", "修剪树枝", m.now),
    Act.DROP_UNIT: lambda case, m: case.drop_unit(m.by, _helper(case), m.now),
    Act.FEED_BACK: lambda case, m: case.feed_back(m.by, _helper(case), "修剪了", m.now),
    Act.CONTACT: lambda case, m: case.contact(m.by, "phone", m.now),
    Act.WORD: lambda case, m: case.word(m.by, "明天来", m.now),
    Act.NOTE: lambda case, m: case.note(m.by, "灯杆编号不清", m.now),
    Act.MEDIATE: lambda case, m: case.mediate(m.by, m.now),
    Act.WRITE_DOWN: lambda case, m: case.write_down(m.by, "灯坏了", "3号楼", m.now),
    Act.SORT: lambda case, m: case.sort(m.by, POLICY.category("trees"), m.now),
    Act.SPLIT: lambda case, m: case.split(m.by, "QH-20261123-0002", m.now),
    Act.DECLINE: lambda case, m: case.decline(
        m.by, m.rungs, Reason.LITIGATION, "法院在审", POLICY, m.now
    ),
    Act.MERGE: lambda case, m: case.merge(m.by, _target(), POLICY, m.now),
    Act.ASK_EXTENSION: lambda case, m: case.ask_extension(
        m.by, case.due + timedelta(days=2), "等配件", POLICY, m.now
    ),
    Act.EXTEND: lambda case, m: case.extend(m.by, m.now),
    Act.ASK_SUSPENSION: lambda case, m: case.ask_suspension(
        m.by, m.now + timedelta(days=20), "等开春", POLICY, m.now
    ),
    Act.SUSPEND: lambda case, m: case.suspend(m.by, m.now),
    Act.DENY: lambda case, m: case.deny(m.by, "抓紧办", m.now),
    Act.RESUME: lambda case, m: case.resume(m.by, m.now),
}

BY_CLOCK: Mapping[Act, Attempt] = {
    Act.WAKE: lambda case, m: case.wake(m.now),
    Act.WARN: lambda case, m: case.warn(m.now),
    Act.CHASE: lambda case, m: case.chase(m.rungs, POLICY, m.now),
    Act.OVERDUE: lambda case, m: case.overdue(m.now),
    Act.ASKED: lambda case, m: case.asked(POLICY, m.now),
    Act.UNREACHED: lambda case, m: case.unreached(m.now),
    Act.ASK_AGAIN: lambda case, m: case.ask_again(m.now),
    Act.REMIND: lambda case, m: case.remind(POLICY, m.now),
    Act.LAPSE: lambda case, m: case.lapse(POLICY, m.now),
}
"""These take no actor: nobody but the clock and the sender can call them."""
