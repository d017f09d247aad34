"""The report as it ships: the whole bot in one process, with nobody at the other end.

From the bytes of an update to the commit: read by the Telegram channel's mapping, read by
triage, handled in the database thread. The channel, the sender, the clock's tick and the
web side live in the same process; messages are not only left in the outbox, they are drawn,
"sent" to a channel that takes them at once, and marked. The sample district is loaded, with
ninety buildings in its community and residents who live there.

The steps differ from the peers' where our conversation differs. It takes the building from
what people say; so here they leave it out at first, and are asked for it. It never asks
for a photo; instead everybody is asked whether it is the lamp which a neighbour has
reported, and presses "No, something else". It is still six events and five questions.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Connection, insert
from starlette.types import ASGIApp

from benchmarks import updates
from benchmarks.figures import Figures, Stopwatch, waves
from bot import sample, settings
from bot.app import App
from bot.channels.base import TELEGRAM, Receive, Rejected
from bot.channels.telegram import mapping
from bot.clock import Clock
from bot.dispatch import Scope
from bot.stage import MORNING
from bot.web.server import build
from governance.org import Area, AreaKind
from governance.people import Speaker
from handlers import places
from handlers.cases.report import open_from
from handlers.message import Capabilities, Chat, Message, Pace
from handlers.turn import Post, Turn
from storage import org
from storage.database import migrate
from storage.lanes import lanes
from storage.people import accounts, people

__all__ = ["run", "token", "walk"]

ACCOUNT = str(updates.BOT["id"])
