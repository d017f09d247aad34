"""What was said and shown on cases, and when it is deleted; who did what and when stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import expression
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from governance.cases import WORDS, Role
from storage import mediation
from storage.cases import case_events, case_followers, case_units, cases, reported_by
from storage.media import media
from storage.moments import earliest, not_failed


class only_codes(FunctionElement[Any]):  # noqa: N801 - read like a function of SQL
    """The `data` of a line without what somebody said and without names; figures need the rest."""

    inherit_cache = True


@compiles(only_codes, "sqlite")
def _on_sqlite(element: only_codes, compiler: SQLCompiler, **more: Any) -> str:
    keys = ", ".join(f"'$.{key}'" for key in sorted(WORDS))
    return f"json_remove({compiler.process(element.clauses, **more)}, {keys})"


@compiles(only_codes, "postgresql")
def _on_postgresql(element: only_codes, compiler: SQLCompiler, **more: Any) -> str:
    keys = ", ".join(f"'{key}'" for key in sorted(WORDS))
    return f"(({compiler.process(element.clauses, **more)})::jsonb - ARRAY[{keys}])::json"


def forget_words_of(db: Session, person_id: int) -> None:
    """The person's cases keep place, kind and clocks; their words and files are gone."""
    forget_words(db, [case.id for case in reported_by(db, person_id)])
    db.execute(delete(case_followers).where(case_followers.c.person_id == person_id))


def forget_words(db: Session, case_ids: Sequence[int]) -> None:
    """What people said and showed on these cases is gone; who did what and when stays."""
    words = ("text", "redo_words", "outcome_note", "supervised", "asking_words")
    gone = {**dict.fromkeys(words, ""), "words_until": None}
    db.execute(update(cases).where(cases.c.id.in_(case_ids)).values(gone))
    db.execute(update(case_units).where(case_units.c.case_id.in_(case_ids)).values(note=""))
    mediation.forget_words(db, case_ids)
    db.execute(
        update(case_events)
        .where(case_events.c.case_id.in_(case_ids))
        .values(
            data=only_codes(case_events.c.data),
            by_name=expression.case(
                (case_events.c.by_role == Role.REPORTER, ""), else_=case_events.c.by_name
            ),
        )
    )
    db.execute(
        update(media)
        .where(media.c.about == "case", media.c.subject_id.in_(case_ids))
        .values(state="deleted")
    )


_TO_FORGET = (
    select(cases.c.id)
    .where(
        cases.c.words_until <= bindparam("now"),
        not_failed(cases.c.id),
    )
    .order_by(cases.c.words_until)
    .limit(100)
)
NEXT_FORGOTTEN = earliest(cases.c.words_until)


def to_forget(db: Session, now: datetime, failed: Sequence[int] = ()) -> Sequence[int]:
    """Closed cases whose words have been kept long enough."""
    return db.scalars(_TO_FORGET, {"now": now, "failed": list(failed)}).all()
