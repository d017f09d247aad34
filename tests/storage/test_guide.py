"""The guide in memory: several processes on one database answer alike; and what is not kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from governance.guide import Came, Entry, Question
from governance.org import Area, AreaKind
from governance.people import Person
from storage import guide
from storage.database import connect

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)


def written(db: Session, code: str, title: str, area_id: int) -> Entry:
    one = Entry(
        *(code, title, [], "答复", "", "", "", "", "", "示例", area_id),
        *(TODAY + timedelta(days=30), TODAY),
    )
    guide.changed(db.connection())
    db.add(one)
    db.flush()
    return one


def district(db: Session) -> int:
    area = Area(None, AreaKind.DISTRICT, "QH", "清河区", "/1/")
    db.add(area)
    db.flush()
    return area.id


def found(engine: Engine, words: str, area_id: int) -> int:
    with engine.connect() as conn, Session(conn) as db:
        return len(guide.index(db).find(words, [area_id], TODAY))


def test_what_one_process_writes_another_finds_and_nothing_before_it_is_committed(
    engine: Engine, database_url: str
) -> None:
    other = connect(database_url)
    try:
        with Session(engine) as db, db.begin():
            area_id = district(db)
            written(db, "A", "狗证", area_id)
        assert found(other, "狗证怎么办", area_id) == 1
        with Session(engine) as db:
            written(db, "B", "公租房", area_id)
            assert guide.index(db).find("公租房怎么办", [area_id], TODAY)
            db.rollback()
        for one in (engine, other):
            assert found(one, "公租房怎么办", area_id) == 0
        with Session(engine) as db, db.begin():
            written(db, "C", "公租房", area_id)
        for one in (engine, other):
            assert found(one, "公租房怎么办", area_id) == 1
    finally:
        other.dispose()


def test_the_entries_are_read_once_and_then_only_their_stamp(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with Session(engine) as db, db.begin():
        area_id = district(db)
        written(db, "A", "狗证", area_id)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for _n in range(3):
        found(engine, "狗证怎么办", area_id)
    engine.dispose()
    assert sum("guide_entries" in statement for statement in asked) == 1
    assert sum("guide_stamps" in statement for statement in asked) == 3


@pytest.fixture
def question(engine: Engine) -> Question:
    with Session(engine, expire_on_commit=False) as db, db.begin():
        person = Person("周兰")
        db.add(person)
        db.flush()
        one = Question(person.id, district(db), "护照怎么办", NOW, Came.UNKNOWN)
        one.forget_at = NOW + timedelta(days=365)
        db.add(one)
    return one


def test_a_question_is_deleted_when_its_time_is_over(engine: Engine, question: Question) -> None:
    with Session(engine) as db, db.begin():
        early, late = NOW + timedelta(days=364), NOW + timedelta(days=365)
        assert guide.to_forget(db, early, []) == []
        assert db.scalar(guide.NEXT_FORGOTTEN) == late
        assert list(guide.to_forget(db, late, [])) == [question.id]
        guide.forget_old(db, late)
        assert guide.questions_of(db, question.person_id) == []


def test_a_question_is_read_by_whoever_keeps_the_area_above_it(
    engine: Engine, question: Question
) -> None:
    with Session(engine) as db:
        assert [one.words for one in guide.unanswered(db, "/1/")] == ["护照怎么办"]
        assert guide.unanswered(db, "/1/2/") == []
