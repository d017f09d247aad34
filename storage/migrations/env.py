"""Runs migrations over the connection that storage.database hands in."""

from __future__ import annotations

from alembic import context

from storage import (
    cards,
    cases,
    dialogs,
    digests,
    groups,
    humans,
    inbox,
    lanes,
    media,
    org,
    outbox,
    people,
)
from storage.schema import metadata

TABLES = (cards, cases, dialogs, digests, groups, humans, inbox, lanes, media, org, outbox, people)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
    transaction_per_migration=False,
)
context.run_migrations()
