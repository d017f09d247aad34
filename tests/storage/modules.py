"""Every module of storage/, imported: all tables and all statements are known."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import storage

MODULES = tuple(
    import_module(f"storage.{found.name}")
    for found in iter_modules(storage.__path__)
    if not found.ispkg
)
