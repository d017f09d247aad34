"""What figures count in the database is what the lines of the histories say, and nothing else."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import decisions, settings
from governance.casefigures import Life, Rate, figures_of, life_of, returns_of
from governance.casefile import Case, open_case
from governance.cases import (
    CLOCK,
    TABLE,
    WORDS,
    Act,
    Actor,
    CaseEvent,
    Closing,
    Outcome,
    Place,
    Role,
)
from governance.org import LADDER, PostKind, Rung, Unit
from governance.refused import Refused
from governance.roles import actor_of, as_caller, as_reporter
from storage import case_words, caselives, cases, org
from storage.casefigures import Asked, By, behind, figures, figures_by, listed
from storage.database import connect
from storage.people import people
from tests import databases
from tests.governance.acts import BY_CLOCK, BY_PEOPLE, Moment
from tests.governance.district import MONDAY, POLICY

DISTRICT = decisions.policy(settings.load(None), decisions.categories())
MANY = 60
FROM, UNTIL = MONDAY - timedelta(days=1), MONDAY + timedelta(days=20)
NOW = MONDAY + timedelta(days=60)


class Lives:
    """Random cases of a real district, recorded line by line as the bot does."""

    def __init__(self, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.db, self.random = db, random.Random(3)
        self.people = list(db.scalars(select(people.c.id).order_by(people.c.id).limit(9)))
        self.units = list(db.scalars(select(Unit).order_by(org.units.c.id).limit(2)))
        self.areas = [org.by_code(db, "QH-LL-CH"), org.district(db)]
        officers = zip(LADDER, self.people[2:7], strict=True)
        self.ladder = tuple(
            Rung(post, self.areas[1].id, person, f"P{person}", "0421-0000000")
            for post, person in officers
        )
        self.of_units = tuple(
            Rung(
                PostKind.UNIT_DUTY, None, person, f"P{person}", "0421-1", unit_id=u.id, unit=u.name
            )
            for u, person in zip(self.units, self.people[7:9], strict=True)
        )
        monkeypatch.setattr("tests.governance.acts.UNIT", self.of_units[0])

    def begin(self, n: int) -> Case:
        area = self.random.choice(self.areas)
        concerns = self.people[6] if n % 9 == 0 else None
        case = open_case(
            number=f"QH-20261123-{n:04d}",
            place=Place(area.id, "3号楼"),
            path=area.path,
            category=self.random.choice(["lamp", "noise", "family"]),
            text="不亮",
            reporter=Actor(Role.REPORTER, self.random.choice([self.people[0], self.people[2]])),
            rungs=self.ladder,
            policy=POLICY,
            now=MONDAY + timedelta(days=self.random.randrange(30)),
            concerns_id=concerns,
        )
        return cases.record(self.db, case)

    def lives(self, case: Case) -> None:
        now = case.opened_at
        for _step in range(self.random.randrange(30)):
            now += timedelta(minutes=self.random.choice([1, 30, 700, 3000, 20000]))
            act, by = self._next(case)
            rungs = (*self.ladder, *self.of_units)
            if act is Act.GIVE:
                given = self.random.choice(self.of_units)
                self._try(lambda: case.give(by, given, "", "", POLICY, now))  # noqa: B023
            elif act is Act.ANSWER:
                closing = self._closing()
                self._try(lambda: case.answer(by, rungs, closing, now))  # noqa: B023
            elif act in BY_PEOPLE and act not in {Act.ADD_UNIT, Act.MERGE}:
                self._try(lambda: BY_PEOPLE[act](case, Moment(by, rungs, now)))  # noqa: B023
            elif act in BY_CLOCK:
                self._try(lambda: BY_CLOCK[act](case, Moment(by, rungs, now)))  # noqa: B023
            cases.record(self.db, case)

    def _closing(self) -> Closing:
        often = [True, True, True, False]
        return Closing(
            self.random.choice(list(Outcome)),
            "换了",
            true=self.random.choice(often),
            outside=not self.random.choice(often),
            how=self.random.choice(["phone", "visit", ""]),
            silent="没人接",
        )

    def _next(self, case: Case) -> tuple[Act, Actor]:
        here = [r for r in TABLE.values() if case.state in r.where]
        able: list[tuple[Act, Actor]] = [(r.act, CLOCK) for r in here if Role.CLOCK in r.by]
        for person in self.people:
            actor = as_reporter(case, actor_of(case, person, "", (*self.ladder, *self.of_units)))
            for by in (actor, as_caller(case, actor)):
                able += [(r.act, by) for r in here if by.role in r.by]
        return self.random.choice(able)

    def _try(self, act: Callable[[], object]) -> None:
        with suppress(Refused):
            act()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database with what all those have lived, on which every test looks."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("figures") / "shaodao.db"
            url = databases.renewed(path, request.getfixturevalue("sampled_sqlite"))
        else:
            server = request.getfixturevalue("migrated_postgres")
            emptying = request.getfixturevalue("emptying")
            with server.begin() as conn:
                conn.execute(request.getfixturevalue("filling"))
            stack.callback(databases.empty, server, emptying)
            url = server.url.render_as_string(hide_password=False)
        engine = connect(url)
        stack.callback(engine.dispose)
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        with Session(engine, autoflush=False) as db:
            made = Lives(db, environment)
            for n in range(MANY):
                made.lives(made.begin(n))
            db.commit()
        yield engine


@pytest.fixture
def db(lived: Engine) -> Iterator[Session]:
    """What a test does here has not happened afterwards."""
    with Session(lived, autoflush=False) as db:
        yield db


def told(db: Session) -> list[Life]:
    """From the events alone."""
    histories: dict[int, list[CaseEvent]] = defaultdict(list)
    for line in db.scalars(select(CaseEvent).order_by(cases.case_events.c.id)):
        histories[line.case_id].append(line)
    return [life_of(lines) for lines in histories.values()]


def columns(life: Life) -> dict[str, object]:
    return {c.name: getattr(life, c.name) for c in caselives.case_lives.columns}


def test_figures_are_what_the_histories_say(db: Session) -> None:
    lives = told(db)
    kept = {life.case_id: columns(life) for life in db.scalars(select(Life))}
    assert kept == {life.case_id: columns(life) for life in lives}

    top = org.district(db)
    asked = Asked(top.path, FROM, UNTIL, NOW, viewer=0)
    counted = [life for life in lives if life.opened_at < UNTIL]
    assert 0 < len(counted) < MANY
    whole = figures(db, asked)
    assert whole == figures_of(counted, NOW)
    assert all(whole.shares[rate].of for rate in Rate), whole
    assert len(whole.left) >= 3

    private = {case.id for case in db.scalars(select(Case)) if case.private}
    keys: dict[By, Callable[[Life], object]] = {
        By.AREA: lambda life: life.path,
        By.UNIT: lambda life: life.unit_id,
        By.WORKER: lambda life: life.person_id,
        By.CATEGORY: lambda life: "" if life.case_id in private else life.category,
    }
    for by, key in keys.items():
        found = figures_by(db, asked, by)
        for one, theirs in found.items():
            meant = figures_of([life for life in counted if key(life) == one], NOW)
            if by is By.UNIT and one is not None:
                meant.shares[Rate.RETURNED] = returns_of(counted, one)
            assert theirs == meant, (by, one)
            if one is not None and by is not By.AREA:
                alone = Asked(top.path, FROM, UNTIL, NOW, 0, by, str(one))
                assert figures(db, alone) == meant


def test_the_cases_behind_a_figure_are_as_many_and_first_those_that_spoil_it(db: Session) -> None:
    asked = Asked(org.district(db).path, FROM, UNTIL, NOW, viewer=0)
    whole = figures(db, asked)
    for rate in Rate:
        shown, private = listed(db, asked, rate)
        rows = behind(db, asked, rate, MANY, 0)
        assert len(rows) == shown
        assert shown + private == whole.shares[rate].of
        assert not any(case.private for case, _hit in rows)
        marks = [hit for _case, hit in rows]
        good = rate not in {Rate.REDONE, Rate.RETURNED, Rate.URGED}
        assert marks == sorted(marks, reverse=not good)
        assert behind(db, asked, rate, 3, 2) == rows[2:5]


def test_whoever_a_case_concerns_does_not_even_find_it_counted(db: Session) -> None:
    of = {case.concerns_id for case in db.scalars(select(Case))} - {None}
    [concerned] = of
    asked = Asked(org.district(db).path, FROM, UNTIL, NOW, viewer=concerned or 0)
    theirs = [c for c in db.scalars(select(Case)) if c.concerns_id and c.opened_at < UNTIL]
    everybody = figures(db, Asked(asked.path, FROM, UNTIL, NOW, viewer=0))
    assert figures(db, asked).total == everybody.total - len(theirs)
    assert len(theirs) > 0


def test_when_the_words_are_gone_the_figures_stay(db: Session) -> None:
    before = [columns(life) for life in told(db)]
    every = [case.id for case in db.scalars(select(Case))]
    case_words.forget_words(db, every)
    db.expire_all()
    assert [columns(life) for life in told(db)] == before
    for line in db.scalars(select(CaseEvent)):
        assert not WORDS & set(line.data)
