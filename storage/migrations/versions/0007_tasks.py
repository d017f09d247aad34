"""Volunteer tasks: shifts, claims, and who wants no reminders."""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_quiet",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_task_quiet_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_task_quiet")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "organizer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "beneficiary_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "kind",
            sa.Enum("once", "weekly", "post", "urgent", name="kind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "published", "ended", "cancelled", name="taskstate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column(
            "joint",
            sa.Enum(
                "party",
                "epidemic",
                "civility",
                "safety",
                "community",
                "culture",
                name="joint",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("skills", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("weekly", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("about", sa.String(length=8), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_tasks_area_id")),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["people.id"], name=op.f("fk_tasks_beneficiary_id")
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["people.id"], name=op.f("fk_tasks_organizer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_tasks_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_about_subject_id", "tasks", ["about", "subject_id"], unique=False)
    op.create_index(op.f("ix_tasks_area_id"), "tasks", ["area_id"], unique=False)
    op.create_index(op.f("ix_tasks_next_at"), "tasks", ["next_at"], unique=False)
    op.create_index(op.f("ix_tasks_organizer_id"), "tasks", ["organizer_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "day", "hour", "close", "chase", "done", name="stage", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cancelled_at", Utc(), nullable=True),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= slots", name="never_oversold"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_shifts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("task_id", "starts_at", name=op.f("uq_shifts_task_id_starts_at")),
    )
    op.create_index(op.f("ix_shifts_next_at"), "shifts", ["next_at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "claimed",
                "waitlisted",
                "released",
                "arrived",
                "left",
                "confirmed",
                "disputed",
                "absent",
                name="claimstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=40), nullable=False),
        sa.Column("claimed_at", Utc(), nullable=False),
        sa.Column("held_until", Utc(), nullable=True),
        sa.Column("offered_at", Utc(), nullable=True),
        sa.Column("arrived_at", Utc(), nullable=True),
        sa.Column(
            "proof",
            sa.Enum("code", "list", "place", name="proof", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("left_at", Utc(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column(
            "settled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_claims_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_claims_settled_by")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_claims_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("shift_id", "person_id", name=op.f("uq_claims_shift_id_person_id")),
    )
    op.create_index(op.f("ix_claims_held_until"), "claims", ["held_until"], unique=False)
    op.create_index(op.f("ix_claims_person_id"), "claims", ["person_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_index(op.f("ix_claims_person_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_held_until"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_shifts_next_at"), table_name="shifts")
    op.drop_table("shifts")
    op.drop_index(op.f("ix_tasks_organizer_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_next_at"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_area_id"), table_name="tasks")
    op.drop_index("ix_tasks_about_subject_id", table_name="tasks")
    op.drop_table("tasks")
    op.drop_table("task_quiet")
    # ### end Alembic commands ###
