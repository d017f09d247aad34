"""Points (积分): what is worth how many, and a ledger in which nothing is ever lost.

Points come out of the pool of an area, lie with a person, are held while an order waits in
the shop, and go to what was redeemed. Every posting moves them between such accounts and
sums to zero, so the sum over all accounts is zero for ever. A posting is never changed: what
was wrong is reversed by another one that says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_IN_A_POSTING = 1_000_000
"""No rule comes near it; a number from outside that does is a mistake or an attack."""


class AccountKind(StrEnum):
    """Where points can be."""

    POOL = "pool"  # 发放池: an area's; what it has given out stands there with a minus
    PERSON = "person"
    HELD = "held"  # 冻结: an order waits in the area's shop
    REDEEMED = "redeemed"  # 已兑换, in the area's shop


class PostingKind(StrEnum):
    """Why points move."""

    OPENING = "opening"  # 期初: from before there was this ledger
    AWARD = "award"  # 入账
    REVERSAL = "reversal"  # 撤回
    RESTORED = "restored"  # 申诉成立，恢复
    ORDER = "order"  # 下单
    RETURN = "return"  # 退回: the order was cancelled or ran out
    HANDOVER = "handover"  # 核销


class Rule(StrEnum):
    """What points are given for."""

    TASK = "task"  # 志愿任务
    HOURS = "hours"  # 服务时长
    REPORT = "report"  # 发现问题
    WISH = "wish"  # 圆微心愿
    DEED = "deed"  # 微奉献
    CONTEST = "contest"  # 演讲比赛
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PointsPolicy:
    """What a district has decided about points. Days are calendar days."""

    task: int = 2
    hour: int = 1
    contest: int = 3
    first_report: int = 2  # of a public problem, once it is solved; 0: none are given
    later_report: int = 1  # for others who report the same
    reports_a_day: int = 4  # points for reports that one person can get on one day
    hours_a_day: int = 2  # the same for hours
    most: int = 50  # of one award
    alone: int = 10  # above these a second person confirms
    notice_days: int = 3
    pair_a_month: int = 4  # awards from one person to another in 30 days; more is shown to a human
    order_days: float = 3  # until an order that nobody fetched returns stock and points

    def worth(self, rule: Rule) -> int:
        """What a rule gives where nobody has said otherwise."""
        given = {
            Rule.HOURS: self.hour,
            Rule.REPORT: self.first_report,
            Rule.CONTEST: self.contest,
        }
        return given.get(rule, self.task)

    def most_a_day(self, rule: Rule) -> int | None:
        """What one person can get by this rule on one day; None where that has no limit."""
        return {Rule.HOURS: self.hours_a_day, Rule.REPORT: self.reports_a_day}.get(rule)

    def for_report(self, earlier: int) -> int:
        """What a report is worth that `earlier` others had made before: the first one most.
        0 where the district gives nothing for it."""
        return self.later_report if earlier else self.first_report


@dataclass(frozen=True, slots=True)
class Entry:
    """So many points into an account, or out of it."""

    account_id: int
    points: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of points: balanced, or it is none."""

    kind: PostingKind
    entries: tuple[Entry, ...]
    about: str
    subject_id: int
    note: str = ""
    by_id: int | None = None

    def __post_init__(self) -> None:
        moved = [entry.points for entry in self.entries]
        if sum(moved) != 0 or len(moved) < 2:
            raise ValueError(f"a posting that does not sum to zero: {moved}")
        if not all(0 < abs(points) <= MOST_IN_A_POSTING for points in moved):
            raise ValueError(f"a posting of nothing, or of too much: {moved}")


def move(points: int, *, out_of: int, into: int) -> tuple[Entry, ...]:
    """The two entries that carry points from one account to another."""
    return (Entry(out_of, -points), Entry(into, points))
