"""Whatever anybody does about points and goods, and whatever the clock does, nothing is lost.

People of the sample district give, doubt, take back, appeal, order, fetch and cancel at random,
with numbers nobody should send; work is confirmed, doubted and set right; time goes on and back.
After each act: every posting sums to zero, each balance is the sum of its entries and of what
the awards and orders say, nothing is given twice while it stands, confirmed work has its points
unless somebody has decided about them, and every piece is free, set aside, or handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from bot import decisions, sample, settings
from bot.sample.shop import OPENING
from governance.claims import Claim, ClaimState
from governance.people import Speaker
from governance.points import Rule
from governance.policy import Policy
from governance.refused import Refused
from governance.tasks import Kind, Shift, Task
from handlers.goods import handover, orders, shop
from handlers.points import awards as room
from handlers.points import deciding, disputes
from handlers.refusals import words_for
from handlers.registry import Due
from handlers.rooms import ROOMS
from handlers.talk.answers import Entry
from handlers.talk.player import Asked, Conversation, play
from handlers.tasks import settling
from handlers.turn import Post, Turn
from handlers.words import Reader
from storage import awards, goods, points
from storage.database import connect
from tests.governance.district import MONDAY

OFFICERS = ("guo", "zhao", "tang", "he")
PEOPLE = ("chen", "li", "zhou", "guo", "zhao", "tang", "he")
WORKED = ("chen", "li", "zhou", "zhao")
HOURS = timedelta(hours=2)
POLICY = decisions.policy(settings.Settings(), decisions.categories())

numbers = st.sampled_from((1, 2, 3, 3, 9, 11, 12, 50, 0, -3, 51, 10**9))
subjects = st.integers(1, 6)
people = st.sampled_from(PEOPLE)
members = st.sampled_from(("chen", "chen", "li", "zhou", "guo"))
officers = st.sampled_from(OFFICERS)
rows = st.integers(0, 11)
steps = st.sampled_from([timedelta(hours=h) for h in (0, 1, 30, 100, 400)])


@pytest.fixture(scope="module")
def district(
    migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, dict[str, int]]]:
    path: Path = tmp_path_factory.mktemp("lives") / "shaodao.db"
    path.write_bytes(migrated_sqlite)
    engine = connect(f"sqlite:///{path}")
    with engine.begin() as conn:
        ids = sample.load(conn, POLICY, POLICY.local_date(MONDAY))
        sample.bind(conn, ids, "local", "x", "zh_CN")
    yield engine, ids
    engine.dispose()


_EVERYBODY = """
select p.id,
  (select sum(points) from awards where to_id = p.id and state = 'posted'),
  (select sum(price) from orders where person_id = p.id and state in ('open', 'handed')),
  (select sum(balance) from point_accounts where person_id = p.id)
from people p"""
_WORK = """
select c.state,
  (select group_concat(
     case when state not in ('ended', 'reversed') then '+'
          when ended_why in ('没到', '不对') then '-' end, '')
   from awards where to_id = c.person_id and about = 'task' and subject_id = c.shift_id),
  (select count(*) from postings p join awards a on p.about = 'award' and p.subject_id = a.id
   where p.kind = 'restored' and a.to_id = c.person_id and a.about = 'task'),
  (select count(*) from service_hours where person_id = c.person_id and void_at is null)
from claims c"""
_GOODS = """
select g.stock,
  (select count(*) from orders where good_id = g.id and state in ('open', 'handed')),
  (select sum(amount) from goods_changes where good_id = g.id and act in ('added', 'stock'))
