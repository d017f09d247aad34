"""Codes that change a message are encrypted; those that are there are given up"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A message without its code changes with its next press, which brings another one.
    op.execute("DELETE FROM edit_codes")
    with op.batch_alter_table("edit_codes", schema=None) as batch_op:
        batch_op.alter_column(
            "code", existing_type=sa.String(length=512), type_=sa.Text(), existing_nullable=False
        )


def downgrade() -> None:
    op.execute("DELETE FROM edit_codes")
    with op.batch_alter_table("edit_codes", schema=None) as batch_op:
        batch_op.alter_column(
            "code", existing_type=sa.Text(), type_=sa.String(length=512), existing_nullable=False
        )
