"""What the clock leaves alone for now, however much that is."""

from __future__ import annotations

from sqlalchemy import Engine, literal, select

from storage.moments import not_failed


def test_more_may_have_failed_than_a_statement_can_have_parameters(engine: Engine) -> None:
    failed = {"failed": range(100_000)}
    with engine.connect() as conn:
        assert not conn.scalar(select(not_failed(literal(99_999))), failed)
        assert conn.scalar(select(not_failed(literal(100_000))), failed)
        assert conn.scalar(select(not_failed(literal(1))), {"failed": []})
