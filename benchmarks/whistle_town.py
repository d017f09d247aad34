"""Who is whistled for: units with two duty officers and a leader each, all on their phones.

They come in through the roster's import like those of any district. `standing` puts whistles
into the database as they are after they were blown: every unit alerted, none has answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from benchmarks.house import give_phone
from bot import sample
from bot.sample import units as sample_units
from bot.sample.areas import DISTRICT, Row
from bot.sample.people import row_of
from bot.workbooks import roster
from governance.org import PostKind
from governance.people import Person
from governance.policy import Policy
from governance.roster import Sheet
from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle, new_call, new_whistle
from governance.whistles import By, Kind, Level, Role
from handlers.whistles.common import UNIT, WHISTLE
from storage import org, whistles
from storage.cards import cards
from storage.people import accounts, people
from storage.whistles import Involved

FIRST = 2000  # a number above those of the sample district's own people
STAFF = (PostKind.UNIT_DUTY, PostKind.UNIT_DUTY, PostKind.UNIT_LEADER)
STORY = {sample.LAMPS, sample.ROADS, sample.DRAINS}
PLACE = "翠湖社区3号楼门口"
WRONG = "污水管爆了, 路面塌了一块, 旁边的路灯杆歪了"
TASK = "到场处置"


@dataclass(frozen=True, slots=True)
class Called:
    """A unit and its first duty officer."""

    id: int
    name: str
    phone: str
    officer_id: int
    officer: str


def settle_units(conn: Connection, policy: Policy, today: date, count: int) -> list[Called]:
    """So many units are in the district, and all of their officers can be reached."""
    everywhere = (unit for unit in sample_units.units() if unit["area"] == DISTRICT)
    units = [unit for unit in everywhere if unit["code"] not in STORY][:count]
    staff = [person for n, unit in enumerate(units) for person in _staff(n, unit)]
    found = roster.from_rows({Sheet.UNITS: units, Sheet.PEOPLE: staff})
    assert roster.apply(conn, found, policy, today).ok
    codes = [person["code"] for person in staff]
    for row in conn.execute(select(people.c.id, people.c.code).where(people.c.code.in_(codes))):
        give_phone(conn, row.id, row.code)
    return _called(conn, [unit["code"] for unit in units])


def _staff(n: int, unit: Row) -> list[Row]:
    """A duty officer and a second who stand in for each other, and the leader."""
    numbers = [FIRST + n * len(STAFF) + k for k in range(len(STAFF))]
    rows = [
        row_of(number, f"{unit['name'][-4:]}{k}", post=post, place=unit["code"], unit=unit["code"])
        | {"duty_phone": unit["phone"]}
        for k, (number, post) in enumerate(zip(numbers, STAFF, strict=True), 1)
    ]
    rows[0]["partner"], rows[1]["partner"] = rows[1]["code"], rows[0]["code"]
    return rows


def _called(conn: Connection, codes: Sequence[str]) -> list[Called]:
    first = (
        select(org.units, org.posts.c.person_id, people.c.name.label("officer"))
        .join(org.posts, org.posts.c.unit_id == org.units.c.id)
        .join(people, people.c.id == org.posts.c.person_id)
        .where(org.units.c.code.in_(codes))
        .order_by(org.posts.c.id.desc())
    )
    found = {
        row.code: Called(row.id, row.name, row.phone, row.person_id, row.officer)
        for row in conn.execute(first)
    }
    return [found[code] for code in codes]


def standing(
    conn: Connection,
    policy: Policy,
    kind: Kind,
    units: Sequence[Called],
    climbs: Sequence[Sequence[datetime]],
) -> None:
    """A whistle for each line of `climbs`, which says when each unit's next step is due.

    Everybody's first duty officer has the alert, and the whistler a card.
    """
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        place = org.by_code(db, "QH-LL-CH")
        by = db.scalars(select(Person).where(people.c.code == sample.COMMUNITY.code)).one()
        for number, due in enumerate(climbs):
            whistle = new_whistle(
                number=f"{policy.district}-S-{number}",
                kind=kind,
                area_id=place.id,
                path=place.path,
                place=PLACE,
                point=None,
                text=WRONG,
                by_id=by.id,
                by_name=by.name,
                result_due=max(due) + timedelta(hours=kind.result_hours),
                now=min(due) - timedelta(minutes=kind.ladder.steps[1].after),
            )
            whistle.blow(By(Role.WHISTLER, by.id, by.name), whistle.made_at)
            _alerted(db, policy, whistle, units, due)
            db.expunge_all()
    _shown(conn)


def _alerted(
    db: Session, policy: Policy, whistle: Whistle, units: Sequence[Called], due: Sequence[datetime]
) -> None:
    ladder, work = whistle.ladder, policy.work
    calls: list[UnitCall] = []
    for unit, at in zip(units, due, strict=True):
        called_at = at - timedelta(minutes=ladder.steps[1].after)
        call = new_call(
            whistle, (unit.id, unit.name, unit.phone), TASK, lead=not calls, now=called_at
        )
        call.call(called_at, work)
        call.alert(0, unit.officer_id, unit.officer, called_at, work)
        call.ask_for_a_call(call.telephone_at or called_at)
        calls.append(call)
    whistles.record(db, whistle, calls)
    for call in calls:
        assert call.officer_id is not None
        db.add(Involved(call.id, call.officer_id, call.officer_name, Level.DUTY, call.called_at))
    db.flush()


def _shown(conn: Connection) -> None:
    """Every card that was sent when these were blown has arrived."""
    of = whistles.unit_calls.c, whistles.whistles.c
    for view, subject, person in (
        (UNIT, of[0].id, of[0].officer_id),
        (WHISTLE, of[1].id, of[1].by_id),
    ):
        found = conn.execute(
            select(subject, person, accounts.c.lane).join(accounts, accounts.c.person_id == person)
        )
        rows = [
            {
                "view": view,
                "subject": row[0],
                "person_id": row[1],
                "lane": row.lane,
                "language": "",
                "message_id": f"{view}-{row[0]}",
                "wanted": 1,
                "sent": 1,
            }
            for row in found
        ]
        conn.execute(insert(cards), rows)
