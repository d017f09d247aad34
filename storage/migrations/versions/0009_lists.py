"""The three lists, bookings, projects and pledges."""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_digests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.CheckConstraint("(unit_id IS NULL) <> (area_id IS NULL)", name="one_reader"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_list_digests_area_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_list_digests_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_digests")),
        sa.UniqueConstraint("area_id", name=op.f("uq_list_digests_area_id")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_list_digests_unit_id")),
    )
    op.create_index(op.f("ix_list_digests_due_at"), "list_digests", ["due_at"], unique=False)
    op.create_table(
        "list_needs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("skills", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "open",
                "taken",
                "struck",
                "declined",
                "withdrawn",
                "lapsed",
                name="needstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("forget_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_list_needs_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_list_needs_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_list_needs_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_needs")),
    )
    op.create_index(op.f("ix_list_needs_area_id"), "list_needs", ["area_id"], unique=False)
    op.create_index(op.f("ix_list_needs_forget_at"), "list_needs", ["forget_at"], unique=False)
    op.create_index(op.f("ix_list_needs_next_at"), "list_needs", ["next_at"], unique=False)
    op.create_index(op.f("ix_list_needs_person_id"), "list_needs", ["person_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "finished",
                "ended",
                "unfinished",
                name="projectstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_projects_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_projects_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    op.create_index(op.f("ix_projects_area_id"), "projects", ["area_id"], unique=False)
    op.create_index(op.f("ix_projects_next_at"), "projects", ["next_at"], unique=False)
    op.create_table(
        "services",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("skills", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("hours", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_services_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_services_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_services")),
    )
    op.create_index(op.f("ix_services_area_id"), "services", ["area_id"], unique=False)
    op.create_index("ix_services_area_id_paused", "services", ["area_id", "paused"], unique=False)
    op.create_table(
        "supplies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("skills", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("for_whom", sa.String(length=60), nullable=False),
        sa.Column("monthly", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_supplies_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_supplies_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_supplies_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplies")),
    )
    op.create_index(op.f("ix_supplies_area_id"), "supplies", ["area_id"], unique=False)
    op.create_index(op.f("ix_supplies_unit_id"), "supplies", ["unit_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("supply_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("wished", sa.Date(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "accepted",
                "delivered",
                "struck",
                "declined",
                "lapsed",
                "cancelled",
                "broken",
                name="bookingstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column(
            "accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("accepted_at", Utc(), nullable=True),
        sa.Column("delivered_at", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("back", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("forget_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_provider"),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["people.id"], name=op.f("fk_bookings_accepted_by")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_bookings_area_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_bookings_asked_by")),
        sa.ForeignKeyConstraint(["need_id"], ["list_needs.id"], name=op.f("fk_bookings_need_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_bookings_person_id")),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_bookings_supply_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_bookings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(op.f("ix_bookings_area_id"), "bookings", ["area_id"], unique=False)
    op.create_index(op.f("ix_bookings_forget_at"), "bookings", ["forget_at"], unique=False)
    op.create_index(op.f("ix_bookings_need_id"), "bookings", ["need_id"], unique=False)
    op.create_index(op.f("ix_bookings_next_at"), "bookings", ["next_at"], unique=False)
    op.create_index("ix_bookings_person_id_state", "bookings", ["person_id", "state"], unique=False)
    op.create_index("ix_bookings_supply_id_month", "bookings", ["supply_id", "month"], unique=False)
    op.create_index("ix_bookings_unit_id_state", "bookings", ["unit_id", "state"], unique=False)
    op.create_table(
        "project_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "give",
            sa.Enum("money", "goods", "labour", name="give", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name="something"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_lines_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_lines")),
    )
    op.create_index(
        op.f("ix_project_lines_project_id"), "project_lines", ["project_id"], unique=False
    )
    op.create_table(
        "project_words",
        sa.Column(
            "project_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("said_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_project_words_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_words_project_id")
        ),
        sa.PrimaryKeyConstraint("project_id", "person_id", name=op.f("pk_project_words")),
    )
    op.create_index(
        op.f("ix_project_words_person_id"), "project_words", ["person_id"], unique=False
    )
    op.create_index(
        "ix_project_words_project_id_good", "project_words", ["project_id", "good"], unique=False
    )
    op.create_table(
        "pledges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pledged", "received", "withdrawn", name="pledgestate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column(
            "received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("received_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_giver"),
        sa.CheckConstraint("received >= 0 AND received <= amount", name="no_more_than_promised"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_pledges_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["project_lines.id"], name=op.f("fk_pledges_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pledges_person_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_pledges_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["people.id"], name=op.f("fk_pledges_received_by")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_pledges_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
    )
    op.create_index(op.f("ix_pledges_line_id"), "pledges", ["line_id"], unique=False)
    op.create_index(op.f("ix_pledges_person_id"), "pledges", ["person_id"], unique=False)
    op.create_index(op.f("ix_pledges_project_id"), "pledges", ["project_id"], unique=False)
    op.create_index(op.f("ix_pledges_unit_id"), "pledges", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pledges_unit_id"), table_name="pledges")
    op.drop_index(op.f("ix_pledges_project_id"), table_name="pledges")
    op.drop_index(op.f("ix_pledges_person_id"), table_name="pledges")
    op.drop_index(op.f("ix_pledges_line_id"), table_name="pledges")
    op.drop_table("pledges")
    op.drop_index("ix_project_words_project_id_good", table_name="project_words")
    op.drop_index(op.f("ix_project_words_person_id"), table_name="project_words")
    op.drop_table("project_words")
    op.drop_index(op.f("ix_project_lines_project_id"), table_name="project_lines")
    op.drop_table("project_lines")
    op.drop_index("ix_bookings_unit_id_state", table_name="bookings")
    op.drop_index("ix_bookings_supply_id_month", table_name="bookings")
    op.drop_index("ix_bookings_person_id_state", table_name="bookings")
    op.drop_index(op.f("ix_bookings_next_at"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_need_id"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_forget_at"), table_name="bookings")
    op.drop_index(op.f("ix_bookings_area_id"), table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(op.f("ix_supplies_unit_id"), table_name="supplies")
    op.drop_index(op.f("ix_supplies_area_id"), table_name="supplies")
    op.drop_table("supplies")
    op.drop_index("ix_services_area_id_paused", table_name="services")
    op.drop_index(op.f("ix_services_area_id"), table_name="services")
    op.drop_table("services")
    op.drop_index(op.f("ix_projects_next_at"), table_name="projects")
    op.drop_index(op.f("ix_projects_area_id"), table_name="projects")
    op.drop_table("projects")
    op.drop_index(op.f("ix_list_needs_person_id"), table_name="list_needs")
    op.drop_index(op.f("ix_list_needs_next_at"), table_name="list_needs")
    op.drop_index(op.f("ix_list_needs_forget_at"), table_name="list_needs")
    op.drop_index(op.f("ix_list_needs_area_id"), table_name="list_needs")
    op.drop_table("list_needs")
    op.drop_index(op.f("ix_list_digests_due_at"), table_name="list_digests")
    op.drop_table("list_digests")
