"""Casework: units, clocks, who filed it"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_units",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fed_back_at", Utc(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("dropped_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_case_units_added_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_units_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_units_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_units")),
    )
    with op.batch_alter_table("case_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_units_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_units_unit_id"), ["unit_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "holder_unit_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("holder_unit", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("given_by", sa.String(length=24), nullable=True))
        batch_op.add_column(
            sa.Column("designated", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("returned", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("hops", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("co_units", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("anonymous", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "concerns_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "filed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "split_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("contacted_at", Utc(), nullable=True))
        batch_op.add_column(sa.Column("extended_until", Utc(), nullable=True))
        batch_op.add_column(sa.Column("suspended_at", Utc(), nullable=True))
        batch_op.add_column(sa.Column("suspended_until", Utc(), nullable=True))
        batch_op.add_column(sa.Column("asking", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("asking_until", Utc(), nullable=True))
        batch_op.add_column(sa.Column("asking_words", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("warned_at", Utc(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("untrue", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.alter_column(
            "holder_area_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        )
        batch_op.create_index(batch_op.f("ix_cases_filed_by"), ["filed_by"], unique=False)
        batch_op.create_index(
            "ix_cases_holder_unit_id_state", ["holder_unit_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cases_merged_into"), ["merged_into"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_split_from"), "cases", ["split_from"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_merged_into"), "cases", ["merged_into"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_holder_unit_id"), "units", ["holder_unit_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_cases_filed_by"), "people", ["filed_by"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_answered_by"), "people", ["answered_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_concerns_id"), "people", ["concerns_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_cases_concerns_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cases_answered_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cases_filed_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cases_holder_unit_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cases_merged_into"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cases_split_from"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_cases_merged_into"))
        batch_op.drop_index("ix_cases_holder_unit_id_state")
        batch_op.drop_index(batch_op.f("ix_cases_filed_by"))
        batch_op.alter_column(
            "holder_area_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        )
        batch_op.drop_column("outside")
        batch_op.drop_column("untrue")
        batch_op.drop_column("answered_by")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("asking_words")
        batch_op.drop_column("asking_until")
        batch_op.drop_column("asking")
        batch_op.drop_column("suspended_until")
        batch_op.drop_column("suspended_at")
        batch_op.drop_column("extended_until")
        batch_op.drop_column("contacted_at")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("split_from")
        batch_op.drop_column("filed_by")
        batch_op.drop_column("concerns_id")
        batch_op.drop_column("anonymous")
        batch_op.drop_column("co_units")
        batch_op.drop_column("hops")
        batch_op.drop_column("returned")
        batch_op.drop_column("designated")
        batch_op.drop_column("given_by")
        batch_op.drop_column("holder_unit")
        batch_op.drop_column("holder_unit_id")

    with op.batch_alter_table("case_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_units_unit_id"))
        batch_op.drop_index(batch_op.f("ix_case_units_case_id"))

    op.drop_table("case_units")
