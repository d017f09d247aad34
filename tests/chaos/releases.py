"""Releases that nobody has written yet, so that a migration can be killed with data in place.

Each adds a column to two tables that everybody uses, a table and an index, and passes a point
between its steps. A database that was migrated by one belongs to it, as in life.
"""

from __future__ import annotations

from pathlib import Path

from storage.migrating import newest

STEPS = 4
_MIGRATION = '''"""Invented release {number}."""

import sqlalchemy as sa
from alembic import context, op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    passes = context.config.attributes["migrating"]
    passes()
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("chaos_{number}", sa.Integer, nullable=True))
    passes()
    op.create_table("chaos_{number}", sa.Column("id", sa.Integer, primary_key=True))
    passes()
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("chaos_{number}", sa.Integer, nullable=True))
        table.create_index("ix_chaos_{number}", ["chaos_{number}"])
    passes()
'''


def write(folder: Path, number: int) -> int:
    """The migration of this release lies in the folder, after those before it."""
    folder.mkdir(exist_ok=True)
    before = _revision(number - 1) if number > 1 else newest()
    text = _MIGRATION.format(number=number, revision=_revision(number), before=before)
    (folder / f"{_revision(number)}.py").write_text(text)
    return number


def _revision(number: int) -> str:
    return f"9{number:03d}"
