"""Importing this has imported every module of handlers/, so that the registry is full."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import handlers

_FRONT_DOOR = {"handlers.routes", "handlers.rooms"}  # they ask the registry, and import this

ROOMS = tuple(
    module.name
    for module in walk_packages(handlers.__path__, "handlers.")
    if module.name not in _FRONT_DOOR
)

for _room in ROOMS:
    import_module(_room)
