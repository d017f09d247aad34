"""三率: counted in the database from what the histories came to, read anew each time.

What is counted, and for what, is said in governance/casefigures.py; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select, true
from sqlalchemy.orm import Session

from governance.casefigures import RATES, Figures, Left, Life, Rate, Said, Share
from governance.casefile import Case
from governance.cases import Outcome
from governance.filing import Via
from storage.caselives import case_lives
from storage.cases import cases

_L = case_lives.c
_COUNTED = _L.left == Left.COUNTED
_SPOKE = _L.said != Said.NOTHING


class By(StrEnum):
    """How cases are told apart; `private` ones have no kind here, and are one row."""

    ALL = "all"
    AREA = "area"  # the key is a path
    UNIT = "unit"
    WORKER = "worker"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures: reports of this time inside `path`, perhaps of one unit, worker or kind.

    `viewer` reads them: cases that concern them are not among them.
    """

    path: str
    since: datetime
    until: datetime
    now: datetime
    viewer: int
    by: By = By.ALL
    key: str = ""


def _counts(rate: Rate, now: datetime) -> ColumnElement[bool]:
    settled = or_(_L.outcome.is_(None), _L.outcome == Outcome.SOLVED)
    found: Mapping[Rate, ColumnElement[bool]] = {
        Rate.RESPONSE: or_(_L.contacted_at.is_not(None), _L.contact_due <= now),
        Rate.RESOLUTION: or_(_L.said == Said.NOT_SOLVED, and_(_SPOKE, settled)),
        Rate.SATISFACTION: _SPOKE,
        Rate.ON_TIME: or_(_L.answered_at.is_not(None), _L.due <= now),
        Rate.REDONE: _L.ended,
        Rate.RETURNED: or_(_L.unit_id.is_not(None), _L.back_from.is_not(None)),
        Rate.FIRST_TIME: or_(_L.sent > 0, _L.astray > 0),
        Rate.URGED: true(),
    }
    return and_(_COUNTED, found[rate])


_HITS: Mapping[Rate, ColumnElement[bool]] = {
    Rate.RESPONSE: and_(_L.contacted_at.is_not(None), _L.contacted_at <= _L.contact_due),
    Rate.RESOLUTION: _L.said != Said.NOT_SOLVED,
    Rate.SATISFACTION: _L.said == Said.SATISFIED,
    Rate.ON_TIME: and_(_L.answered_at.is_not(None), _L.answered_at <= _L.due),
    Rate.REDONE: _L.reopened,
    Rate.RETURNED: _L.returned > 0,
    Rate.FIRST_TIME: _L.astray == 0,
    Rate.URGED: _L.urged > 0,
}
_KIND = case((cases.c.private, ""), else_=_L.category)
_KEYS: Mapping[By, ColumnElement[Any]] = {
    By.AREA: _L.path,
    By.UNIT: _L.unit_id,
    By.WORKER: _L.person_id,
    By.CATEGORY: _KIND,
}


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*conditions), 1), else_=0))


