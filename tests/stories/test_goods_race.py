"""On PostgreSQL, where several processes share the tables: nothing is sold twice or spent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.orm import Session

from bot import sample
from governance.people import Person
from governance.points import AccountKind, Posting, PostingKind, move
from governance.refused import Refused
from handlers.goods import orders
from handlers.goods.common import carry, good, put_back
from handlers.points import awards as room
from handlers.turn import Post, Turn
from storage import goods, org, points
from tests.governance.district import MONDAY
from tests.stories.test_points_lives import POLICY

BUYERS = 12


@pytest.fixture
def district(postgres_url: str) -> Iterator[Engine]:
    """The sample district and people with 40 points each; every use is a connection of its own."""
    engine = create_engine(
        postgres_url, poolclass=NullPool, connect_args={"options": "-c timezone=UTC"}
    )
    with engine.begin() as conn:
        sample.load(conn, POLICY, POLICY.local_date(MONDAY))
        with Session(conn, join_transaction_mode="rollback_only") as db:
            _bring_buyers(db)
            db.flush()
    yield engine
    engine.dispose()


def _bring_buyers(db: Session) -> None:
    area = org.by_code(db, "QH-LL-CH")
    pool = points.account_at(db, AccountKind.POOL, area.id)
    for number in range(BUYERS):
        one = Person(f"buyer{number}", area.id)
        db.add(one)
        db.flush()
        entries = move(40, out_of=pool, into=points.account_of(db, one.id))
        points.post(db, Posting(PostingKind.OPENING, entries, "area", area.id), MONDAY)


def at_once(engine: Engine, acts: list[Callable[[Turn], object]]) -> Counter[str]:
    """Each act in a thread and a transaction of its own, all begun together; how they ended."""
    together = Barrier(len(acts))

    def run(act: Callable[[Turn], object]) -> str:
        with engine.connect() as conn, Session(conn, autoflush=False) as db:
            together.wait(20)
            try:
                act(Turn(None, MONDAY, POLICY, lambda: db, Post()))
                db.commit()
            except Refused as refused:
                db.rollback()
                return refused.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def ids(conn: Connection, query: str) -> list[int]:
    return [int(row[0]) for row in conn.exec_driver_sql(query)]


def sound(engine: Engine) -> bool:
    with engine.connect() as conn, Session(conn) as db:
        return points.faults(db) == ([], [])


def test_the_last_pieces_go_to_as_many_as_there_are(district: Engine) -> None:
    with district.begin() as conn:
        buyers = ids(conn, "select id from people where name like 'buyer%%' order by id")
        [umbrella] = ids(conn, "select id from goods where name = '雨伞'")
        conn.exec_driver_sql(f"update goods set stock = 3 where id = {umbrella}")

    def buys(buyer: int) -> Callable[[Turn], object]:
        return lambda turn: orders.place(turn, good(turn, umbrella), buyer)

    assert at_once(district, [buys(buyer) for buyer in buyers]) == {
        "done": 3,
        "goods_sold_out": BUYERS - 3,
    }
    with district.connect() as conn:
        assert ids(conn, f"select stock from goods where id = {umbrella}") == [0]
        assert ids(conn, "select count(*) from orders") == [3]
    assert sound(district)


def test_points_are_spent_once_however_many_goods_they_are_spent_on(district: Engine) -> None:
    with district.begin() as conn:
        [buyer] = ids(conn, "select id from people where name = 'buyer0'")
        wanted = ids(conn, "select id from goods where name in ('洗衣液', '雨伞', '毛巾')")

    def buys(which: int) -> Callable[[Turn], object]:
        return lambda turn: orders.place(turn, good(turn, which), buyer)

    ended = at_once(district, [buys(which) for which in wanted * 2])
    with district.connect() as conn:
        [left] = ids(conn, f"select sum(balance) from point_accounts where person_id = {buyer}")
        [spent] = ids(conn, f"select sum(price) from orders where person_id = {buyer}")
    assert left == 40 - spent >= 0
    assert ended["done"] >= 1
    assert sound(district)


def test_an_order_that_ends_in_two_ways_at_once_ends_in_one(district: Engine) -> None:
    with district.begin() as conn, Session(conn, join_transaction_mode="rollback_only") as db:
        [buyer, clerk] = ids(conn, "select id from people where name in ('buyer0', 'buyer1')")
        turn = Turn(None, MONDAY, POLICY, lambda: db, Post())
        [towel] = ids(conn, "select id from goods where name = '毛巾'")
        order = orders.place(turn, good(turn, towel), buyer)[0].id
        db.flush()

    def cancels(turn: Turn) -> None:
        one = goods.lock_order(turn.db, order)
        assert one is not None
        one.cancel(buyer, turn.now)
        put_back(turn, one, buyer)

    def fetches(turn: Turn) -> None:
        one = goods.lock_order(turn.db, order)
        assert one is not None
        one.hand_over(clerk, turn.now)
        carry(turn, one, "毛巾", PostingKind.HANDOVER, clerk)

    assert at_once(district, [cancels, fetches, cancels, fetches]) == {"done": 1, "order_over": 3}
    with district.connect() as conn:
        assert ids(conn, "select count(*) from postings where kind in ('return', 'handover')") == [
            1
        ]
    assert sound(district)


def test_the_same_work_confirmed_by_several_at_once_is_awarded_once(district: Engine) -> None:
    with district.begin() as conn:
        [buyer] = ids(conn, "select id from people where name = 'buyer0'")
        [area] = ids(conn, "select id from areas where code = 'QH-LL-CH'")

    def confirms(turn: Turn) -> None:
        room.award(
            turn, to=buyer, points=3, rule="task", about="task", subject_id=1, area_id=area, by=None
        )

    assert at_once(district, [confirms] * 6) == {"done": 6}
    with district.connect() as conn:
        [award] = ids(conn, "select id from awards")
    later = MONDAY.replace(year=2027)

    def posts(turn: Turn) -> None:
        turn.now = later
        room.post(turn, award)

    assert at_once(district, [posts] * 6) == {"done": 6}
    with district.connect() as conn:
        assert ids(conn, f"select sum(balance) from point_accounts where person_id = {buyer}") == [
            43
        ]
    assert sound(district)
