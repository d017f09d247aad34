"""Cases from their report to their end, as the rules write them: what growth_fill.py multiplies.

Each goes through the acts of governance/ and is recorded by storage/, so its rows are those that
the bot writes. Most are closed; the others are as a Monday morning finds them: some reported last
night, most being worked on, some answered and waiting for the resident's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import cycle, islice
from random import Random

from sqlalchemy.orm import Session

from benchmarks.house import ACCOUNT, CHANNEL, SENDER
from bot.sample.areas import DISTRICT
from governance.casefile import Case, open_case
from governance.cases import Act, Actor, Closing, Outcome, Place, Role, Verdict
from governance.org import Area, AreaKind, Rung
from governance.people import Person
from governance.policy import Category, Policy
from handlers.cases.common import VERDICT, WORK
from storage import case_numbers, cases, following, org
from storage.cards import cards
from storage.media import File

BUSY_GRIDS, THEIRS = 12, 15
"""So many grids have so many of the open cases each; of the other grids, each has one at most."""
SAYS = (
    "楼道灯不亮, 已经三天了, 老人晚上看不见路",
    "楼下垃圾桶满了没人清, 夏天味道很大",
    "单元门口堆着旧家具, 推车出不去, 请看一下",
    "半夜还在装修, 一家人睡不着, 说过两次也不听",
)
NOTES = ("当天去看过, 已经处理好, 请您看看", "联系了师傅, 换了新的, 试过没有问题")


@dataclass(frozen=True, slots=True)
class Cast:
    """Residents who report, follow and answer; they stand for all others."""

    reporter: Person
    followers: tuple[Person, Person]


class Stories:
    """Tells them, each time the same ones."""

    def __init__(self, db: Session, policy: Policy, cast: Cast, now: datetime) -> None:
        self._db, self._policy, self._cast, self._now = db, policy, cast, now
        self._random = Random(7)
        self._by = Actor(Role.REPORTER, cast.reporter.id, cast.reporter.name)

    def closed(self, count: int) -> list[Case]:
        """All were over ten days ago; they lie everywhere in the district."""
        places = cycle(self._shuffled(self._doors))
        return [self._closed(place) for place in islice(places, count)]

    def open(self, count: int) -> list[Case]:
        """A dozen grids have ten of them each; of the others, one grid after the other has one."""
        grids = self._shuffled(org.below(self._db, org.district(self._db), AreaKind.GRID))
        busy = [grid for grid in grids[:BUSY_GRIDS] for _case in range(THEIRS)]
        where = islice(cycle([*busy, *grids[BUSY_GRIDS:]]), count)
        return [self._open(number, self._door_in(grid)) for number, grid in enumerate(where)]

    # ── one of them ──────────────────────────────────────────────────────────

    def _closed(self, place: Area) -> Case:
        pick = self._random
        case, rungs = self._report(place, self._daytime(pick.randrange(20, 40)))
        at = self._work(case, rungs, case.opened_at)
        at = self._answer(case, rungs, at)
        policy = self._policy
        if pick.random() < 0.1:
            case.redo(self._by, rungs, "还是不亮", policy, at + timedelta(hours=5))
            case.accept(self._holder(case, rungs), rungs, at + timedelta(hours=6))
            at = self._answer(case, rungs, at + timedelta(hours=7))
        if not case.asks or pick.random() < 0.7:
            said = Verdict.SATISFIED if pick.random() < 0.85 else Verdict.SO_SO
            case.strike_off(self._by, said, policy, at + timedelta(hours=3))
        else:
            case.remind(policy, at + policy.remind_after)
            case.lapse(policy, at + policy.lapse_after)
        return self._kept(case, rungs)

    def _open(self, number: int, place: Area) -> Case:
        """The clock has nothing to do on it before tomorrow."""
        if number % 5 == 0:
            case, rungs = self._report(place, self._now - timedelta(hours=number % 12 + 1))
        else:
            case, rungs = self._report(place, self._daytime(self._random.randrange(2, 9)))
            at = self._work(case, rungs, case.opened_at)
            if number % 3 == 0:
                self._answer(case, rungs, at)
        tomorrow = self._now + timedelta(days=1)
        case.next_at = max(case.next_at or tomorrow, tomorrow)
        return self._kept(case, rungs)

    def _report(self, place: Area, at: datetime) -> tuple[Case, Sequence[Rung]]:
        policy = self._policy
        rungs = org.ladder_above(self._db, place.path_ids, at, policy.work)
        building = place if place.latitude else self._db.get_one(Area, place.parent_id)
        case = open_case(
            number=case_numbers.next_number(self._db, DISTRICT, policy.local_date(at)),
            place=Place(place.id, f"{building.name}门口", building.latitude, building.longitude),
            path=place.path,
            category=self._random.choice(self._kinds).code,
            text=self._random.choice(SAYS),
            reporter=self._by,
            rungs=rungs,
            policy=policy,
            now=at,
        )
        return case, rungs

    def _work(self, case: Case, rungs: Sequence[Rung], at: datetime) -> datetime:
        """Taken and looked at; every fourth went up first. When that was done."""
        pick = self._random
        if pick.random() < 0.25 and case.above(rungs) is not None:
            reason, then = "要上面来协调", at + timedelta(minutes=20)
            case.escalate(self._holder(case, rungs), rungs, reason, self._policy, then)
        case.accept(self._holder(case, rungs), rungs, at + timedelta(minutes=40))
        if pick.random() < 0.7:
            case.contact(self._holder(case, rungs), "phone", at + timedelta(hours=1))
        if pick.random() < 0.5:
            case.note(self._holder(case, rungs), "明天上午过去看", at + timedelta(hours=2))
        if pick.random() < 0.1:
            case.urge(self._by, "还没有人来", at + timedelta(hours=9))
        return at + timedelta(hours=10)

    def _answer(self, case: Case, rungs: Sequence[Rung], at: datetime) -> datetime:
        """Answered; and the question has reached the resident, where the bot asks it."""
        outcome = Outcome.SOLVED if self._random.random() < 0.85 else Outcome.EXPLAINED
        closing = Closing(outcome, self._random.choice(NOTES), how="phone")
        case.answer(self._holder(case, rungs), rungs, closing, at)
        if case.asks:
            case.asked(self._policy, at + timedelta(minutes=1))
        return at + timedelta(minutes=1)

    def _kept(self, case: Case, rungs: Sequence[Rung]) -> Case:
        """Recorded, with its cards on people's phones, who follows it, and a photo now and then."""
        db, pick = self._db, self._random
        asked = any(line.act is Act.ASKED for line in case.events)
        cases.record(db, case)
        shown = [(WORK, rungs[0].person_id)] + [(VERDICT, case.reporter_id)] * asked
        db.connection().execute(
            cards.insert(),
            [
                {
                    "view": view,
                    "subject": case.id,
                    "lane": f"{SENDER}/{person}",
                    "person_id": person,
                    "message_id": str(case.id),
                    "wanted": len(view),
                    "sent": len(view),
                }
                for view, person in shown
            ],
        )
        if case.public and pick.random() < 0.15:
            for follower in self._cast.followers[: pick.randrange(1, 3)]:
                following.follow(db, case, follower.id)
        if pick.random() < 0.4:
            db.add(self._photo(case))
        db.flush()
        return case

    def _photo(self, case: Case) -> File:
        return File(
            channel=CHANNEL,
            bot=ACCOUNT,
            ref="AgACAgUAAxkBAAIB" * 5,
            kind="photo",
            person_id=case.reporter_id,
            received_at=case.opened_at,
            subject_id=case.id,
            part="report",
            state="stored",
            file="0123456789abcdef" * 4 + ".jpg",
        )

    # ── who, where, when ─────────────────────────────────────────────────────

    def _holder(self, case: Case, rungs: Sequence[Rung]) -> Actor:
        post = next(r.post for r in rungs if r.person_id == case.holder_id)
        return Actor(Role.HOLDER, case.holder_id, case.holder_name, post)

    def _daytime(self, days: int) -> datetime:
        """So many days ago, between seven in the morning and eight in the evening."""
        midnight = self._now.replace(hour=16, minute=0, second=0, microsecond=0)
        minutes = self._random.randrange(7 * 60, 20 * 60)
        return midnight - timedelta(days=days + 1) + timedelta(minutes=minutes)

    def _shuffled(self, areas: Sequence[Area]) -> list[Area]:
        return self._random.sample(areas, len(areas))

    def _door_in(self, grid: Area) -> Area:
        inside = [door for door in self._doors if door.path.startswith(grid.path)]
        return self._random.choice(inside or [grid])

    @cached_property
    def _doors(self) -> Sequence[Area]:
        """Buildings and stairwells, which is where people report from."""
        top = org.district(self._db)
        found = (org.below(self._db, top, k) for k in (AreaKind.BUILDING, AreaKind.STAIRWELL))
        return [area for areas in found for area in areas]

    @cached_property
    def _kinds(self) -> Sequence[Category]:
        known = self._policy.categories.values()
        return [kind for kind in known if kind.parent and not kind.emergency]
