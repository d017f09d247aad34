"""What is tried again in a moment keeps its place, and is found at once"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rows = sa.text("state = 'ready' AND not_before > 0")
    op.create_index(
        "ix_outbox_again",
        "outbox",
        ["sender", "not_before", "lane", "priority"],
        unique=False,
        sqlite_where=rows,
        postgresql_where=rows,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_again", table_name="outbox")
