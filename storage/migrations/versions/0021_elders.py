"""Accounts that alerts go to besides, the large print of old people, and who helps them"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0021"
down_revision = "0020"
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
        "family",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "helper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["people.id"], name=op.f("fk_family_helper_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_family_person_id")),
        sa.PrimaryKeyConstraint("person_id", "helper_id", name=op.f("pk_family")),
    )
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_helper_id"), ["helper_id"], unique=False)
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
    op.drop_table("family")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("elder")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_lane"))
        batch_op.drop_column("alerts")
