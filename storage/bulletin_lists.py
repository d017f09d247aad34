"""People who are named one by one: by name, code of the roster, or telephone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from governance.privacy import phone_in
from storage.org import areas, posts
from storage.people import people
from storage.reportin import reportins
from storage.secrets import fingerprint

_UNDER = areas.c.path.like(bindparam("under"))
_THERE = or_(
    select(areas.c.id).where(areas.c.id == people.c.home_id, _UNDER).exists(),
    select(posts.c.id)
    .join(areas, areas.c.id == posts.c.area_id)
    .where(posts.c.person_id == people.c.id, _UNDER)
    .exists(),
    select(reportins.c.id)
    .join(areas, areas.c.id == reportins.c.area_id)
    .where(reportins.c.person_id == people.c.id, _UNDER)
    .exists(),
)
_CALLED = or_(
    people.c.name.in_(bindparam("said", expanding=True)),
    people.c.code.in_(bindparam("said", expanding=True)),
    people.c.phone_print.in_(bindparam("prints", expanding=True)),
)
_COLUMNS = (people.c.id, people.c.name, people.c.code, people.c.phone_print)
_IN_AREA = select(*_COLUMNS).where(_CALLED, _THERE).order_by(people.c.id)
_IN_UNIT = (
    select(*_COLUMNS).where(_CALLED, people.c.unit_id == bindparam("unit")).order_by(people.c.id)
)


def find(
    db: Session, said: Sequence[str], paths: Iterable[str], units: Iterable[int]
) -> Mapping[str, Sequence[int]]:
    """Who each of these words means, below these paths and in these units; nobody where it is not
    there."""
    phones = {word: phone for word in said if (phone := phone_in(word))}
    prints = {fingerprint(phone): word for word, phone in phones.items()}
    asked = {"said": list(said), "prints": list(prints)}
    rows = {
        row.id: row
        for statement, places in (
            (_IN_AREA, [{"under": path + "%"} for path in paths]),
            (_IN_UNIT, [{"unit": unit} for unit in units]),
        )
        for place in places
        for row in db.connection().execute(statement, asked | place)
    }
    found: dict[str, list[int]] = defaultdict(list)
    for person_id, row in sorted(rows.items()):
        for word in {row.name, row.code or "", prints.get(row.phone_print, "")} & set(said):
            found[word].append(person_id)
    return found
