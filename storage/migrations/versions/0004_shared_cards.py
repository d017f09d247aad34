"""Cards that a whole group sees; files that belong to more than cases; alarms before alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("cards") as cards:
        cards.alter_column("person_id", existing_type=_Id, nullable=True)
        cards.add_column(sa.Column("language", sa.String(8), nullable=False, server_default=""))
    with op.batch_alter_table("media") as media:
        media.drop_index("ix_media_case_id")
        media.alter_column("case_id", new_column_name="subject_id", existing_type=_Id)
        media.add_column(sa.Column("about", sa.String(8), nullable=False, server_default="case"))
    op.execute("UPDATE media SET about = 'call', part = '' WHERE part = 'call'")
    op.execute("UPDATE media SET about = 'paper', part = '' WHERE part = 'roster'")
    with op.batch_alter_table("media") as media:
        media.alter_column("about", existing_type=sa.String(8), server_default=None)
        media.create_index("ix_media_subject_id_about", ["subject_id", "about"])
    op.execute("UPDATE outbox SET priority = priority + 1")


def downgrade() -> None:
    op.execute("UPDATE outbox SET priority = priority - 1 WHERE priority > 0")
    op.execute("UPDATE media SET part = 'call' WHERE about = 'call'")
    op.execute("UPDATE media SET part = 'roster' WHERE about = 'paper'")
    with op.batch_alter_table("media") as media:
        media.drop_index("ix_media_subject_id_about")
        media.drop_column("about")
        media.alter_column("subject_id", new_column_name="case_id", existing_type=_Id)
        media.create_index("ix_media_case_id", ["case_id"])
    op.execute("DELETE FROM cards WHERE person_id IS NULL")
    with op.batch_alter_table("cards") as cards:
        cards.drop_column("language")
        cards.alter_column("person_id", existing_type=_Id, nullable=False)
