"""Every act on a case as one call, so that tests can try all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from governance.casefile import Case
from governance.cases import Act, Actor, Outcome, Role, Verdict
from governance.org import Rung
from tests.governance.district import POLICY


@dataclass(frozen=True)
class Moment:
    """Who does something when, and who stands on the ladder then."""

    by: Actor
    rungs: Sequence[Rung]
    now: datetime


Attempt: TypeAlias = Callable[[Case, Moment], tuple[Role, ...]]

BY_PEOPLE: Mapping[Act, Attempt] = {
    Act.ADD: lambda case, m: case.add(m.by, "还冒火花", m.now),
    Act.ACCEPT: lambda case, m: case.accept(m.by, m.rungs, m.now),
    Act.ANSWER: lambda case, m: case.answer(m.by, m.rungs, Outcome.SOLVED, "换了灯泡", m.now),
    Act.ESCALATE: lambda case, m: case.escalate(m.by, m.rungs, "够不着", POLICY, m.now),
    Act.NOT_OURS: lambda case, m: case.not_ours(m.by, m.rungs, "property", POLICY, m.now),
    Act.LATER: lambda case, m: case.later(m.by, m.now + timedelta(hours=10), m.now),
    Act.STRIKE_OFF: lambda case, m: case.strike_off(m.by, Verdict.SATISFIED, POLICY, m.now),
    Act.REDO: lambda case, m: case.redo(m.by, "还是不亮", POLICY, m.now),
    Act.URGE: lambda case, m: case.urge(m.by, "还是没人来", m.now),
    Act.SUPERVISE: lambda case, m: case.supervise(m.by, "今天办", m.now),
    Act.WITHDRAW: lambda case, m: case.withdraw(m.by, POLICY, m.now),
}

BY_CLOCK: Mapping[Act, Attempt] = {
    Act.CHASE: lambda case, m: case.chase(m.rungs, POLICY, m.now),
    Act.OVERDUE: lambda case, m: case.overdue(m.now),
    Act.ASKED: lambda case, m: case.asked(POLICY, m.now),
    Act.UNREACHED: lambda case, m: case.unreached(m.now),
    Act.ASK_AGAIN: lambda case, m: case.ask_again(m.now),
    Act.REMIND: lambda case, m: case.remind(POLICY, m.now),
    Act.LAPSE: lambda case, m: case.lapse(POLICY, m.now),
}
"""These take no actor: nobody but the clock and the sender can call them."""
