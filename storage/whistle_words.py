"""What was said and shown in whistles is kept for so long, then only who came and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.media import media
from storage.whistles import unit_calls, whistle_events, whistles

_TO_FORGET = (
    select(whistles.c.id)
    .where(
        whistles.c.words_until <= bindparam("now"),
        whistles.c.id.not_in(bindparam("failed", expanding=True)),
    )
    .order_by(whistles.c.words_until)
    .limit(100)
)
_NEXT_FORGOTTEN = select(func.min(whistles.c.words_until))
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


def to_forget(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Ended whistles whose words have been kept long enough."""
    return db.scalars(_TO_FORGET, {"now": now, "failed": list(failed)}).all()


def next_forgotten(db: Session) -> datetime | None:
    found: datetime | None = db.scalar(_NEXT_FORGOTTEN)
    return found


def forget_words(db: Session, whistle_id: int) -> None:
    """What was said and shown in a whistle is gone; who was called and when they came stays."""
    for statement in (_WORDLESS, _WORDLESS_CALLS, _WORDLESS_EVENTS, _PHOTOS_GONE):
        db.connection().execute(statement, {"whistle": whistle_id})
