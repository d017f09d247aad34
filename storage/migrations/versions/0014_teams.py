"""Teams: with whose team somebody comes"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(batch_op.f("ix_claims_leader_id"), ["leader_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_claims_leader_id"), "people", ["leader_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_claims_leader_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_claims_leader_id"))
        batch_op.drop_column("leader_id")
