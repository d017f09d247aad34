"""What each message goes back to, and since when it may be sent"""

from time import time

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("origin", sa.String(length=96), nullable=False, server_default="")
        )
        # What waits already counts from now on.
        batch_op.add_column(sa.Column("since", sa.Float(), nullable=False, server_default="0"))
    table = sa.table("outbox", sa.column("since", sa.Float), sa.column("state", sa.String))
    waits = table.c.state.in_(("ready", "sending", "held"))
    op.execute(table.update().where(waits).values(since=time()))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("since")
        batch_op.drop_column("origin")
