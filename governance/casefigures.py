"""三率: what figures say of cases, each counted from the lines of their histories alone.

`Life` is what one case's lines come to, line by line; `RATES` says of each rate which lives it
counts and which of them it counts for. Nothing is a score: a rate is a numerator and its
denominator, and below `FEW` no percentage. Left out before anything is counted: what was not
accepted, joined with another, withdrawn, outside duty or not as reported. Silence says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from governance.cases import Act, CaseEvent, Outcome

FEW = 20  # below so many, a percentage says more than is known
REOPENED_WITHIN = timedelta(days=30)


class Said(StrEnum):
    """The reporter's last word about a result. Silence changes none."""

    NOTHING = "nothing"
    SATISFIED = "satisfied"
    SO_SO = "so_so"
    NOT_SOLVED = "not_solved"


class Left(StrEnum):
    """Why a case is left out; the first one that fits."""

    COUNTED = "counted"
    DECLINED = "declined"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    OUTSIDE = "outside"
    UNTRUE = "untrue"


class Rate(StrEnum):
    RESPONSE = "response"  # 响应率
    RESOLUTION = "resolution"  # 解决率
    SATISFACTION = "satisfaction"  # 满意率
    ON_TIME = "on_time"  # 按时率
    REDONE = "redone"  # 重办率
    RETURNED = "returned"  # 退单率
    FIRST_TIME = "first_time"  # 一次派准率
    URGED = "urged"  # 催办率


@dataclass(eq=False)
class Life:
    """One case as far as figures need it.

    `contact_due` is the first promise of contact, `contacted_at` the first contact, which a
    redo does not take back. `due` is the last day as it stands, `answered_at` and `outcome` the
    result that stands; `ended_at` is from when a reopening counts. `unit_id` and `person_id` have
    it, or had it last. `sent` counts how often it was given to somebody else, `astray` how often
    that, or its first hands, proved wrong. `back_from` is the unit that gave it back last.
    """

    opened_at: datetime
    path: str
    category: str
    contact_due: datetime
    due: datetime
    person_id: int | None = None
    unit_id: int | None = None
    contacted_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    ended: bool = False
    reopened: bool = False
    said: Said = Said.NOTHING
    left: Left = Left.COUNTED
    sent: int = 0
    astray: int = 0
    returned: int = 0
    back_from: int | None = None
    urged: int = 0
    case_id: int = 0

    def take(self, line: CaseEvent) -> None:
        """One more line of the history."""
        step = _STEPS.get(line.act)
        if step is not None:
            step(self, line)
        if "person" in line.data:
            self.person_id = int(line.data["person"])
            self.unit_id = _unit(line.data)


def begun(line: CaseEvent) -> Life:
    """What the first line says: reported, promised, in somebody's hands."""
    data = line.data
    life = Life(
        line.at,
        data["path"],
        data["category"],
        datetime.fromisoformat(data["contact_due"]),
        datetime.fromisoformat(data["due"]),
        case_id=line.case_id,
    )
    life.take(line)
    if str(line.by_person) == data.get("person"):
        life.contacted_at = line.at  # found by whoever handles it: nobody else waits to hear
    return life


def life_of(lines: Iterable[CaseEvent]) -> Life:
    """What a whole history comes to."""
    first, *others = lines
    life = begun(first)
    for line in others:
        life.take(line)
    return life


# ── what each line changes ───────────────────────────────────────────────────


def _unit(data: Mapping[str, str]) -> int | None:
    return int(data["unit"]) if data.get("unit") else None


def _contacted(life: Life, line: CaseEvent) -> None:
    life.contacted_at = life.contacted_at or line.at


def _answered(life: Life, line: CaseEvent) -> None:
    data = line.data
    life.answered_at, life.outcome = line.at, Outcome(data["outcome"])
    if data.get("how"):
        _contacted(life, line)
    life.left = Left.COUNTED
    if data.get("true") == "0":
        life.left = Left.UNTRUE
    if data.get("outside") == "1":
        life.left = Left.OUTSIDE
    _ended(life, line)


def _ended(life: Life, line: CaseEvent) -> None:
    life.ended_at, life.ended = line.at, True


def _struck_off(life: Life, line: CaseEvent) -> None:
    life.said = Said(line.data["verdict"])
    _ended(life, line)


def _left(reason: Left) -> Callable[[Life, CaseEvent], None]:
    def step(life: Life, line: CaseEvent) -> None:
        life.left = reason
        if reason is Left.DECLINED:
            _ended(life, line)
        else:
            life.ended_at = None

    return step


def _redone(life: Life, line: CaseEvent) -> None:
    if life.ended_at is not None and line.at <= life.ended_at + REOPENED_WITHIN:
        life.reopened = True
    if life.answered_at is not None and life.left is not Left.WITHDRAWN:
        life.said = Said.NOT_SOLVED
    life.left = Left.COUNTED
    life.answered_at = life.outcome = life.ended_at = None


def _sent(life: Life, line: CaseEvent) -> None:
    to, before = _unit(line.data), life.unit_id
    if before is not None and to == before:
        return  # a colleague
    life.sent += 1
    life.astray += before is not None
    life.path = line.data.get("path", life.path)


