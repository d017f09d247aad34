"""Codes with which a message can be changed once, and a name for each account's messages"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit_codes",
        sa.Column("sender", sa.String(length=96), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=512), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "message_id", name=op.f("pk_edit_codes")),
    )
    with op.batch_alter_table("edit_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edit_codes_until"), ["until"], unique=False)
    # Of the senders that are there, none has a platform that minds how its messages are named.
    with op.batch_alter_table("senders", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("series", sa.String(length=8), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("senders", schema=None) as batch_op:
        batch_op.drop_column("series")
    op.drop_table("edit_codes")
