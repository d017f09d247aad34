"""Runs migrations over the connection that storage.migrating hands in."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from alembic import context

import storage
from storage.schema import metadata

# Whatever module of storage/ defines a table is part of the schema.
for _module in pkgutil.iter_modules(storage.__path__, "storage."):
    if not _module.ispkg:
        import_module(_module.name)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
    transaction_per_migration=False,
)
context.run_migrations()
