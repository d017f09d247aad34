"""Who may read what is kept about whom, and what is left when somebody wants to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.orm import Session

from governance.people import Person
from governance.privacy import Purpose, What
from storage import forgetting, people, privacy
from storage.dialogs import dialogs
from storage.humans import calls
from storage.lanes import lanes
from storage.outbox import Row, add_rows, outbox
from storage.people import accounts

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with Session(engine, autoflush=False) as session:
        yield session


def somebody(db: Session, name: str, code: str | None = None) -> int:
    person = Person(name, code=code)
    db.add(person)
    db.flush()
    return person.id


def test_a_consent_holds_from_a_yes_to_the_next_no(db: Session) -> None:
    me = somebody(db, "周兰")
    privacy.give(db, me, Purpose.NEWS, NOW)
    privacy.give(db, me, Purpose.PHOTO, NOW)
    privacy.withdraw(db, me, Purpose.NEWS, NOW + DAY)
    assert privacy.agreed(db, me) == {Purpose.PHOTO}
    privacy.give(db, me, Purpose.NEWS, NOW + 2 * DAY)
    assert privacy.agreed(db, me) == {Purpose.PHOTO, Purpose.NEWS}


def test_everybody_reads_their_own_looks_only(db: Session) -> None:
    me, other, officer = somebody(db, "周兰"), somebody(db, "吴桂芳"), somebody(db, "李明", "R-1")
    privacy.viewed(db, officer, me, What.PHONE, "QH-20261123-0001", NOW)
    privacy.viewed(db, officer, other, What.PHONE, "QH-20261123-0002", NOW)
    privacy.viewed(db, other, None, What.REFUSED, "", NOW, words="602是谁")
    privacy.viewed(db, None, None, What.ROSTER, "console", NOW + DAY)
    assert [(a.what, name) for a, name in privacy.views_of(db, me)] == [(What.PHONE, "李明")]
    seen = [a.what for a, _name in privacy.views_of(db, other)]
    assert seen == [What.REFUSED, What.PHONE]
    assert [a.what for a, _name in privacy.views_of(db, officer)] == [What.ROSTER]


def test_old_words_go_first_and_then_the_look(db: Session) -> None:
    me = somebody(db, "周兰")
    for at in (NOW, NOW + 10 * DAY, NOW + 20 * DAY):
        privacy.viewed(db, me, None, What.REFUSED, "", at, words="602是谁")
    [found] = privacy.oldest(db, NOW + DAY, NOW + DAY, [])
    assert privacy.oldest(db, NOW + DAY, NOW + DAY, [found]) == []
    privacy.purge(db, NOW + DAY, NOW + 11 * DAY)
    db.expire_all()
    assert [a.words for a, _name in privacy.views_of(db, me)] == ["602是谁", ""]
    assert privacy.oldest(db, NOW + DAY, NOW + 11 * DAY, []) == []


def test_whoever_is_forgotten_leaves_a_row_without_a_person(db: Session) -> None:
    me, officer = _with_traces(db)
    forgetting.forget(db, me)
    db.expire_all()
    person = db.get_one(Person, me)
    assert (person.name, person.phone, person.home_id) == ("", "", None)
    rows = db.execute(select(outbox.c.lane, outbox.c.state, outbox.c.payload)).all()
    kept = {(row.lane, row.state): row.payload["text"] for row in rows}
    assert kept == {
        ("local/1/zhou", "sent"): "",
        ("local/1/zhou", "ready"): "路灯",
        ("local/1/li", "sent"): "路灯",
    }
    assert db.execute(select(calls.c.name, calls.c.words)).one() == ("", "")
    assert db.execute(select(dialogs.c.state, dialogs.c.answers)).one() == ("done", {})
    assert privacy.agreed(db, me) == set()
    assert (
        db.execute(select(people.people.c.minor_at).where(people.people.c.id == me)).scalar_one()
        is None
    )
    [(look, name)] = privacy.views_of(db, me)
    assert (look.viewer_id, name) == (officer, "李明")


def test_only_the_words_of_somebody_in_the_roster_go(db: Session) -> None:
    me, _officer = _with_traces(db)
    forgetting.forget_words(db, me)
    db.expire_all()
    assert db.get_one(Person, me).name == "周兰"
    assert db.scalar(select(func.count()).where(outbox.c.state == "held")) == 1
    assert forgetting.messages_of(db, me, 10) == []


def test_calls_for_a_person_go_when_they_are_old(db: Session) -> None:
    _with_traces(db)
    [call] = forgetting.old_call(db, NOW + DAY, [])
    assert forgetting.old_call(db, NOW + DAY, [call]) == []
    assert forgetting.old_call(db, NOW, []) == []
    forgetting.purge_calls(db, NOW + DAY)
    assert forgetting.old_call(db, NOW + DAY, []) == []


def _with_traces(db: Session) -> tuple[int, int]:
    """A resident who wrote, was written to, agreed, called for a person and was looked at."""
    conn = db.connection()
    ids = []
    for name, key in (("周兰", "zhou"), ("李明", "li")):
        lane = f"local/1/{key}"
        conn.execute(insert(lanes), _lane(lane))
        ids.append(people.register(conn, ("local", "1", key), name, "zh_CN", lane).person_id)
        rows = [Row("local/1", lane, "notice", {"text": "路灯"}) for _ in range(3)]
        add_rows(conn, rows if key == "zhou" else rows[:1])
    states = ("sent", "ready", "held", "sent")
    for row, state in zip(conn.scalars(select(outbox.c.id)).all(), states, strict=True):
        done = 1.0 if state == "sent" else None
        change = update(outbox).where(outbox.c.id == row)
        conn.execute(change.values(state=state, finished=done))
    me, officer = ids
    account = conn.scalar(select(accounts.c.id).where(accounts.c.person_id == me))
    conn.execute(insert(dialogs), _dialog(account))
    conn.execute(insert(calls), _call(account, me, officer))
    privacy.give(db, me, Purpose.PHONE, NOW)
    privacy.mark_minor(db, me, NOW)
    privacy.viewed(db, officer, me, What.PHONE, "QH-20261123-0001", NOW)
    return me, officer


def _lane(key: str) -> dict[str, object]:
    values: dict[str, object] = {
        "key": key,
        "sender": "local/1",
        "kind": "private",
        "chat": key.rpartition("/")[2],
    }
    return values


def _dialog(account: int | None) -> dict[str, object]:
    return {
        "account_id": account,
        "name": "report",
        "answers": {"what": {"k": "text", "v": "路灯不亮"}},
        "question": None,
        "seq": 1,
        "state": "open",
        "until": NOW + DAY,
    }


def _call(account: int | None, me: int, officer: int) -> dict[str, object]:
    return {
        "account_id": account,
        "person_id": me,
        "name": "周兰",
        "officer_id": officer,
        "officer_name": "李明",
        "officer_phone": "0421-0000111",
        "about": "",
        "words": "路灯不亮",
        "state": "ended",
        "asked_at": NOW,
    }
