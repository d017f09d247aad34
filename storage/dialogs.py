"""Open conversations: which one, the answers so far, and the question that waits.

One row for each private chat and person. The whole batch reads and writes with one
statement each, built once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.moments import earliest
from storage.people import accounts
from storage.schema import Id, Json, Utc, metadata

dialogs = Table(
    "dialogs",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("answers", Json, nullable=False),
    Column("question", Json, nullable=True),
    Column("seq", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("until", Utc, nullable=True, index=True),
)


@dataclass(slots=True)
class Dialog:
    """One conversation. `seq` numbers its questions and only ever grows.

    `state`: "open" (a question waits), "human" (a person was asked for), "parked" (an error
    of ours; answers kept) or "done".
    """

    account_id: int
    name: str
    answers: dict[str, Any] = field(default_factory=dict)
    question: Any = None
    seq: int = 0
    state: str = "done"
    until: datetime | None = None


_COLUMNS = ("name", "answers", "question", "seq", "state", "until")
_LOAD = select(dialogs).where(dialogs.c.account_id.in_(bindparam("ids", expanding=True)))
_LOAD_LOCKED = _LOAD.order_by(dialogs.c.account_id).with_for_update()


def _save(module: Any) -> Any:
    statement = module.insert(dialogs)
    changed = {name: statement.excluded[name] for name in _COLUMNS}
    return statement.on_conflict_do_update(index_elements=["account_id"], set_=changed)


_SAVE = {"sqlite": _save(sqlite), "postgresql": _save(postgresql)}
_BEGIN = {"sqlite": None, "postgresql": postgresql.insert(dialogs).on_conflict_do_nothing()}
_LAPSED = (
    select(dialogs.c.account_id, accounts.c.person_id)
    .join(accounts, accounts.c.id == dialogs.c.account_id)
    .where(dialogs.c.state != "done", dialogs.c.until <= bindparam("now"))
)
NEXT_LAPSE = earliest(dialogs.c.until).where(dialogs.c.state != "done")
_CLOSE = (
    update(dialogs)
    .where(dialogs.c.account_id.in_(bindparam("ids", expanding=True)))
    .values(state="done", answers={}, question=None)
)


def load_dialogs(conn: Connection, account_ids: Iterable[int]) -> dict[int, Dialog]:
    """The conversations of these accounts.

    On PostgreSQL they are locked in the order of their keys: whoever speaks to two processes at
    once is heard by one after the other. So there must be a row to lock, if an empty one.
    """
    ids = sorted(account_ids)
    begin = _BEGIN[conn.dialect.name]
    if begin is None:
        return _read(conn, _LOAD, ids)
    found = _read(conn, _LOAD_LOCKED, ids)
    if new := [one for one in ids if one not in found]:
        conn.execute(begin, [_row(Dialog(one, "")) for one in new])
        found |= _read(conn, _LOAD_LOCKED, new)
    return found


def _read(conn: Connection, statement: Any, ids: Sequence[int]) -> dict[int, Dialog]:
    return {row[0]: Dialog(*row) for row in conn.execute(statement, {"ids": ids})}


def save_dialogs(conn: Connection, changed: Iterable[Dialog]) -> None:
    """These conversations are stored as they are."""
    rows = [_row(dialog) for dialog in changed]
    if rows:
        conn.execute(_SAVE[conn.dialect.name], rows)


def _row(dialog: Dialog) -> dict[str, Any]:
    return {"account_id": dialog.account_id} | {name: getattr(dialog, name) for name in _COLUMNS}


def lapse(conn: Connection, now: datetime) -> list[int]:
    """Unfinished conversations whose days are over are closed and their answers gone.

    Returns the people. The rows stay, so that `seq` never starts again.
    """
    found = conn.execute(_LAPSED, {"now": now}).all()
    if found:
        conn.execute(_CLOSE, {"ids": [row.account_id for row in found]})
    return [row.person_id for row in found]