def _came_back(life: Life, line: CaseEvent) -> None:
    life.astray += 1
    if line.act is Act.GIVE_BACK:
        life.returned += 1
        life.back_from = int(line.data["back_from"])


def _sorted(life: Life, line: CaseEvent) -> None:
    life.category = line.data["category"]


def _more_time(life: Life, line: CaseEvent) -> None:
    life.due = max(life.due, datetime.fromisoformat(line.data["until"]))


def _goes_on(life: Life, line: CaseEvent) -> None:
    life.due = datetime.fromisoformat(line.data["due"])


def _urged(life: Life, _line: CaseEvent) -> None:
    life.urged += 1


_STEPS: Mapping[Act, Callable[[Life, CaseEvent], None]] = {
    Act.CONTACT: _contacted,
    Act.WORD: _contacted,
    Act.ANSWER: _answered,
    Act.STRIKE_OFF: _struck_off,
    Act.LAPSE: _ended,
    Act.DECLINE: _left(Left.DECLINED),
    Act.MERGE: _left(Left.DUPLICATE),
    Act.WITHDRAW: _left(Left.WITHDRAWN),
    Act.REDO: _redone,
    Act.ASSIGN: _sent,
    Act.GIVE: _sent,
    Act.DESIGNATE: _sent,
    Act.GIVE_BACK: _came_back,
    Act.NOT_OURS: _came_back,
    Act.SORT: _sorted,
    Act.EXTEND: _more_time,
    Act.SUSPEND: _more_time,
    Act.RESUME: _goes_on,
    Act.WAKE: _goes_on,
    Act.URGE: _urged,
}


# ── the rates ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rule:
    """Which lives a rate counts, and for which of them. `good`: many is what one hopes for."""

    counts: Callable[[Life, datetime], bool]
    hits: Callable[[Life], bool]
    good: bool = True


def _was_due(at: datetime | None, due: datetime, now: datetime) -> bool:
    return at is not None or due <= now


def _settles(life: Life) -> bool:
    """Whether the reporter spoke about something that could be solved: what was explained, and
    is all right with them so, neither raises nor lowers the rate of what was solved."""
    explained = life.outcome in {Outcome.EXPLAINED, Outcome.CANNOT}
    return life.said is Said.NOT_SOLVED or (life.said is not Said.NOTHING and not explained)


RATES: Mapping[Rate, Rule] = {
    Rate.RESPONSE: Rule(
        lambda life, now: _was_due(life.contacted_at, life.contact_due, now),
        lambda life: life.contacted_at is not None and life.contacted_at <= life.contact_due,
    ),
    Rate.RESOLUTION: Rule(
        lambda life, _now: _settles(life), lambda life: life.said is not Said.NOT_SOLVED
    ),
    Rate.SATISFACTION: Rule(
        lambda life, _now: life.said is not Said.NOTHING,
        lambda life: life.said is Said.SATISFIED,
    ),
    Rate.ON_TIME: Rule(
        lambda life, now: _was_due(life.answered_at, life.due, now),
        lambda life: life.answered_at is not None and life.answered_at <= life.due,
    ),
    Rate.REDONE: Rule(lambda life, _now: life.ended, lambda life: life.reopened, good=False),
    Rate.RETURNED: Rule(
        lambda life, _now: life.unit_id is not None or life.back_from is not None,
        lambda life: life.returned > 0,
        good=False,
    ),
    Rate.FIRST_TIME: Rule(
        lambda life, _now: life.sent > 0 or life.astray > 0, lambda life: life.astray == 0
    ),
    Rate.URGED: Rule(lambda _life, _now: True, lambda life: life.urged > 0, good=False),
}


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    @property
    def percent(self) -> int | None:
        """To the nearest whole one; None where too few were counted for it to mean anything."""
        return round(100 * self.hits / self.of) if self.of >= FEW else None


@dataclass(slots=True)
class Figures:
    """The cases of one place, unit, kind or worker over one month of reports."""

    total: int = 0
    left: dict[Left, int] = field(default_factory=dict)
    shares: dict[Rate, Share] = field(default_factory=lambda: {r: Share(0, 0) for r in Rate})

    @property
    def counted(self) -> int:
        return self.total - sum(self.left.values())

    def add(self, other: Figures) -> None:
        """The other's cases are among these."""
        self.total += other.total
        for reason, count in other.left.items():
            self.left[reason] = self.left.get(reason, 0) + count
        for rate, share in other.shares.items():
            mine = self.shares[rate]
            self.shares[rate] = Share(mine.hits + share.hits, mine.of + share.of)


def figures_of(lives: Iterable[Life], now: datetime) -> Figures:
    """What these lives come to at this moment."""
    found = Figures()
    for life in lives:
        one = Figures(1)
        if life.left is not Left.COUNTED:
            one.left[life.left] = 1
        else:
            for rate, rule in RATES.items():
                of = rule.counts(life, now)
                one.shares[rate] = Share(int(of and rule.hits(life)), int(of))
        found.add(one)
    return found


def returns_of(lives: Iterable[Life], unit_id: int) -> Share:
    """退单率 of one unit: of what it had, or gave back last, how much it gave back."""
    theirs = [
        life
        for life in lives
        if life.left is Left.COUNTED and unit_id in (life.unit_id, life.back_from)
    ]
    return Share(sum(life.back_from == unit_id for life in theirs), len(theirs))
