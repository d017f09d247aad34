"""Whatever anybody does to a wish, in whatever order, its promises hold.

Wishers, helpers, reviewers, strangers and the clock act on one wish at random times, and after
each act the promises of governance/wishes.py are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.filing import Consent
from governance.org import PostKind
from governance.refused import Refused
from governance.wishes import (
    CLOCK,
    ENDS,
    LOCKED,
    REVIEWERS,
    TABLE,
    Act,
    Actor,
    Audience,
    Heard,
    Kind,
    Role,
    State,
    desk_above,
    roles_of,
)
from governance.wishfile import MOST_OPEN, Wish, post_wish
from handlers.refusals import words_for
from tests.governance.district import MONDAY, POLICY

POSTER, DUTY, STREET, HELPERS, STRANGER = 1, 11, 12, (21, 22, 23), 99
EVERYBODY = (POSTER, DUTY, STREET, *HELPERS, STRANGER)
REVIEWS, HELPS = {DUTY, STREET, 23, POSTER}, {*HELPERS, POSTER}  # some are several things


@dataclass(frozen=True)
class Moment:
    by: Actor
    now: datetime
    heard: Heard
    days: int


Attempt: TypeAlias = Callable[[Wish, Moment], object]

BY_PEOPLE: Mapping[Act, Attempt] = {
    Act.APPROVE: lambda w, m: w.approve(m.by, POLICY, m.now),
    Act.EDIT: lambda w, m: w.edit(m.by, "想要一台收音机", POLICY, m.now),
    Act.AGREE: lambda w, m: w.agree(m.by, POLICY, m.now),
    Act.REWORD: lambda w, m: w.reword(m.by, "旧的也行", POLICY, m.now),
    Act.REJECT: lambda w, m: w.reject(m.by, "cash", POLICY, m.now),
    Act.CONVERT: lambda w, m: w.convert(m.by, 7, POLICY, m.now),
    Act.WITHDRAW: lambda w, m: w.withdraw(m.by, POLICY, m.now),
    Act.CLAIM: lambda w, m: w.claim(m.by, None, m.now),
    Act.PROMISE: lambda w, m: w.promise(m.by, m.days, POLICY, m.now),
    Act.BEGIN: lambda w, m: w.begin(m.by, m.now),
    Act.GIVE_BACK: lambda w, m: w.give_back(m.by, POLICY, m.now),
    Act.DELIVER: lambda w, m: w.deliver(m.by, "送到了", POLICY, m.now),
    Act.CONFIRM: lambda w, m: w.confirm(m.by, m.heard, POLICY, m.now),
    Act.REFUSE: lambda w, m: w.refuse(m.by, "没收到", POLICY, m.now),
    Act.UNHEARD: lambda w, m: w.unheard(m.by, POLICY, m.now),
    Act.DISPUTE: lambda w, m: w.dispute(m.by, "没说过", POLICY, m.now),
    Act.THANK: lambda w, m: w.thank(m.by, "谢谢", m.now),
    Act.SHOW_NAME: lambda w, m: w.show_name(m.by, m.now),
}
BY_CLOCK: Mapping[Act, Attempt] = {
    Act.ESCALATE: lambda w, m: w.escalate(desk_above(w.desk, REVIEWERS), POLICY, m.now),
    Act.ASK_AGREE: lambda w, m: w.ask_agree(POLICY, m.now),
    Act.REOFFER: lambda w, m: w.reoffer(POLICY, m.now),
    Act.SHOW_STREET: lambda w, m: w.show_street(POLICY, m.now),
    Act.ASK_LATE: lambda w, m: w.ask_late(POLICY, m.now),
    Act.RELEASE: lambda w, m: w.release(POLICY, m.now),
    Act.REMIND: lambda w, m: w.remind(POLICY, m.now),
    Act.CALL: lambda w, m: w.call(POLICY, m.now),
}

steps = st.sampled_from(
    [timedelta(minutes=m) for m in (0, 1, 59, 700)] + [timedelta(days=d) for d in (1, 3, 8, 31)]
)
people, answers = st.sampled_from(EVERYBODY), st.sampled_from(Heard)
days = st.sampled_from((-1, 0, 1, 7, 30, 31, 10**9))


def posted(for_name: str = "", now: datetime = MONDAY, already: int = 0) -> Wish:
    return post_wish(
        poster_id=POSTER,
        area_id=9,
        path="/1/2/3/9/",
        community_id=3,
        kind=Kind.GOODS,
        words="想要一台旧收音机",
        audience=Audience.PUBLIC,
        desk=PostKind.COMMUNITY_DUTY,
        policy=POLICY,
        now=now,
        already_open=already,
        for_name=for_name,
        consent=Consent.IN_PERSON if for_name else None,
    )


def as_(wish: Wish, person: int) -> Actor:
    reviews, helps = person in REVIEWS, person in HELPS
    return roles_of(wish.poster_id, wish.claimer_id, person, reviews=reviews, helps=helps)


class WishLife(RuleBasedStateMachine):
    """One wish, from its first words on."""

    @initialize(for_name=st.sampled_from(("", "孙奶奶")), later=steps)
    def is_posted(self, for_name: str, later: timedelta) -> None:
        self.now = MONDAY + later
        self.wish = posted(for_name, self.now)
        self.claimers: list[int] = []

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(act=st.sampled_from(sorted(BY_PEOPLE)), person=people, heard=answers, n=days)
    def somebody_acts(self, act: Act, person: int, heard: Heard, n: int) -> None:
        self._try(act, as_(self.wish, person), heard, n)

    @rule(data=st.data(), heard=answers)
    def somebody_does_what_they_may(self, data: st.DataObject, heard: Heard) -> None:
        here = [r for r in TABLE.values() if self.wish.state in r.where and r.act in BY_PEOPLE]
        actors = [as_(self.wish, person) for person in EVERYBODY]
        able = [(r.act, by) for r in here for by in actors if by.roles.intersection(r.by)]
        if able:
            act, by = data.draw(st.sampled_from(able))
            self._try(act, by, heard, 7)

    @rule(act=st.sampled_from(sorted(BY_CLOCK)))
    def the_clock_acts(self, act: Act) -> None:
        self._try(act, CLOCK, Heard.OWN, 1)

    @precondition(lambda self: self.wish.due_act(self.now) is not None)
    @rule()
    def the_clock_does_what_is_due(self) -> None:
        act = self.wish.due_act(self.now)
        assert act is not None
        assert self._try(act, CLOCK, Heard.OWN, 1)
        assert self.wish.next_at is not None
        assert self.wish.next_at > self.now

    def _try(self, act: Act, by: Actor, heard: Heard, n: int) -> bool:
        wish, before, written = self.wish, copy(vars(self.wish)), len(self.wish.events)
        try:
            {**BY_PEOPLE, **BY_CLOCK}[act](wish, Moment(by, self.now, heard, n))
        except Refused as refused:
            assert words_for(refused)
            assert vars(wish) == before
            assert len(wish.events) == written
            return False
        assert by.roles.intersection(TABLE[act].by)
        assert before["state"] in TABLE[act].where
        assert wish.state is (TABLE[act].to or before["state"])
        assert len(wish.events) == written + 1
        line = wish.events[-1]
        assert (line.act, line.at, line.by_id) == (act, self.now, by.person_id)
        assert line.by_role in by.roles
        if act is Act.CLAIM:
            assert before["claimer_id"] is None
        return True

    # ── what always holds ────────────────────────────────────────────────────

    @invariant()
    def it_belongs_to_one_claimer_exactly_while_it_is_claimed(self) -> None:
        wish = self.wish
        theirs = wish.state in LOCKED or wish.state is State.STRUCK_OFF
        assert (wish.claimer_id is not None) is theirs
        assert wish.claimer_id != wish.poster_id

    @invariant()
    def it_is_struck_off_only_on_the_wishers_own_yes(self) -> None:
        wish = self.wish
        assert (wish.heard is not None) is (wish.state is State.STRUCK_OFF)
        if wish.state is not State.STRUCK_OFF:
            return
        said = next(line for line in reversed(wish.events) if line.act is Act.CONFIRM)
        assert said.by_id != wish.claimer_id
        assert said.by_role in {Role.WISHER, Role.REVIEWER}
        own = said.by_id == wish.poster_id and not wish.for_name
        assert (wish.heard is Heard.OWN) is own

    @invariant()
    def nobody_reviews_their_own_wish(self) -> None:
        acts = {Act.APPROVE, Act.EDIT, Act.REJECT, Act.CONVERT}
        assert all(line.by_id != POSTER for line in self.wish.events if line.act in acts)

    @invariant()
    def it_has_an_end_or_a_next_step(self) -> None:
        wish = self.wish
        assert (wish.next_at is None) is (wish.state in ENDS)
        assert (wish.ended_at is None) is (wish.state not in ENDS)
        assert (wish.words_until is None) is (wish.state not in ENDS)

    @invariant()
    def what_is_promised_comes_within_the_days_there_are(self) -> None:
        wish = self.wish
        if wish.promised is not None:
            assert wish.promised <= self.now + timedelta(days=POLICY.wish_deliver_days + 1)


TestWishLife = WishLife.TestCase
TestWishLife.settings = settings(stateful_step_count=40)


# ── one by one ───────────────────────────────────────────────────────────────


def claimed() -> Wish:
    wish = posted()
    wish.approve(as_(wish, DUTY), POLICY, MONDAY)
    wish.claim(as_(wish, 21), None, MONDAY)
    return wish


def test_the_second_claimer_is_refused() -> None:
    wish = claimed()
    with pytest.raises(Refused) as refused:
        wish.claim(as_(wish, 22), None, MONDAY)
    assert refused.value.code == "wish_taken"
    assert wish.claimer_id == 21


def test_a_day_is_moved_once() -> None:
    wish = claimed()
    wish.promise(as_(wish, 21), 3, POLICY, MONDAY)
    wish.promise(as_(wish, 21), 7, POLICY, MONDAY)
    with pytest.raises(Refused) as refused:
        wish.promise(as_(wish, 21), 9, POLICY, MONDAY)
    assert refused.value.code == "wish_moved"


@pytest.mark.parametrize("n", [-1, 31, 10**9])
def test_a_day_beyond_what_may_be_promised_is_refused(n: int) -> None:
    wish = claimed()
    with pytest.raises(Refused, match="wish_day"):
        wish.promise(as_(wish, 21), n, POLICY, MONDAY)


def test_silence_after_delivery_asks_for_a_call_for_ever() -> None:
    wish = claimed()
    wish.deliver(as_(wish, 21), "送到了", POLICY, MONDAY)
    acts = []
    for _ in range(12):
        assert wish.next_at is not None
        now, act = wish.next_at, wish.due_act(wish.next_at)
        assert act is not None
        BY_CLOCK[act](wish, Moment(CLOCK, now, Heard.OWN, 1))
        acts.append(act)
    assert acts == [Act.REMIND, *[Act.CALL] * 11]
    assert wish.state is State.DELIVERED


def test_a_yes_that_others_heard_can_be_disputed_for_a_week_by_the_wisher_alone() -> None:
    wish = claimed()
    wish.deliver(as_(wish, 21), "送到了", POLICY, MONDAY)
    wish.confirm(as_(wish, DUTY), Heard.PHONE, POLICY, MONDAY)
    late = copy(wish)
    with pytest.raises(Refused):
        late.dispute(as_(late, POSTER), "没说过", POLICY, MONDAY + timedelta(days=8))
    wish.dispute(as_(wish, POSTER), "没说过", POLICY, MONDAY + timedelta(days=6))
    assert (wish.state, wish.claimer_id) == (State.DELIVERING, 21)


def test_a_proxy_says_how_they_heard_the_old_persons_yes() -> None:
    wish = posted("孙奶奶")
    wish.approve(as_(wish, DUTY), POLICY, MONDAY)
    wish.claim(as_(wish, 21), None, MONDAY)
    wish.deliver(as_(wish, 21), "送到了", POLICY, MONDAY)
    with pytest.raises(Refused, match="wish_yes_of_others"):
        wish.confirm(as_(wish, POSTER), Heard.OWN, POLICY, MONDAY)
    wish.confirm(as_(wish, POSTER), Heard.VISIT, POLICY, MONDAY)
    assert wish.state is State.STRUCK_OFF


def test_nothing_is_posted_for_somebody_who_has_not_agreed_and_no_more_than_enough() -> None:
    with pytest.raises(Refused, match="wish_enough"):
        posted(already=MOST_OPEN)
    arguments = vars(posted("孙奶奶"))
    with pytest.raises(Refused, match="wish_no_consent"):
        post_wish(
            **{k: arguments[k] for k in ("poster_id", "area_id", "path", "community_id", "kind")},
            **{k: arguments[k] for k in ("audience", "desk", "for_name")},
            words="想要一台旧收音机",
            policy=POLICY,
            now=MONDAY,
            already_open=0,
        )
