"""Agreements of private matters"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mediations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("followed_at", Utc(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_mediations_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mediations_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediations")),
    )
    with op.batch_alter_table("mediations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mediations_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mediations_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mediations_next_at"), ["next_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mediations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mediations_next_at"))
        batch_op.drop_index(batch_op.f("ix_mediations_case_id"))
        batch_op.drop_index(batch_op.f("ix_mediations_by_id"))

    op.drop_table("mediations")
