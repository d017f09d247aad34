"""In whose hands a case is: taken, handed up, given to a unit and back, designated, helped with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from governance.caserecord import CaseRecord
from governance.cases import CLOCK, Act, Actor, Ground, Role, Rule
from governance.org import PostKind, Rung, level_of
from governance.policy import Policy
from governance.refused import Refused

LONGEST_PAUSE = timedelta(minutes=30)  # between two alerts at the top of the ladder
RETURNS = 1  # disputes that whoever gave it settles; the next one is the city centre's


@dataclass(eq=False)
class CoUnit:
    """加派: a unit that helps whoever leads, and feeds back to them."""

    case_id: int
    unit_id: int
    name: str
    added_at: datetime
    added_by: int | None
    fed_back_at: datetime | None = None
    note: str = ""
    dropped_at: datetime | None = None
    id: int = field(init=False, repr=False)


class Hands(CaseRecord):
    """Acts that say who has it. `rungs` is the ladder above its place with the officers of the
    units that have a part in it; whoever is handed a case must stand there."""

    def accept(self, by: Actor, rungs: Sequence[Rung], now: datetime) -> tuple[Role, ...]:
        """Working from now on. A superior or partner who accepts becomes the holder."""
        rule = self.may(Act.ACCEPT, by)
        self.take(by, rungs)
        self.accepted_at = now
        self.watch(now)
        return self.record(rule, by, now, **self.hands())

    def escalate(
        self, by: Actor, rungs: Sequence[Rung], reason: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Held by the next level from now on, with a new promise of contact."""
        return self._up(Act.ESCALATE, by, rungs, reason, policy, now)

    def not_ours(
        self, by: Actor, rungs: Sequence[Rung], reason: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """Handed up because the holder says it is not theirs; the ground is kept."""
        return self._up(Act.NOT_OURS, by, rungs, reason, policy, now)

    def chase(self, rungs: Sequence[Rung], policy: Policy, now: datetime) -> tuple[Role, ...]:
        """Nobody accepted in time: the next level holds it; of a unit first its leader.

        At the top it stays and is asked again.
        """
        return self._up(Act.CHASE, CLOCK, rungs, "", policy, now)

    def assign(
        self, by: Actor, to: Rung, words: str, policy: Policy, now: datetime, path: str = ""
    ) -> tuple[Role, ...]:
        """Handed to somebody at or below the level of whoever assigns it, or to a colleague.

        `path`: where it lies after all, if it was filed under another area than theirs.
        """
        rule = self.may(Act.ASSIGN, by)
        colleague = self.holder_unit_id is not None and to.unit_id == self.holder_unit_id
        if not colleague:
            self._only_the_centre(by)
            if to.unit_id is not None or level_of(to.post) > level_of(by.post):
                raise Refused("not_below", number=self.number)
        self._hand_to(to, policy, now)
        moved = {"path": path} if path else {}
        if path:
            self.path = path
            self.area_id = self.path_ids[-1]
        return self.record(rule, by, now, note=words, **moved, **self.hands())

    def give(
        self, by: Actor, to: Rung, basis: str, words: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """In the hands of a unit, which leads from now on; `basis` is the rule that names it."""
        rule = self.may(Act.GIVE, by)
        self._only_the_centre(by)
        if to.unit_id is None:
            raise Refused("not_a_unit", number=self.number)
        self._hand_to(to, policy, now)
        self.given_by = by.post
        return self.record(rule, by, now, basis=basis, note=words, **self.hands())

    def give_back(
        self,
        by: Actor,
        rungs: Sequence[Rung],
        ground: Ground,
        words: str,
        policy: Policy,
        now: datetime,
    ) -> tuple[Role, ...]:
        """The unit says that it is not theirs: back to whoever gave it, the second time to the top."""
        rule = self.disputed(by)
        on_ladder = [r for r in rungs if r.unit_id is None and r.person_id != self.concerns_id]
        if not on_ladder:
            raise Refused("nobody_above", number=self.number)
        unit = str(self.holder_unit_id)
        to = self.above(rungs) if self.returned < RETURNS else on_ladder[-1]
        self.returned += 1
        self._hand_to(to or on_ladder[-1], policy, now)
        return self.record(rule, by, now, ground=ground, note=words, back_from=unit, **self.hands())

    def disputed(self, by: Actor) -> Rule:
        """The rule of giving it back. Raises `Refused` where it is no unit's, or was designated."""
        rule = self.may(Act.GIVE_BACK, by)
        if self.holder_unit_id is None:
            raise Refused("not_a_unit", number=self.number)
        if self.designated:
            raise Refused("decided_above", number=self.number)
        return rule

    def designate(
        self, by: Actor, to: Rung, words: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        """The city centre has decided whose it is: it cannot be given back any more."""
        rule = self.may(Act.DESIGNATE, by)
        self._pass_to(to, policy, now)  # perhaps to whoever has it and disputes it
        self.given_by = by.post if to.unit_id is not None else None
        self.designated = True
        return self.record(rule, by, now, note=words, **self.hands())

    def add_unit(
        self, by: Actor, unit: CoUnit, basis: str, words: str, now: datetime
    ) -> tuple[Role, ...]:
        """One more unit helps, and knows with what; whoever holds the case still leads.

        A private one stays with its one handler.
        """
        rule = self.may(Act.ADD_UNIT, by)
        if self.private:
            raise Refused("private_alone", number=self.number)
        if unit.unit_id == self.holder_unit_id:
            raise Refused("leads_already", number=self.number, unit=unit.name)
        self.co_units += 1
        who = {"to": unit.name, "unit": str(unit.unit_id)}
        return self.record(rule, by, now, basis=basis, note=words, **who)

    def drop_unit(self, by: Actor, unit: CoUnit, now: datetime) -> tuple[Role, ...]:
        """The unit is not needed any more."""
        rule = self.may(Act.DROP_UNIT, by)
        self._still_helps(unit)
        unit.dropped_at = now
        self.co_units -= 1
        return self.record(rule, by, now, to=unit.name, unit=str(unit.unit_id))

    def feed_back(self, by: Actor, unit: CoUnit, note: str, now: datetime) -> tuple[Role, ...]:
        """The unit has told whoever leads what it did."""
        rule = self.may(Act.FEED_BACK, by)
        self._still_helps(unit)
        unit.fed_back_at, unit.note = now, note
        return self.record(rule, by, now, note=note, to=unit.name, unit=str(unit.unit_id))

    def leads(self, unit: CoUnit, now: datetime) -> None:
        """The unit that helped holds it from now on, and is no longer counted as helping."""
        if unit.unit_id == self.holder_unit_id and unit.dropped_at is None:
            unit.dropped_at = now
            self.co_units -= 1

    # ── inside ───────────────────────────────────────────────────────────────

    def take(self, by: Actor, rungs: Sequence[Rung]) -> None:
        """A superior, or a partner who stands in, holds the case they act on from then on."""
        mine = [rung for rung in rungs if rung.person_id == by.person_id]
        if by.role is Role.HOLDER and by.person_id != self.holder_id:
            self.hold(next(r for r in mine if self.stood_in_by(r, by.person_id)))
        if by.role is Role.SUPERIOR:
            mine = [rung for rung in mine if rung.unit_id is None]
            # Of several posts, the one that makes them a superior here.
            self.hold(next((r for r in mine if level_of(r.post) > self.level), mine[0]))
            self.given_by = None

    def _hand_to(self, to: Rung, policy: Policy, now: datetime) -> None:
        if self._held_by(to):
            raise Refused("holds_already", number=self.number, holder=to.name)
        self._pass_to(to, policy, now)

    def _held_by(self, rung: Rung) -> bool:
        return (rung.person_id, rung.unit_id) == (self.holder_id, self.holder_unit_id)

    def _pass_to(self, to: Rung, policy: Policy, now: datetime) -> None:
        if to.person_id == self.concerns_id:
            raise Refused("concerned", number=self.number)
        same_unit = self.holder_unit_id is not None and to.unit_id == self.holder_unit_id
        self.hold(to)
        self.hops += 0 if same_unit else 1
        self.given_by = self.given_by if same_unit else None
        self._drop_request()
        self.promise_contact(policy, now)

    def _only_the_centre(self, by: Actor) -> None:
        """What the city centre has designated, only the centre gives to somebody else."""
        if self.designated and by.post is not PostKind.DISTRICT_DESK:
            raise Refused("decided_above", number=self.number)

    def _still_helps(self, unit: CoUnit) -> None:
        if unit.case_id != self.id or unit.dropped_at is not None:
            raise Refused("not_helping", number=self.number, unit=unit.name)

    def _drop_request(self) -> None:
        """Who asked for more time does not hold it any more."""
        self.asking = self.asking_until = None
        self.asking_words = ""

    def _up(
        self, act: Act, by: Actor, rungs: Sequence[Rung], reason: str, policy: Policy, now: datetime
    ) -> tuple[Role, ...]:
        rule = self.may(act, by)
        if self.holder_unit_id is not None and by.role is not Role.CLOCK:
            raise Refused("units_give_back", number=self.number)
        rung = self._leader(rungs) or self.above(rungs)
        if rung is None and by.role is not Role.CLOCK:
            raise Refused("nobody_above", number=self.number)
        if rung is not None:
            if rung.unit_id is None:
                self.given_by = None
                self.hops += 1
            self.hold(rung)
            self._drop_request()
        self.promise_contact(policy, now)
        if rung is None and self.emergency and self.next_at is not None:
            # At the top the same one is asked again, ever more slowly but never given up.
            pause = min((now - self.opened_at) / 2, LONGEST_PAUSE)
            self.next_at = max(self.next_at, now + pause)
        return self.record(rule, by, now, note=reason, **self.hands())

    def _leader(self, rungs: Sequence[Rung]) -> Rung | None:
        """The leader of the unit whose duty officer has it."""
        if self.holder_unit_id is None or self.holder_post is PostKind.UNIT_LEADER:
            return None
        leaders = (
            r for r in rungs if r.unit_id == self.holder_unit_id and r.post is PostKind.UNIT_LEADER
        )
        return next((r for r in leaders if r.person_id != self.holder_id), None)
