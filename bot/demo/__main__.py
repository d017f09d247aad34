"""The bot's process begins (see bot/demo/power.py), without looking for garbage while its parts
are read: that takes a quarter of the time, and somebody waits."""

from __future__ import annotations

import gc
import sys

if __name__ == "__main__":
    gc.disable()
    from bot.demo.serving import main

    gc.enable()
    gc.freeze()
    main(int(sys.argv[1]))
