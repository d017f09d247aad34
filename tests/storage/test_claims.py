"""Claims in any order: no slot is given twice, and the line keeps its order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from governance import claims as rules
from governance.claims import COMING, SEATED, Claim, ClaimState, Proof
from governance.org import Area, AreaKind
from governance.people import Member
from governance.refused import Refused
from governance.tasks import Kind, Shift, Task, plan
from storage import claims, tasks
from storage.people import people
from storage.rush import Pressed, Rush
from storage.schema import metadata
from tests.governance.district import POLICY

START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
PEOPLE, SLOTS = 7, 3
ORGANIZER = PEOPLE + 1
TABLES = [
    metadata.tables[name]
    for name in (
        "areas",
        "units",
        "people",
        "accounts",
        "lanes",
        "cards",
        "tasks",
        "shifts",
        "claims",
    )
]
who = st.integers(1, PEOPLE)


class Storm(RuleBasedStateMachine):
    """Two shifts that overlap, seven people, and whatever they do."""

    @initialize()
    def published(self) -> None:
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine, TABLES)
        self.conn = self.engine.connect()
        self.db = Session(self.conn, autoflush=False)
        self.now = NOW
        self.conn.execute(
            insert(people),
            [
                {"id": n, "name": f"n{n}", "member": Member.VOLUNTEER if n < PEOPLE else None}
                for n in range(1, ORGANIZER + 1)
            ],
        )
        area = Area(None, AreaKind.COMMUNITY, "C", "C", "/1/")
        self.db.add(area)
        self.db.flush()
        task = Task("t", "p", area.id, ORGANIZER, Kind.ONCE, 3, SLOTS, NOW)
        self.db.add(task)
        self.db.flush()
        for n in range(2):
            start = START + timedelta(hours=n)
            shift = Shift(task.id, start, start + timedelta(hours=2), SLOTS, "1234")
            plan(shift, Kind.ONCE, POLICY, NOW)
            self.db.add(shift)
        self.db.flush()
        self.ids = [shift.id for shift in tasks.of_task(self.db, task.id)]

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.conn.close()
            self.engine.dispose()

    def _shift(self, n: int) -> Shift:
        found = tasks.lock(self.db, self.ids[n])
        assert found is not None
        return found

    @rule(presses=st.lists(st.tuples(who, st.integers(0, 1)), min_size=1, max_size=8))
    def many_press(self, presses: list[tuple[int, int]]) -> None:
        self.db.flush()
        pressed = [Pressed(self.ids[n], person, "", "") for person, n in presses]
        rush = Rush(self.conn, pressed)
        for one in pressed:
            found = rush.find(one)
            assert found is not None
            if found.own in COMING or (found.own not in {None, ClaimState.RELEASED}):
                continue
            try:
                state = rules.decide(found, self.now)
            except Refused:
                continue
            if state is ClaimState.WAITLISTED and not found.registered:
                continue
            until = self.now + timedelta(minutes=10) if state is ClaimState.HELD else None
            mark = rush.mark()
            rush.enter(found, one.person_id, state, self.now, held_until=until)
            if one.person_id == 1 and len(pressed) % 3 == 0:
                rush.back_to(mark)  # whatever went wrong afterwards
        rush.write(self.conn)

    @rule(person=who, n=st.integers(0, 1), seats=st.integers(2, 3))
    def claims_for_a_team(self, person: int, n: int, seats: int) -> None:
        self.db.flush()
        one = Pressed(self.ids[n], person, "", "")
        rush = Rush(self.conn, [one])
        found = rush.find(one)
        assert found is not None
        if found.own not in {None, ClaimState.RELEASED} or not found.registered:
            return
        try:
            state = rules.decide(found, self.now, seats)
        except Refused:
            return
        rush.enter(found, person, state, self.now, seats=seats, team="t")
        rush.write(self.conn)

    @rule(leader=who, person=who, n=st.integers(0, 1))
    def comes_along(self, leader: int, person: int, n: int) -> None:
        """Whoever is free takes a seat of the team as a claim of their own."""
        shift, theirs = self._shift(n), claims.one(self.db, self.ids[n], leader)
        if theirs is None or leader == person:
            return
        self.db.flush()
        one = Pressed(self.ids[n], person, "", "")
        press = Rush(self.conn, [one]).find(one)
        assert press is not None
        if press.own not in {None, ClaimState.RELEASED} or press.clash or not press.registered:
            return
        before, taken = claims.one(self.db, self.ids[n], person), shift.taken
        try:
            claim = rules.bring(shift, theirs, person, before, self.now)
        except Refused:
            return
        self.db.add(claim)
        self.db.flush()
        assert (shift.taken, claim.seats) == (taken, 1)

    @rule(person=who, n=st.integers(0, 1))
    def gives_back(self, person: int, n: int) -> None:
        shift, claim = self._shift(n), claims.one(self.db, self.ids[n], person)
        if claim is None:
            return
        before = self._line(n)
        try:
            rules.release(shift, Kind.ONCE, claim, self.now)
        except Refused:
            return
        if claim.leader_id is not None:
            leader = claims.one(self.db, self.ids[n], claim.leader_id)
            if leader is not None and leader.state in rules.UNSETTLED:
                rules.take_seat(shift, leader)
        self._fill(n, shift)
        after = self._line(n)
        assert [one for one in before if one in after] == after  # nobody overtakes

    @rule(person=who, n=st.integers(0, 1))
    def arrives_and_leaves(self, person: int, n: int) -> None:
        shift, claim = self._shift(n), claims.one(self.db, self.ids[n], person)
        if claim is None:
            return
        try:
            rules.arrive(shift, claim, Proof.CODE, POLICY, self.now)
            rules.leave(shift, claim, self.now)
        except Refused:
            return
        self.db.flush()

    @rule(person=who, by=st.integers(1, ORGANIZER), n=st.integers(0, 1))
    def is_confirmed(self, person: int, by: int, n: int) -> None:
        claim = claims.one(self.db, self.ids[n], person)
        if claim is None:
            return
        try:
            rules.confirm(claim, by, self.now)
        except Refused:
            return
        assert by != person
        self.db.flush()

    @rule(person=who, by=st.integers(1, ORGANIZER), n=st.integers(0, 1))
    def is_doubted(self, person: int, by: int, n: int) -> None:
        """What is doubted can be confirmed after all."""
        claim = claims.one(self.db, self.ids[n], person)
        if claim is None:
            return
        try:
            rules.dispute(claim, by, "", self.now)
        except Refused:
            return
        assert by != person
        self.db.flush()

    @precondition(lambda self: self.now < START + timedelta(hours=4))
    @rule(minutes=st.sampled_from((5, 15, 60 * 30, 60 * 120)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for claim_id in claims.lapsed(self.db, self.now):
            claim = self.db.get_one(Claim, claim_id, populate_existing=True)
            n = self.ids.index(claim.shift_id)
            shift = self._shift(n)
            rules.free(shift, claim)
            self._fill(n, shift)

    def _fill(self, n: int, shift: Shift) -> None:
        self.db.flush()
        if shift.free > 0:
            waiting = claims.waiting(self.db, self.ids[n], shift.free)
            rules.promote(shift, Kind.ONCE, waiting, self.now)
        self.db.flush()

    def _line(self, n: int) -> list[int]:
        self.db.flush()
        return [claim.person_id for claim in claims.waiting(self.db, self.ids[n], 99)]

    def _all(self, n: int) -> list[Claim]:
        self.db.flush()
        return list(claims.of_shift(self.db, self.ids[n]))

    # ── what always holds ────────────────────────────────────────────────────

    @invariant()
    def the_counters_are_what_the_claims_say(self) -> None:
        for n in range(2):
            shift, found = self._shift(n), self._all(n)
            assert shift.taken == sum(c.seats for c in found if c.state in SEATED) <= SLOTS
            assert shift.waiting == sum(c.state is ClaimState.WAITLISTED for c in found)

    @invariant()
    def everybody_of_a_team_has_one_seat_and_its_leader_the_rest(self) -> None:
        for n in range(2):
            for claim in self._all(n):
                assert claim.seats >= 1
                assert claim.seats == 1 or (claim.team and claim.leader_id is None)

    @invariant()
    def nobody_has_two_claims_or_is_in_two_places(self) -> None:
        found: list[Any] = [c for n in range(2) for c in self._all(n)]
        assert len({(c.shift_id, c.person_id) for c in found}) == len(found)
        busy = [c.person_id for c in found if c.state in rules.BUSY]
        assert len(set(busy)) == len(busy)

    @invariant()
    def while_somebody_waits_no_slot_is_free_before_the_start(self) -> None:
        for n in range(2):
            shift = self._shift(n)
            assert shift.begun(self.now) or not shift.waiting or not shift.free

    @invariant()
    def places_are_given_once_in_the_order_of_commit(self) -> None:
        for n in range(2):
            places = [c.place for c in self._all(n)]
            assert len(set(places)) == len(places)
            assert max(places, default=0) <= self._shift(n).last


TestStorm = Storm.TestCase
TestStorm.settings = settings(max_examples=25, stateful_step_count=25)
