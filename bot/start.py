"""The command `shaodao` begins: its parts are read without looking for garbage in between, which
takes a quarter of the time, and what was read is never looked through again."""

from __future__ import annotations

import gc


def shaodao() -> None:
    """Does what the command line says, and ends the process."""
    gc.disable()
    from bot.main import app

    gc.enable()
    gc.freeze()
    app(prog_name="shaodao")
