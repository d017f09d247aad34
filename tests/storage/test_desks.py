"""Lists of cases: the database shows the cases that the rules name, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import sample
from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import State
from governance.desks import RULES, RUNNING, Which
from storage import cases, desks, org
from storage.desks import Mark, Way, Whose, Word
from tests.governance.district import MONDAY
from tests.storage.test_case_figures import DISTRICT, Lives

MANY = 60
NOW = MONDAY + timedelta(days=25)
NOBODY = 0


@pytest.fixture
def db(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    with engine.begin() as conn:
        sample.load(conn, DISTRICT, date(2026, 11, 23))
    with Session(engine, autoflush=False) as db:
        made = Lives(db, monkeypatch)
        for n in range(MANY):
            made.lives(made.begin(n))
        running = [case for case in every(db) if not case.private]
        suspended, redone, *_others = [c for c in running if c.state is State.ASSIGNED]
        suspended.state, redone.redo_words = State.SUSPENDED, NOBODY_CAME
        db.commit()
        yield db


def every(db: Session) -> list[Case]:
    return sorted(db.scalars(select(Case)), key=lambda case: (case.due, case.id))


def pages(db: Session, whose: Whose, which: Which, size: int) -> list[list[Case]]:
    """All of a list, a page at a time."""
    found, at = [], None
    while page := desks.page(db, whose, which, NOW, size, at):
        found.append(page)
        at = desks.mark_of(page[-1])
    return found


def test_a_list_holds_what_its_rule_says_in_the_order_of_the_days(db: Session) -> None:
    whole = Whose(NOBODY, paths=(org.district(db).path,))
    listed = [case for case in every(db) if not case.private or case.danger]
    assert {case.state for case in listed} >= RUNNING
    counts = desks.counts(db, whole, NOW)
    for which, rule in RULES.items():
        meant = [case for case in listed if rule(case, NOW)]
        turned = pages(db, whole, which, 3)
        assert [case for page in turned for case in page] == meant
        assert counts[which] == len(meant)
        first = desks.first(db, whole, which, NOW, 3)
        assert list(first) == sorted(meant, key=lambda case: case.id)[:3]
        for before, after in pairwise(turned):
            assert desks.page(db, whole, which, NOW, 3, _begin(after), Way.BACK) == before
    assert all(counts.values()), counts


def _begin(page: list[Case]) -> Mark:
    return desks.mark_of(page[0])


def test_whoever_holds_it_lists_private_matters_and_whom_it_concerns_lists_nothing(
    db: Session,
) -> None:
    open_ = [case for case in every(db) if RULES[Which.OPEN](case, NOW)]
    for person in {case.holder_id for case in open_}:
        held = desks.page(db, Whose(person, (person,)), Which.OPEN, NOW, MANY)
        assert held == [c for c in open_ if c.holder_id == person and c.concerns_id != person]
    assert any(case.private for case in open_)
    for unit in {case.holder_unit_id for case in open_} - {None}:
        held = desks.page(db, Whose(NOBODY, (), (unit or 0,)), Which.OPEN, NOW, MANY)
        helped = {c.id for c in open_ if unit in _helping(db, c)}
        assert [c for c in held if c.id not in helped] == [
            c for c in open_ if c.holder_unit_id == unit
        ]
    [concerned] = {case.concerns_id for case in open_} - {None}
    theirs = Whose(concerned or 0, (concerned or 0,), paths=(org.district(db).path,))
    shown = desks.page(db, theirs, Which.OPEN, NOW, MANY)
    assert shown
    assert not [case for case in shown if case.concerns_id == concerned]


def _helping(db: Session, case: Case) -> set[int]:
    return {unit.unit_id for unit in cases.co_units(db, case)}


def test_words_are_looked_for_among_so_many_cases_and_then_further_back(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.desks.DEPTH", 7)
    whole = Whose(NOBODY, paths=(org.district(db).path,))
    newest = sorted(every(db), key=lambda case: -case.id)
    said = {c.id: c.place + c.text for c in newest if not c.private}
    named = [c for c in newest if "楼" in said.get(c.id, "") and "不亮" in said[c.id]]
    meant = [c for c in named if c.category == "noise"]
    assert meant
    found: list[Case] = []
    before, looks = None, 0
    while True:
        seen = desks.look(
            db, whole, [Word("不亮", ("lamp",)), Word("楼", ()), Word("x%", ("noise",))], 99, before
        )
        found += seen.found
        looks += 1
        if seen.until is None:
            break
        before = seen.until
    assert found == meant
    assert looks == -(-MANY // 7)
    assert desks.look(db, whole, [Word("%")], 9).found == []
