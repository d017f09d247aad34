"""What each case's history came to"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Utc

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Of cases from before, what their present state tells.
_FROM_CASES = """
insert into case_lives (case_id, opened_at, path, category, contact_due, due, person_id, unit_id,
    contacted_at, answered_at, outcome, ended_at, ended, reopened, said, "left", sent, astray,
    returned, back_from, urged)
select id, opened_at, path, category, contact_due, coalesce(extended_until, result_due),
    holder_id, holder_unit_id, contacted_at,
    case when outcome is not null then answered_at end, outcome,
    coalesce(closed_at, case when outcome is not null then answered_at end),
    (closed_at is not null or answered_at is not null), (redone > 0),
    case when verdict in ('satisfied', 'so_so') then verdict
         when redone > 0 then 'not_solved' else 'nothing' end,
    case when verdict in ('declined', 'duplicate', 'withdrawn') then verdict
         when outside then 'outside' when untrue then 'untrue' else 'counted' end,
    hops, returned, returned, null, urged
from cases
"""


def upgrade() -> None:
    op.create_table(
        "case_lives",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column("contact_due", Utc(), nullable=False),
        sa.Column("due", Utc(), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("unit_id", _ID, nullable=True),
        sa.Column("contacted_at", Utc(), nullable=True),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(length=24), nullable=False),
        sa.Column("left", sa.String(length=24), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("astray", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("back_from", _ID, nullable=True),
        sa.Column("urged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["back_from"], ["units.id"], name=op.f("fk_case_lives_back_from")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_lives_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_case_lives_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_lives_unit_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_lives")),
    )
    with op.batch_alter_table("case_lives", schema=None) as batch_op:
        batch_op.create_index("ix_case_lives_opened_at_path", ["opened_at", "path"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_lives_person_id"), ["person_id"], unique=False)
    op.execute(_FROM_CASES)


def downgrade() -> None:
    with op.batch_alter_table("case_lives", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_lives_person_id"))
        batch_op.drop_index("ix_case_lives_opened_at_path")

    op.drop_table("case_lives")
