"""What is open, waits or is to be removed is found without passing what is done"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_cases_open_point": ("cases", ["family", "latitude", "longitude"], "closed_at IS NULL"),
    "ix_cases_to_call": (
        "cases",
        ["state", "id"],
        "state = 'answered' AND (needs_call OR reminded_at IS NOT NULL)",
    ),
    "ix_media_to_remove": ("media", ["state", "id"], "state = 'deleted' AND file <> ''"),
    "ix_outbox_release": ("outbox", ["state", "release_at"], "release_at IS NOT NULL"),
}


def upgrade() -> None:
    for name, (table, columns, rows) in _INDEXES.items():
        where = {f"{database}_where": sa.text(rows) for database in ("sqlite", "postgresql")}
        op.create_index(name, table, columns, unique=False, **where)
    op.drop_index("ix_cases_place_point", table_name="cases")


def downgrade() -> None:
    op.create_index("ix_cases_place_point", "cases", ["latitude", "longitude"], unique=False)
    for name, (table, _columns, _rows) in _INDEXES.items():
        op.drop_index(name, table_name=table)
