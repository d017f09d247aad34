"""The report in aiogram: Dispatcher, FSM, a storage in SQLite.

What a careful team would write: the storage reads a conversation once and keeps what the
handlers change in a unit, and a middleware inside the dispatcher's per-person lock saves
it: the mark, state, answers, message and case in one commit before the update counts as
handled. Waiting updates run as concurrent tasks, as aiogram's own polling runs them; each
pays its own commit (report_aiogram_batched.py does without that). Filters are awaitable:
aiogram runs every other filter, `F.text` and a bare `State` among them, in a thread, which
made a single update a sixth slower.

Left out, compared with ours: an answer cannot be changed, a question is not repeated after
a wrong answer, buttons carry no sequence number, nothing is said in a second language,
there are no people, posts, rules or deadlines, no update is retried or parked, and nothing
sends the outbox. Presses are not answered, as with the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.exceptions import DataNotDictLikeError
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from benchmarks.figures import Figures, Stopwatch, waves
from benchmarks.form import DONE, SKIP, question, receipt, token
from benchmarks.store import Store, Unit

__all__ = ["run", "token"]

Next: TypeAlias = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`, a commit an event."""
    return asyncio.run(report(events, waiting, Store(url)))


async def report(events: Sequence[bytes], waiting: int, store: Store) -> Figures:
    """The same, with as many events in a commit as the store sees fit."""
    bot, watch = Bot("1:benchmark"), Stopwatch()
    feed = dispatcher(store)

    async def handle(body: bytes) -> None:
        update = Update.model_validate_json(body, context={"bot": bot})
        await feed.feed_update(bot, update)
        watch.handled()

    for wave in waves(events, waiting):
        watch.arrived()
        await asyncio.gather(*map(handle, wave))
    await feed.storage.close()
    return watch.figures()


# ── The conversation ─────────────────────────────────────────────────────────


class Report(StatesGroup):
    """One state for each open question."""

    what = State()
    place = State()
    category = State()
    photo = State()
    confirm = State()


async def start(message: Message, state: FSMContext, unit: Unit) -> None:
    """The report begins, by command or by a first message."""
    await _ask(state, unit, Report.what, {})


async def what(message: Message, state: FSMContext, unit: Unit) -> None:
    answers = await state.update_data(what=message.text)
    await _ask(state, unit, Report.place, answers)


async def place(message: Message, state: FSMContext, unit: Unit) -> None:
    answers = await state.update_data(place=message.text)
    await _ask(state, unit, Report.category, answers)


async def category(press: CallbackQuery, state: FSMContext, unit: Unit) -> None:
    answers = await state.update_data(category=_pressed(press))
    await _ask(state, unit, Report.photo, answers)


async def photo(message: Message, state: FSMContext, unit: Unit) -> None:
    answers = await state.update_data(photo="" if message.text == SKIP else message.text)
    await _ask(state, unit, Report.confirm, answers)


async def confirm(press: CallbackQuery, state: FSMContext, unit: Unit) -> None:
    """The answers become a case, or the report begins again."""
    answers = await state.get_data()
    if _pressed(press) == "no":
        await _ask(state, unit, Report.what, answers)
        return
    unit.open_case(answers)
    unit.say(*receipt(answers))
    await state.clear()


async def _ask(state: FSMContext, unit: Unit, asked: State, answers: Mapping[str, str]) -> None:
    await state.set_state(asked)
    unit.say(*question(cast("str", asked._state), answers))  # noqa: SLF001


def _pressed(press: CallbackQuery) -> str:
    return cast("str", press.data).partition(":")[2]


# ── Saved with every update ──────────────────────────────────────────────────


class Storage(BaseStorage):
    """Reads a conversation once an update; what is set waits in a unit for `commit`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._units: dict[StorageKey, Unit] = {}

    async def commit(self, handler: Next, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Runs the handler and saves all it changed; a failed or repeated update saves nothing."""
        state = cast("FSMContext | None", data.get("state"))
        if state is None:
            return await handler(event, data)
        unit = self._units[state.key]
        try:
            result = await handler(event, {**data, "unit": unit})
            await self._store.save([(cast("Update", event).update_id, unit)])
        finally:
            del self._units[state.key]
        return result

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self._unit(key)).state or None

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        (await self._unit(key)).state = name or DONE

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return (await self._unit(key)).answers.copy()

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        if not isinstance(data, dict):
            raise DataNotDictLikeError(f"a dict is needed, not {type(data).__name__}")
        (await self._unit(key)).answers = data.copy()

    async def close(self) -> None:
        self._store.close()

    async def _unit(self, key: StorageKey) -> Unit:
        if key not in self._units:
            self._units[key] = await self._store.load(key.user_id)
        return self._units[key]


def dispatcher(store: Store) -> Dispatcher:
    """The conversation with this store."""
    storage = Storage(store)
    made = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
    made.update.outer_middleware(storage.commit)
    made.include_router(_router())
    return made


def _router() -> Router:
    router = Router()
    router.message.register(start, Command("report"))
    router.message.register(what, StateFilter(Report.what), _has_text)
    router.message.register(place, StateFilter(Report.place), _has_text)
    router.message.register(photo, StateFilter(Report.photo), _has_text)
    router.message.register(start, StateFilter(None), _has_text)
    router.callback_query.register(category, StateFilter(Report.category), _presses("category"))
    router.callback_query.register(confirm, StateFilter(Report.confirm), _presses("confirm"))
    return router


async def _has_text(message: Message) -> bool:
    return message.text is not None


def _presses(key: str) -> Callable[[CallbackQuery], Awaitable[bool]]:
    async def fits(press: CallbackQuery) -> bool:
        return (press.data or "").startswith(f"{key}:")

    return fits
