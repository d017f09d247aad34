"""Telephone numbers kept in clear are encrypted, and the database is sealed with its key."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from storage import secrets

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STEP = 500  # rows read at a time
ENCRYPTED = "gAAAAA"  # how everything that Fernet has encrypted begins

_people = sa.table("people", sa.column("id"), sa.column("phone"), sa.column("phone_print"))


def upgrade() -> None:
    conn = op.get_bind()
    _each(conn, lambda phone: phone if phone.startswith(ENCRYPTED) else secrets.encrypted(phone))
    if secrets.is_unlocked():
        secrets.seal(conn)


def downgrade() -> None:
    conn = op.get_bind()
    _each(conn, secrets.decrypted)
    conn.execute(sa.delete(secrets.seals))


def _each(conn: sa.Connection, change: Callable[[str], str]) -> None:
    """Every telephone number is changed, its fingerprint beside it."""
    after = 0
    people = _people.c
    page = sa.select(people.id, people.phone).order_by(people.id).limit(STEP)
    changed = (
        sa.update(_people)
        .where(people.id == sa.bindparam("row"))
        .values(phone=sa.bindparam("new"), phone_print=sa.bindparam("found_by"))
    )
    while rows := conn.execute(page.where(people.id > after, people.phone != "")).all():
        conn.execute(changed, [_row(person, change(phone)) for person, phone in rows])
        after = rows[-1].id


def _row(person: int, new: str) -> dict[str, object]:
    plain = secrets.decrypted(new) if new.startswith(ENCRYPTED) else new
    return {"row": person, "new": new, "found_by": secrets.fingerprint(plain)}
