"""What was said and shown in whistles is kept for so long, then only who came and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage.cases import cases
from storage.media import media
from storage.moments import earliest, not_failed
from storage.whistles import unit_calls, whistle_events, whistles

_TO_FORGET = (
    select(whistles.c.id)
    .where(
        whistles.c.words_until <= bindparam("now"),
        not_failed(whistles.c.id),
    )
    .order_by(whistles.c.words_until)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(whistles.c.words_until)
_WORDLESS = (
    update(whistles)
    .where(whistles.c.id == bindparam("whistle"))
    .values(text="", meet="", conclusion="", words_until=None)
)
_WORDLESS_CALLS = (
    update(unit_calls)
    .where(unit_calls.c.whistle_id == bindparam("whistle"))
    .values(asked_to="", help="", result="", ground="")
)
_WORDLESS_EVENTS = (
    update(whistle_events)
    .where(whistle_events.c.whistle_id == bindparam("whistle"))
    .values(data={})
)
_PHOTOS_GONE = (
    update(media)
    .where(
        (media.c.about == "whistle") & (media.c.subject_id == bindparam("whistle"))
        | (media.c.about == "unitcall")
        & media.c.subject_id.in_(
            select(unit_calls.c.id).where(unit_calls.c.whistle_id == bindparam("whistle"))
        )
    )
    .values(state="deleted")
)


# Where a whistle was blown "as the case says", its words are the resident's.
_AS_THE_CASE = (
    update(whistles)
    .where(
        whistles.c.case_id.in_(bindparam("cases", expanding=True)),
        whistles.c.text
        == select(cases.c.text).where(cases.c.id == whistles.c.case_id).scalar_subquery(),
    )
    .values(text="")
)
_REPORTED = select(cases.c.id).where(cases.c.reporter_id == bindparam("person"))


def forget_words_of_cases(db: Session, case_ids: Sequence[int]) -> None:
    """The words of these cases are gone from the whistles that repeat them. Comes before the
    cases' own words go."""
    db.connection().execute(_AS_THE_CASE, {"cases": list(case_ids)})


def forget_words_of(db: Session, person_id: int) -> None:
    """The same for every case that a person reported."""
    forget_words_of_cases(db, db.scalars(_REPORTED, {"person": person_id}).all())


def to_forget(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ended whistles whose words have been kept long enough."""
    return db.scalars(_TO_FORGET, {"now": now, "failed": list(failed)}).all()


def forget_words(db: Session, whistle_id: int) -> None:
    """What was said and shown in a whistle is gone; who was called and when they came stays."""
    for statement in (_WORDLESS, _WORDLESS_CALLS, _WORDLESS_EVENTS, _PHOTOS_GONE):
        db.connection().execute(statement, {"whistle": whistle_id})
