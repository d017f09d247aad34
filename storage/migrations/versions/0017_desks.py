"""Lists of cases: what lies under an area is found by its path"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_cases_state_path": ["state", "path"],
    "ix_cases_opened_at": ["opened_at"],
    "ix_cases_closed_at": ["closed_at"],
}


def upgrade() -> None:
    _compare_paths_by("C")
    for name, columns in _INDEXES.items():
        op.create_index(name, "cases", columns, unique=False)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="cases")
    _compare_paths_by("default")


def _compare_paths_by(collation: str) -> None:
    """SQLite compares byte by byte anyhow."""
    if op.get_bind().dialect.name == "postgresql":
        kind = sa.String(length=128, collation=collation)
        op.alter_column("cases", "path", type_=kind, existing_nullable=False)
