"""Accounts that alerts go to besides, the large print of old people, and who helps them"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("alerts", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_index(batch_op.f("ix_accounts_lane"), ["lane"], unique=False)
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("elder", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "withheld",
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "digest", name=op.f("pk_withheld")),
    )
    with op.batch_alter_table("withheld", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_withheld_at"), ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("withheld")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("elder")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_lane"))
        batch_op.drop_column("alerts")
