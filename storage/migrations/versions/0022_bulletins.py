"""Bulletins, their copies, who has acknowledged an emergency, and who is in a group"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True)


def upgrade() -> None:
    with op.batch_alter_table("senders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pace", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("windowed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_home_id"), ["home_id"])
    # An emergency's bulletin comes before them from now on.
    op.execute(
        "UPDATE outbox SET priority = priority + 1 "
        "WHERE kind IN ('notice', 'bulletin') AND state IN ('ready', 'held')"
    )
    op.create_table(
        "group_members",
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_group_members_person_id")
        ),
        sa.PrimaryKeyConstraint("lane", "person_id", name=op.f("pk_group_members")),
    )
    with op.batch_alter_table("group_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_members_person_id"), ["person_id"])
        batch_op.create_index(batch_op.f("ix_group_members_seen_on"), ["seen_on"])
    op.create_table(
        "bulletins",
        sa.Column("id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("post", sa.String(length=24), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("whom", sa.String(length=24), nullable=False),
        sa.Column("area_id", Id, nullable=True),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("team", sa.String(length=40), nullable=False),
        sa.Column("named", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(length=80), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("start_at", Utc(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("started_at", Utc(), nullable=True),
        sa.Column("due", Json, nullable=False),
        sa.Column("gaps", Json, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("after_group", Id, nullable=False),
        sa.Column("after_person", Id, nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("list_at", Utc(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=True),
        sa.Column("recalled_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_bulletins_by_id")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_bulletins_area_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_bulletins_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletins_by_id"), ["by_id"])
        batch_op.create_index(batch_op.f("ix_bulletins_next_at"), ["next_at"])
    op.create_table(
        "bulletin_people",
        sa.Column("bulletin_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_people_bulletin_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bulletin_people_person_id")
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "person_id", name=op.f("pk_bulletin_people")),
    )
    with op.batch_alter_table("bulletin_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_people_person_id"), ["person_id"])
    op.create_table(
        "bulletin_copies",
        sa.Column("id", Id, nullable=False),
        sa.Column("bulletin_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("sender", sa.String(length=96), nullable=False),
        sa.Column("fate", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_copies_bulletin_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bulletin_copies_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_copies")),
        sa.UniqueConstraint(
            "bulletin_id", "lane", name=op.f("uq_bulletin_copies_bulletin_id_lane")
        ),
        sa.UniqueConstraint(
            "bulletin_id", "person_id", name=op.f("uq_bulletin_copies_bulletin_id_person_id")
        ),
    )
    with op.batch_alter_table("bulletin_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_copies_person_id"), ["person_id"])
        batch_op.create_index("ix_bulletin_copies_fate", ["bulletin_id", "fate", "id"])
    op.create_table(
        "bulletin_acks",
        sa.Column("bulletin_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("told_by", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_acks_bulletin_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bulletin_acks_person_id")
        ),
        sa.ForeignKeyConstraint(["told_by"], ["people.id"], name=op.f("fk_bulletin_acks_told_by")),
        sa.PrimaryKeyConstraint("bulletin_id", "person_id", name=op.f("pk_bulletin_acks")),
    )
    with op.batch_alter_table("bulletin_acks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_acks_person_id"), ["person_id"])
        batch_op.create_index(batch_op.f("ix_bulletin_acks_told_by"), ["told_by"])


def downgrade() -> None:
    for table in (
        *("bulletin_acks", "bulletin_copies", "bulletin_people", "bulletins", "group_members"),
    ):
        op.drop_table(table)
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_home_id"))
    with op.batch_alter_table("senders", schema=None) as batch_op:
        batch_op.drop_column("windowed")
        batch_op.drop_column("pace")
