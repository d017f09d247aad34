"""Promises and deeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.org import PostKind
from governance.promises import Deed, DeedState, Promise, PromiseState, Shown
from storage.media import media
from storage.moments import earliest, not_failed
from storage.schema import Id, Utc, codes, mapper, metadata

promises = Table(
    "promises",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("shown", codes(Shown), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("state", codes(PromiseState), nullable=False),
    Column("asked_at", Utc),
    Column("ended_at", Utc),
    Column("off_board", Text, nullable=False),
    Column("words_until", Utc, index=True),
    Column("next_at", Utc, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_promises_area_id_state", "area_id", "state"),
)

deeds = Table(
    "deeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("area_id", Id, ForeignKey("areas.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("shown", codes(Shown), nullable=False),
    Column("about", String(8), nullable=False),
    Column("subject_id", Id),
    Column("told_at", Utc, nullable=False),
    Column("desk", codes(PostKind), nullable=False),
    Column("state", codes(DeedState), nullable=False),
    Column("settled_at", Utc),
    Column("settled_by", Id, ForeignKey("people.id")),
    Column("reason", Text, nullable=False),
    Column("off_board", Text, nullable=False),
    Column("words_until", Utc, index=True),
    Column("next_at", Utc, index=True),
    Column("version", Integer, nullable=False),
    Index("ix_deeds_area_id_state", "area_id", "state"),
    Index("ix_deeds_subject_id_about", "subject_id", "about"),
)

mapper.map_imperatively(Promise, promises, version_id_col=promises.c.version)
mapper.map_imperatively(Deed, deeds, version_id_col=deeds.c.version)


def _due(table: Table) -> Any:
    """Ids whose next step, or whose words' end, has come; the longest due first."""
    next_at, words_until = table.c.next_at, table.c.words_until
    return (
        select(table.c.id)
        .where(
            or_(next_at <= bindparam("now"), words_until <= bindparam("now")),
            not_failed(table.c.id),
        )
        .order_by(func.coalesce(next_at, words_until), table.c.id)
        .limit(100)
    )


_PROMISES_DUE, _DEEDS_DUE = _due(promises), _due(deeds)
NEXT_PROMISE = earliest(promises.c.next_at, promises.c.words_until)
NEXT_DEED = earliest(deeds.c.next_at, deeds.c.words_until)
_PROMISES_OF = (
    select(Promise)
    .where(promises.c.person_id == bindparam("person"))
    .order_by(promises.c.id.desc())
)
_DEEDS_OF = select(Deed).where(deeds.c.person_id == bindparam("person")).order_by(deeds.c.id.desc())
_COUNT_OPEN = select(func.count()).where(
    promises.c.person_id == bindparam("person"), promises.c.state == PromiseState.OPEN
)
_BOARD_PROMISES = (
    select(Promise)
    .where(
        promises.c.area_id == bindparam("area"),
        promises.c.state.in_([PromiseState.OPEN, PromiseState.KEPT]),
        promises.c.shown != Shown.NOT,
        promises.c.off_board == "",
        promises.c.text != "",
    )
    .order_by(promises.c.made_at.desc(), promises.c.id.desc())
    .limit(bindparam("limit"))
)
_BOARD_DEEDS = (
    select(Deed)
    .where(
        deeds.c.area_id == bindparam("area"),
        deeds.c.state == DeedState.CONFIRMED,
        deeds.c.shown != Shown.NOT,
        deeds.c.off_board == "",
        deeds.c.text != "",
    )
    .order_by(deeds.c.settled_at.desc(), deeds.c.id.desc())
    .limit(bindparam("limit"))
)


def lock_promise(db: Session, promise_id: int) -> Promise | None:
    return db.get(Promise, promise_id, with_for_update=True, populate_existing=True)


def lock_deed(db: Session, deed_id: int) -> Deed | None:
    return db.get(Deed, deed_id, with_for_update=True, populate_existing=True)


def of_person(db: Session, person_id: int) -> Sequence[Promise]:
    """Every promise of a person, the newest first."""
    return db.scalars(_PROMISES_OF, {"person": person_id}).all()


def deeds_of(db: Session, person_id: int) -> Sequence[Deed]:
    """Everything a person has told that they did, the newest first."""
    return db.scalars(_DEEDS_OF, {"person": person_id}).all()


def count_open(db: Session, person_id: int) -> int:
    return db.scalar(_COUNT_OPEN, {"person": person_id}) or 0


def on_board(
    db: Session, area_id: int, limit: int = 200
) -> tuple[Sequence[Promise], Sequence[Deed]]:
    """What a community's board shows, the newest first."""
    asked = {"area": area_id, "limit": limit}
    return db.scalars(_BOARD_PROMISES, asked).all(), db.scalars(_BOARD_DEEDS, asked).all()


def promises_due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    found: Sequence[int] = db.scalars(_PROMISES_DUE, {"now": now, "failed": list(failed)}).all()
    return found


def deeds_due(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    found: Sequence[int] = db.scalars(_DEEDS_DUE, {"now": now, "failed": list(failed)}).all()
    return found


# ── words whose time is over ─────────────────────────────────────────────────

_BLANK: dict[str, Any] = {"text": "", "off_board": "", "words_until": None}
_BLANK_PROMISES = (
    update(promises).where(promises.c.id.in_(bindparam("ids", expanding=True))).values(_BLANK)
)
_BLANK_DEEDS = (
    update(deeds)
    .where(deeds.c.id.in_(bindparam("ids", expanding=True)))
    .values({**_BLANK, "reason": ""})
)
_FILES = (
    update(media)
    .where(media.c.about == "deed", media.c.subject_id.in_(bindparam("ids", expanding=True)))
    .values(state="deleted")
)
_END_PROMISES = (
    update(promises)
    .where(promises.c.person_id == bindparam("person"))
    .values(text="", off_board="", shown=Shown.NOT, next_at=None, words_until=None)
)
_END_OPEN = (
    update(promises)
    .where(promises.c.person_id == bindparam("person"), promises.c.state == PromiseState.OPEN)
    .values(state=PromiseState.WITHDRAWN)
)
_THEIR_DEEDS = select(deeds.c.id).where(deeds.c.person_id == bindparam("person"))
_HIDE_DEEDS = (
    update(deeds)
    .where(deeds.c.person_id == bindparam("person"))
    .values(shown=Shown.NOT, next_at=None)
)
_END_TOLD = (
    update(deeds)
    .where(deeds.c.person_id == bindparam("person"), deeds.c.state == DeedState.TOLD)
    .values(state=DeedState.WITHDRAWN)
)


def forget_promises(db: Session, ids: Sequence[int]) -> None:
    """The words of these are gone."""
    db.connection().execute(_BLANK_PROMISES, {"ids": list(ids)})


def forget_deeds(db: Session, ids: Sequence[int]) -> None:
    """The words and photos of these are gone."""
    for statement in (_BLANK_DEEDS, _FILES):
        db.connection().execute(statement, {"ids": list(ids)})


def forget(db: Session, person_id: int) -> None:
    """Nothing that this person promised or did is shown any more, and its words are gone."""
    conn, person = db.connection(), {"person": person_id}
    forget_deeds(db, db.scalars(_THEIR_DEEDS, person).all())
    for statement in (_END_OPEN, _END_PROMISES, _END_TOLD, _HIDE_DEEDS):
        conn.execute(statement, person)