from goods g"""


class Lives(RuleBasedStateMachine):
    """The sample district from the moment it is loaded."""

    def __init__(self, engine: Engine, ids: dict[str, int], policy: Policy) -> None:
        super().__init__()
        assert ROOMS
        self.conn: Connection = engine.connect()
        self.whole = self.conn.begin()
        self.ids, self.policy, self.now = ids, policy, MONDAY
        self.area = int(self.one("select id from areas where code = 'QH-LL-CH-1'"))
        self.entries = 0
        self.shift = self.worked()

    def worked(self) -> int:
        """Four people, one of them the organizer, were there for two hours this morning."""
        with Session(self.conn, join_transaction_mode="create_savepoint") as db:
            task = Task("清扫", "广场", self.area, self.ids["zhao"], Kind.ONCE, 3, 5, MONDAY)
            db.add(task)
            db.flush()
            shift = Shift(task.id, MONDAY - HOURS, MONDAY, 5, "1234", taken=len(WORKED))
            db.add(shift)
            db.flush()
            for place, key in enumerate(WORKED, 1):
                claim = Claim(shift.id, self.ids[key], ClaimState.LEFT, place, MONDAY - HOURS)
                claim.arrived_at, claim.left_at, claim.minutes = MONDAY - HOURS, MONDAY, 120
                db.add(claim)
            db.commit()
            return shift.id

    def teardown(self) -> None:
        self.whole.rollback()
        self.conn.close()

    def one(self, query: str) -> Any:
        return self.conn.exec_driver_sql(query).scalar()

    def row(self, table: str, number: int) -> int:
        """One of the rows there are; sometimes one there is not."""
        found = (
            self.conn.exec_driver_sql(f"select id from {table} order by id desc").scalars().all()
        )
        return int(found[number % len(found)]) if found and number < 11 else 10**9

    def act(self, by: str | None, what: Callable[[Turn], Any]) -> Any:
        """The act as the dispatch would do it: whole, or refused with words and without a trace."""
        with Session(self.conn, autoflush=False, join_transaction_mode="create_savepoint") as db:
            turn = Turn(
                self.speaker(by), self.now, self.policy, lambda: db, Post("local/x/y", "zh_CN")
            )
            try:
                found = what(turn)
                db.commit()
            except Refused as refused:
                assert words_for(refused)
                db.rollback()
                return None
            return found

    def speaker(self, key: str | None) -> Speaker | None:
        if key is None:
            return None
        person = self.ids[key]
        account = int(self.one(f"select id from accounts where person_id = {person}"))
        return Speaker(account, person, key, "zh_CN", f"local/x/{key}", None, noticed=True)

    def talks(self, by: str, function: Conversation, **answers: Any) -> Any:
        """The conversation with these answers given beforehand."""
        given = {key: Entry(k=kind, v=value) for key, (kind, value) in answers.items()}

        def talk(turn: Turn) -> object:
            reader = Reader("zh_CN", self.now, self.policy.zone)
            asked = play(function, given, 1, reader, turn)
            if isinstance(asked, Asked) and asked.question["digest"]:
                key = asked.question["key"]
                given[key] = Entry(k="option", v="yes", digest=asked.question["digest"])
                asked = play(function, given, 1, reader, turn)
            return asked

        return self.act(by, talk)

    # ── points ───────────────────────────────────────────────────────────────

    @rule(
        to=people, by=st.none() | people, points=numbers, kind=st.sampled_from(Rule), about=subjects
    )
    def awarded(self, to: str, by: str | None, points: int, kind: Rule, about: int) -> None:
        self.act(
            None,
            lambda turn: room.award(
                turn,
                to=self.ids[to],
                by=self.ids[by] if by else None,
                points=points,
                rule=kind,
                about="wish",
                subject_id=about,
                area_id=self.area,
            ),
        )

    @rule(about=subjects, by=st.none() | officers)
    def reversed_(self, about: int, by: str | None) -> None:
        who = self.ids[by] if by else None
        undo: dict[str, Any] = {"about": "wish", "subject_id": about, "to": None, "by": who}
        self.act(None, lambda turn: room.reverse(turn, reason="返工", **undo))

    @rule(by=st.sampled_from(("zhao", "guo", "chen")), who=st.sampled_from(WORKED))
    def work_is_judged(self, by: str, who: str) -> None:
        """Confirmed; doubted if it was confirmed; set right if it was doubted."""
        place = WORKED.index(who) + 1
        found = self.one(f"select state from claims where place = {place}")
        if found == ClaimState.LEFT:
            self.act(by, lambda turn: settling.confirm_all(turn, self.shift, ""))
        elif found == ClaimState.CONFIRMED:
            whose, why = ("option", str(self.ids[who])), ("text", "早走了")
            given = ("given", self.shift)
            self.talks(by, settling.doubt_talk, shift=given, whose=whose, why=why)
        else:
            self.act(by, lambda turn: settling.put_right(turn, self.shift, str(place)))

    @rule(by=officers, award=rows, press=st.sampled_from(("confirm", "end")))
    def decided(self, by: str, award: int, press: str) -> None:
        award = self.row("awards", award)
        if press == "confirm":
            self.act(by, lambda turn: deciding.confirm(turn, award, ""))
        else:
            self.ends(by, award)

    def ends(self, by: str, award: int) -> None:
        self.talks(by, deciding.end_talk, award=("given", award), why=("text", "没到"))

    @rule(by=people, award=rows, appeal=st.booleans())
    def doubted(self, by: str, award: int, appeal: bool) -> None:
        """Most appeals come from whoever lost the points."""
        self.speaks_against(self.row("awards", award), None if appeal else by)

    def speaks_against(self, award: int, by: str | None) -> None:
        owner = self.one(f"select to_id from awards where id = {award}")
        whose = next((key for key in PEOPLE if self.ids[key] == owner), "li")
        function = disputes.object_talk if by else disputes.appeal_talk
        self.talks(by or whose, function, award=("given", award), words=("text", "不对"))

    @rule(by=officers, dispute=rows, agreed=st.booleans())
    def settled(self, by: str, dispute: int, agreed: bool) -> None:
        self.settles(by, self.row("award_disputes", dispute), agreed=agreed)

    def settles(self, by: str, dispute: int, *, agreed: bool) -> None:
        decide = disputes.agree if agreed else disputes.disagree
        self.act(by, lambda turn: decide(turn, dispute, ""))

    # ── goods ────────────────────────────────────────────────────────────────

    @rule(by=st.sampled_from(("chen", "chen", "li", "zhou")), good=rows)
    def ordered(self, by: str, good: int) -> None:
        good = self.row("goods", good)
        self.talks(by, orders.order_talk, good=("given", good))

    @rule(by=people, order=rows)
    def fetched(self, by: str, order: int) -> None:
        """With the right code, which the machine draws anew for whoever ordered."""
        order = self.row("orders", order)
        found = self.one(f"select person_id from orders where id = {order}")
        owner = next((key for key, one in self.ids.items() if one == found), None)
        if owner is None:
            return
        code = f"{order:08d}"

        def renew(turn: Turn) -> None:
            one = goods.lock_order(turn.db, order)
            assert one is not None
            one.renew(self.ids[owner], goods.digest(code))

        self.act(owner, renew)
        self.talks(by, handover.handover_talk, code=("given", code))

    @rule(by=people, order=rows)
    def cancelled(self, by: str, order: int) -> None:
        order = self.row("orders", order)
        self.act(by, lambda turn: orders.cancel(turn, order, ""))

    @rule(good=rows, pieces=numbers, by=people)
    def brought(self, good: int, pieces: int, by: str) -> None:
        good = self.row("goods", good)
        words = ("text", f"{pieces}件")
        self.talks(by, shop.stock_talk, good=("given", good), pieces0=words)

    @rule(good=rows, price=numbers, by=people)
    def priced(self, good: int, price: int, by: str) -> None:
        good = self.row("goods", good)
        words = ("text", f"{price}分")
        self.talks(by, shop.price_talk, good=("given", good), price0=words)

    # ── the clock ────────────────────────────────────────────────────────────

    @rule(by=steps, back=st.booleans())
    def goes_by(self, by: timedelta, back: bool) -> None:
        self.now = self.now - by if back else self.now + by

    @rule(by=steps)
    def ticks(self, by: timedelta) -> None:
        self.now += by
        for due in (Due("awards", awards.due, room.post), Due("orders", goods.due, orders.expire)):
            self.falls_due(due)

    def falls_due(self, due: Due) -> None:
        """Each one that is due is handled by itself."""

        def handled(one: int) -> None:
            self.act(None, lambda turn: due.handle(turn, one))

        for one in self.act(None, lambda turn: due.find(turn.db, self.now, [])):
            handled(one)

    # ── what always holds ────────────────────────────────────────────────────

    @invariant()
    def the_ledger_is_sound(self) -> None:
        with Session(self.conn, join_transaction_mode="rollback_only") as db:
            assert points.faults(db) == ([], [])
        assert self.one("select sum(points) from point_entries") == 0
        now = int(self.one("select count(*) from point_entries"))
        assert now >= self.entries  # only ever added to
        self.entries = now

    @invariant()
    def everybody_has_what_awards_and_orders_say(self) -> None:
        opening = {self.ids[key]: brought for key, brought in OPENING.items()}
        for one, earned, spent, has in self.conn.exec_driver_sql(_EVERYBODY).all():
            assert (has or 0) == opening.get(one, 0) + (earned or 0) - (spent or 0)

    @invariant()
    def nothing_is_given_twice_while_it_stands(self) -> None:
        twice = (
            "select to_id, rule, about, subject_id from awards where about <> 'hand' "
            "and state not in ('ended', 'reversed') "
            "group by to_id, rule, about, subject_id having count(*) > 1"
        )
        assert self.conn.exec_driver_sql(twice).all() == []

    @invariant()
    def confirmed_work_has_its_points_and_hours_unless_somebody_decided_otherwise(self) -> None:
        for state, awards_, restored, hours in self.conn.exec_driver_sql(_WORK).all():
            stand, decided = (awards_ or "").count("+"), (awards_ or "").count("-")
            if state == ClaimState.CONFIRMED:
                assert (stand + decided, hours) == (1, 1)
            else:
                assert stand == 0 or restored
                assert hours == 0

    @invariant()
    def what_is_held_and_redeemed_is_what_orders_say(self) -> None:
        for kind, state in (("held", "open"), ("redeemed", "handed")):
            has = self.one(
                "select coalesce(sum(points), 0) from point_entries join point_accounts a "
                f"on a.id = account_id where a.kind = '{kind}'"
            )
            assert has == self.one(
                f"select coalesce(sum(price), 0) from orders where state = '{state}'"
            )

    @invariant()
    def every_piece_is_somewhere(self) -> None:
        for stock, gone, came in self.conn.exec_driver_sql(_GOODS).all():
            assert 0 <= stock == came - gone

    @invariant()
    def nobody_decides_about_their_own(self) -> None:
        wrong = "select count(*) from awards where to_id in (by_id, confirmed_by) or by_id = confirmed_by"
        assert self.one(wrong) == 0
        assert self.one("select count(*) from awards where points not between 1 and 50") == 0
        fetched = "select count(*) from orders where state = 'handed' and ended_by = person_id"
        assert self.one(fetched) == 0

    @invariant()
    def a_day_gives_no_more_for_hours_than_it_may(self) -> None:
        days: dict[tuple[int, Any], int] = {}
        found = self.conn.exec_driver_sql(
            "select to_id, at, points from awards where rule = 'hours' "
            "and state not in ('ended', 'reversed')"
        )
        for to, at, points_ in found.all():
            moment = datetime.fromisoformat(at).replace(tzinfo=MONDAY.tzinfo)
            day = (to, self.policy.local_date(moment))
            days[day] = days.get(day, 0) + points_
        restored = self.one("select count(*) from postings where kind = 'restored'")
        assert restored or all(n <= self.policy.points.hours_a_day for n in days.values())


def test_whatever_is_done_nothing_is_lost(district: tuple[Engine, dict[str, int]]) -> None:
    engine, ids = district
    run_state_machine_as_test(
        lambda: Lives(engine, ids, POLICY),  # type: ignore[arg-type]  # a function will do
        settings=effort(max_examples=15, stateful_step_count=50),
    )


def _award(lives: Lives) -> int:
    """陈静's newest."""
    return int(lives.one(f"select max(id) from awards where to_id = {lives.ids['chen']}"))


