"""Two processes at one wish: exactly one has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from governance.org import Area, AreaKind, PostKind
from governance.people import Person
from governance.refused import Refused
from governance.wishes import Act, Actor, Audience, Kind, Role, State
from governance.wishfile import Wish
from storage import wishes

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
MANY = 4


def offered(engine: Engine) -> tuple[int, list[int]]:
    """A wish that can be claimed, and the people who will try."""
    with Session(engine, autoflush=False) as db, db.begin():
        area = Area(None, AreaKind.DISTRICT, "QH", "清河区", "/1/")
        everybody = [Person(f"P{n}") for n in range(MANY + 1)]
        db.add_all([area, *everybody])
        db.flush()
        wish = Wish(
            *(everybody[0].id, area.id, area.path, area.id, Kind.GOODS),
            *("想要一台旧收音机", "想要一台旧收音机", Audience.PUBLIC, NOW, NOW),
            *(PostKind.COMMUNITY_DUTY,),
            state=State.PUBLISHED,
        )
        wishes.record(db, wish)
        return wish.id, [person.id for person in everybody[1:]]


def test_of_those_who_claim_at_once_exactly_one_has_it(engine: Engine) -> None:
    wish_id, everybody = offered(engine)
    together = Barrier(MANY)

    def claim(person_id: int) -> str:
        together.wait()
        with Session(engine, autoflush=False) as db, db.begin():
            wish = wishes.lock(db, wish_id)
            assert wish is not None
            try:
                wish.claim(Actor(frozenset({Role.HELPER}), person_id), None, NOW)
            except Refused as refused:
                return refused.code
            wishes.record(db, wish)
            return "claimed"

    with ThreadPoolExecutor(MANY) as pool:
        told = list(pool.map(claim, everybody))
    assert sorted(told) == ["claimed", *["wish_taken"] * (MANY - 1)]
    with Session(engine) as db, db.begin():
        wish = db.get_one(Wish, wish_id)
        assert wish.claimer_id == everybody[told.index("claimed")]
        assert [line.act for line in wishes.history(db, wish)] == [Act.CLAIM]
