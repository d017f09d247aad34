"""What is next to be sent is found at once, however much waits; why something did not arrive"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_outbox_lane": ("outbox", ["lane", "state", "priority", "id"], ""),
    "ix_outbox_next": (
        "outbox",
        ["sender", "priority", "id", "lane", "not_before"],
        "state = 'ready'",
    ),
    "ix_outbox_sending": ("outbox", ["sender", "lane"], "state = 'sending'"),
    "ix_outbox_left": (
        "outbox",
        ["state", "kind", "id"],
        "state IN ('failed', 'unknown', 'dead', 'held')",
    ),
    "ix_outbox_receipt": ("outbox", ["receipt"], "receipt <> ''"),
    "ix_lanes_next_free_at": ("lanes", ["sender", "next_free_at"], ""),
    "ix_lanes_blocked_until": ("lanes", ["sender", "blocked_until"], "blocked_until > 0"),
}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "outbox", sa.Column("reason", sa.String(length=12), nullable=False, server_default="")
    )
    for name, (table, columns, rows) in _INDEXES.items():
        both = ("sqlite", "postgresql") if rows else ()
        where = {f"{database}_where": sa.text(rows) for database in both}
        op.create_index(name, table, columns, unique=False, **where)
    op.drop_index("ix_outbox_waiting", table_name="outbox")


def downgrade() -> None:
    op.create_index(
        "ix_outbox_waiting", "outbox", ["state", "sender", "lane", "priority", "id"], unique=False
    )
    for name, (table, _columns, _rows) in _INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_column("outbox", "reason")
    op.drop_column("outbox", "crashes")