def _settled(lives: Lives, *, agreed: bool) -> None:
    """By the street's head, who has had nothing to do with it."""
    lives.settles("tang", lives.row("award_disputes", 0), agreed=agreed)


ACTS: dict[str, Callable[[Lives], None]] = {
    "judged": lambda lives: lives.work_is_judged("zhao", "chen"),
    "judged by the head": lambda lives: lives.work_is_judged("guo", "chen"),
    "posted": lambda lives: lives.ticks(timedelta(hours=100)),
    "objected": lambda lives: lives.speaks_against(_award(lives), "li"),
    "appealed": lambda lives: lives.speaks_against(_award(lives), None),
    "agreed": lambda lives: _settled(lives, agreed=True),
    "disagreed": lambda lives: _settled(lives, agreed=False),
    "taken back": lambda lives: lives.ends("guo", _award(lives)),
}


# What leads from one to the other comes more often.
USUAL = ("judged", "judged", "judged", "appealed", "agreed", *ACTS)


@given(st.lists(st.sampled_from(USUAL), min_size=8, max_size=12))
def test_work_is_doubted_appealed_and_set_right_in_any_order(
    district: tuple[Engine, dict[str, int]], acts: list[str]
) -> None:
    engine, ids = district
    lives = Lives(engine, ids, POLICY)
    try:
        for act in ("judged", *acts):
            ACTS[act](lives)
            lives.the_ledger_is_sound()
            lives.everybody_has_what_awards_and_orders_say()
            lives.nothing_is_given_twice_while_it_stands()
            lives.confirmed_work_has_its_points_and_hours_unless_somebody_decided_otherwise()
    finally:
        lives.teardown()