def _inside(statement: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    """Of the place and the time, without what concerns whoever reads it, and without what people in
    posts found themselves: figures are of what residents ask for."""
    return statement.join(cases, cases.c.id == _L.case_id).where(
        _L.opened_at >= asked.since,
        _L.opened_at < asked.until,
        _L.path.startswith(asked.path, autoescape=True),
        or_(cases.c.concerns_id.is_(None), cases.c.concerns_id != asked.viewer),
        cases.c.via != Via.PATROL,
    )


def _only(asked: Asked, rate: Rate | None = None) -> ColumnElement[bool]:
    """Of the one unit, worker or kind asked for. What a unit gave back it had."""
    if asked.by in {By.ALL, By.AREA}:
        return true()
    if asked.by is By.CATEGORY:
        return _KIND.in_([asked.key])
    if asked.by is By.UNIT and rate is Rate.RETURNED:
        return or_(_L.unit_id == int(asked.key), _L.back_from == int(asked.key))
    return _KEYS[asked.by] == int(asked.key)


def figures(db: Session, asked: Asked) -> Figures:
    """Of everything asked for together."""
    found = Figures()
    for one in _figures(db, asked, None).values():
        found.add(one)
    if asked.by is By.UNIT:
        found.shares[Rate.RETURNED] = _returns(db, asked).get(int(asked.key), Share(0, 0))
    return found


def figures_by(db: Session, asked: Asked, by: By) -> dict[Any, Figures]:
    """The same by path, unit id, person id or kind; None for what no unit has."""
    found = _figures(db, asked, _KEYS[by])
    if by is By.UNIT:
        for unit_id, share in _returns(db, asked).items():
            found.setdefault(unit_id, Figures()).shares[Rate.RETURNED] = share
    return found


def _figures(db: Session, asked: Asked, key: ColumnElement[Any] | None) -> dict[Any, Figures]:
    sums = [
        total
        for rate in Rate
        for total in (
            _sum(_counts(rate, asked.now)),
            _sum(_counts(rate, asked.now), _HITS[rate]),
        )
    ]
    left = [_sum(_L.left == reason) for reason in Left if reason is not Left.COUNTED]
    shown = [key.label("key")] if key is not None else []
    statement = _inside(select(func.count(), *left, *sums, *shown).select_from(case_lives), asked)
    statement = statement.where(_only(asked))
    if key is not None:
        statement = statement.group_by(key)
    found: dict[Any, Figures] = {}
    for total, *numbers in db.execute(statement):
        if total:
            found[numbers[-1] if shown else None] = _read(total, numbers)
    return found


def _read(total: int, numbers: Sequence[int]) -> Figures:
    reasons = [reason for reason in Left if reason is not Left.COUNTED]
    left: dict[Left, int] = {reason: n for reason, n in zip(reasons, numbers, strict=False) if n}
    pairs = numbers[len(reasons) :]
    shares = {rate: Share(pairs[2 * i + 1], pairs[2 * i]) for i, rate in enumerate(Rate)}
    return Figures(total, left, shares)


def _returns(db: Session, asked: Asked) -> dict[int, Share]:
    """退单率 of each unit: of what it had, or gave back last, how much it gave back."""
    columns = (_L.unit_id, _L.back_from, func.count())
    statement = _inside(select(*columns).select_from(case_lives), asked)
    statement = statement.where(_counts(Rate.RETURNED, asked.now), _only(asked, Rate.RETURNED))
    found: dict[int, Share] = {}
    for unit_id, back_from, count in db.execute(statement.group_by(_L.unit_id, _L.back_from)):
        for one in {unit_id, back_from} - {None}:
            share = found.get(one, Share(0, 0))
            found[one] = Share(share.hits + count * (one == back_from), share.of + count)
    return found


def behind(
    db: Session, asked: Asked, rate: Rate, limit: int, after: int
) -> list[tuple[Case, bool]]:
    """The cases a rate counts, with whether it counts for them: first those that spoil it.

    Private ones are counted and never listed.
    """
    hit = _hit(asked, rate)
    spoils = not_(hit) if RATES[rate].good else hit
    statement = (
        _inside(select(Case, hit).select_from(case_lives), asked)
        .where(_counts(rate, asked.now), _only(asked, rate), not_(cases.c.private))
        .order_by(case((spoils, 0), else_=1), _L.opened_at, _L.case_id)
        .limit(limit)
        .offset(after)
    )
    return [(row[0], bool(row[1])) for row in db.execute(statement)]


def listed(db: Session, asked: Asked, rate: Rate) -> tuple[int, int]:
    """How many of the cases a rate counts can be listed, and how many are private."""
    statement = _inside(
        select(func.count(), _sum(cases.c.private)).select_from(case_lives), asked
    ).where(_counts(rate, asked.now), _only(asked, rate))
    total, private = db.execute(statement).one()
    return total - (private or 0), private or 0


def _hit(asked: Asked, rate: Rate) -> ColumnElement[bool]:
    if asked.by is By.UNIT and rate is Rate.RETURNED:
        return and_(_L.back_from.is_not(None), _L.back_from == int(asked.key))
    return _HITS[rate]


def lives(db: Session, asked: Asked, limit: int) -> list[tuple[Case, Life]]:
    """Each case asked for with what its history came to, oldest first."""
    statement = (
        _inside(select(Case, Life).select_from(case_lives), asked)
        .where(or_(_only(asked), _only(asked, Rate.RETURNED)))
        .order_by(_L.opened_at, _L.case_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(statement)]


def had(db: Session, case_id: int, units: Sequence[int]) -> bool:
    """Whether one of these units has the case, had it last, or gave it back last."""
    life = db.get(Life, case_id)
    return life is not None and bool({life.unit_id, life.back_from} & {*units})
