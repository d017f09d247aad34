"""Whistles, the units they called, who was alerted, their record, and plans."""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("volunteers_do", sa.String(length=60), nullable=False),
        sa.Column("ended_at", Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_plans_area_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_plans_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plans_area_id"), ["area_id"], unique=False)

    op.create_table(
        "plan_tasks",
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "unit_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("asked_to", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_tasks_plan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_plan_tasks_unit_id")),
        sa.PrimaryKeyConstraint("plan_id", "unit_id", name=op.f("pk_plan_tasks")),
    )
    op.create_table(
        "whistles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("power", sa.String(length=24), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.Column("result_due", Utc(timezone=True), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("plan", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("meet", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "review",
                "blown",
                "concluded",
                "ended",
                "declined",
                name="whistlestate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("blown_at", Utc(timezone=True), nullable=True),
        sa.Column("warned_at", Utc(timezone=True), nullable=True),
        sa.Column("overdue_at", Utc(timezone=True), nullable=True),
        sa.Column("concluded_at", Utc(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("ended_at", Utc(timezone=True), nullable=True),
        sa.Column("ended_how", sa.Text(), nullable=False),
        sa.Column("reviewed", sa.String(length=8), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("words_until", Utc(timezone=True), nullable=True),
        sa.Column("next_at", Utc(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_whistles_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_whistles_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_whistles_case_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_whistles_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistles")),
        sa.UniqueConstraint("number", name=op.f("uq_whistles_number")),
    )
    with op.batch_alter_table("whistles", schema=None) as batch_op:
        batch_op.create_index("ix_whistles_area_id_made_at", ["area_id", "made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistles_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistles_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistles_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistles_words_until"), ["words_until"], unique=False)

    op.create_table(
        "unit_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "whistle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_name", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("asked_to", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("called_at", Utc(timezone=True), nullable=False),
        sa.Column("report_due", Utc(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "called",
                "reported_in",
                "on_site",
                "done",
                "refused",
                "excused",
                "released",
                name="unitstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_at", Utc(timezone=True), nullable=True),
        sa.Column("telephone_at", Utc(timezone=True), nullable=True),
        sa.Column("nudged", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(timezone=True), nullable=True),
        sa.Column(
            "officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("officer_name", sa.String(length=64), nullable=False),
        sa.Column("reached_at", Utc(timezone=True), nullable=True),
        sa.Column("needs_call", sa.Boolean(), nullable=False),
        sa.Column(
            "telephoned",
            sa.Enum(
                "coming", "no_answer", "not_theirs", name="telephoned", native_enum=False, length=24
            ),
            nullable=True,
        ),
        sa.Column("reported_in_at", Utc(timezone=True), nullable=True),
        sa.Column("arrived_at", Utc(timezone=True), nullable=True),
        sa.Column("metres", sa.Integer(), nullable=True),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("done_at", Utc(timezone=True), nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("unfounded", sa.Integer(), nullable=False),
        sa.Column("redone", sa.Integer(), nullable=False),
        sa.Column("speed", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["people.id"], name=op.f("fk_unit_calls_officer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_calls_unit_id")),
        sa.ForeignKeyConstraint(
            ["whistle_id"], ["whistles.id"], name=op.f("fk_unit_calls_whistle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_calls")),
    )
    with op.batch_alter_table("unit_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_calls_next_at"), ["next_at"], unique=False)
        batch_op.create_index(
            "ix_unit_calls_officer_id_state", ["officer_id", "state"], unique=False
        )
        batch_op.create_index("ix_unit_calls_unit_id_state", ["unit_id", "state"], unique=False)
        batch_op.create_index(
            "uq_unit_calls_whistle_id_unit_id", ["whistle_id", "unit_id"], unique=True
        )

    op.create_table(
        "unit_people",
        sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column("goes", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["unit_calls.id"], name=op.f("fk_unit_people_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_unit_people_person_id")
        ),
        sa.PrimaryKeyConstraint("call_id", "person_id", name=op.f("pk_unit_people")),
    )
    with op.batch_alter_table("unit_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_people_person_id"), ["person_id"], unique=False)

    op.create_table(
        "whistle_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "whistle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "act",
            sa.Enum(
                "blow",
                "approve",
                "decline",
                "add",
                "lead",
                "conclude",
                "accept",
                "send_back",
                "end",
                "call_off",
                "review",
                "due_soon",
                "overdue",
                "ask",
                "call",
                "reached",
                "climb",
                "needs_call",
                "telephoned",
                "report_in",
                "arrive",
                "help",
                "progress",
                "nudge",
                "result",
                "refuse",
                "excuse",
                "insist",
                "redo",
                "release",
                "hand_over",
                "join",
                "rate_unit",
                "rate_whistle",
                name="act",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.Column(
            "by_role",
            sa.Enum(
                "whistler",
                "reviewer",
                "superior",
                "district",
                "unit",
                "clock",
                "stranger",
                name="role",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("by_person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_person"], ["people.id"], name=op.f("fk_whistle_events_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["unit_calls.id"], name=op.f("fk_whistle_events_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["whistle_id"], ["whistles.id"], name=op.f("fk_whistle_events_whistle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle_events")),
    )
    with op.batch_alter_table("whistle_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whistle_events_call_id"), ["call_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_whistle_events_whistle_id"), ["whistle_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("whistle_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whistle_events_whistle_id"))
        batch_op.drop_index(batch_op.f("ix_whistle_events_call_id"))

    op.drop_table("whistle_events")
    with op.batch_alter_table("unit_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_people_person_id"))

    op.drop_table("unit_people")
    with op.batch_alter_table("unit_calls", schema=None) as batch_op:
        batch_op.drop_index("uq_unit_calls_whistle_id_unit_id")
        batch_op.drop_index("ix_unit_calls_unit_id_state")
        batch_op.drop_index("ix_unit_calls_officer_id_state")
        batch_op.drop_index(batch_op.f("ix_unit_calls_next_at"))

    op.drop_table("unit_calls")
    with op.batch_alter_table("whistles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whistles_words_until"))
        batch_op.drop_index(batch_op.f("ix_whistles_next_at"))
        batch_op.drop_index(batch_op.f("ix_whistles_case_id"))
        batch_op.drop_index(batch_op.f("ix_whistles_by_id"))
        batch_op.drop_index("ix_whistles_area_id_made_at")

    op.drop_table("whistles")
    op.drop_table("plan_tasks")
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plans_area_id"))

    op.drop_table("plans")
