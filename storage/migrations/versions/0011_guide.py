"""The guide of matters: entries, questions, the stamp of what is in memory"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guide_entries",
        sa.Column("id", _id(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("bring", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("hours", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("cost", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("area_id", _id(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("checked", sa.Date(), nullable=False),
        sa.Column("owner_id", _id(), nullable=True),
        sa.Column("owner_unit_id", _id(), nullable=True),
        sa.Column("owner_post", sa.String(length=24), nullable=True),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_guide_entries_area_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name=op.f("fk_guide_entries_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_guide_entries_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_entries")),
        sa.UniqueConstraint("code", name=op.f("uq_guide_entries_code")),
    )
    with op.batch_alter_table("guide_entries", schema=None) as batch_op:
        for column in ("area_id", "next_at", "owner_id", "owner_unit_id"):
            batch_op.create_index(batch_op.f(f"ix_guide_entries_{column}"), [column], unique=False)

    op.create_table(
        "guide_questions",
        sa.Column("id", _id(), nullable=False),
        sa.Column("person_id", _id(), nullable=False),
        sa.Column("area_id", _id(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("came", sa.String(length=24), nullable=False),
        sa.Column("entry_id", _id(), nullable=True),
        sa.Column("forget_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_guide_questions_area_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["guide_entries.id"], name=op.f("fk_guide_questions_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_guide_questions_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_questions")),
    )
    with op.batch_alter_table("guide_questions", schema=None) as batch_op:
        batch_op.create_index("ix_guide_questions_came_area_id", ["came", "area_id"], unique=False)
        for column in ("forget_at", "person_id"):
            batch_op.create_index(
                batch_op.f(f"ix_guide_questions_{column}"), [column], unique=False
            )

    op.create_table(
        "guide_stamps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_stamps")),
    )


def downgrade() -> None:
    op.drop_table("guide_stamps")
    op.drop_table("guide_questions")
    op.drop_table("guide_entries")
