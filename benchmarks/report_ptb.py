"""The report in python-telegram-bot: Application, ConversationHandler, persistence in SQLite.

What a careful team would write. The library keeps all state in memory, loads it when it
starts and saves it now and then; here every update is saved before it counts as handled:
the mark, state, answers, message and case in one commit. Updates run one after the other,
which is what ConversationHandler asks for, so 32 waiting updates are 32 commits
(report_ptb_batched.py does without that).

Left out, compared with ours: memory runs ahead of the database when a commit fails; all
conversations of all people stay in memory, so only one process can serve them; an answer
cannot be changed, a question is not repeated after a wrong answer, buttons carry no
sequence number, nothing is said in a second language, there are no people, posts, rules or
deadlines, no update is retried or parked, and nothing sends the outbox. Presses are not
answered, as with the others.
"""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn, TypeAlias, cast

from telegram import CallbackQuery, Message, Update, User
from telegram.ext import (
    Application,
    BasePersistence,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    filters,
)
from telegram.request import BaseRequest
from telegram.warnings import PTBUserWarning

from benchmarks.figures import Figures, Stopwatch, waves
from benchmarks.form import DONE, SKIP, question, receipt, token
from benchmarks.store import Store, Unit

__all__ = ["run", "token"]

Answers: TypeAlias = dict[Any, Any]
Context: TypeAlias = ContextTypes.DEFAULT_TYPE
Handler: TypeAlias = Callable[[Update, Context], Awaitable[str | int]]


def run(events: Sequence[bytes], waiting: int, url: str) -> Figures:
    """Handles the events in waves of `waiting`, a commit an event."""
    return asyncio.run(report(events, waiting, 1, Store(url)))


async def report(events: Sequence[bytes], waiting: int, batch: int, store: Store) -> Figures:
    """The same, with as many events in a commit as `batch` says."""
    watch = Stopwatch()
    offline = application(store, Offline(), "1:benchmark", "https://api.telegram.org/bot")
    async with offline as app:
        for wave in waves(events, waiting):
            watch.arrived()
            for bodies in waves(wave, batch):
                await app.process_bodies(bodies)
                watch.handled(len(bodies))
    store.close()
    return watch.figures()


# ── The conversation ─────────────────────────────────────────────────────────


async def start(update: Update, context: Context) -> str:
    """The report begins, by command or by a first message."""
    return _ask(context, "what")


async def what(update: Update, context: Context) -> str:
    return _keep(context, "what", _text(update), then="place")


async def place(update: Update, context: Context) -> str:
    return _keep(context, "place", _text(update), then="category")


async def category(update: Update, context: Context) -> str:
    return _keep(context, "category", _pressed(update), then="photo")


async def photo(update: Update, context: Context) -> str:
    text = _text(update)
    return _keep(context, "photo", "" if text == SKIP else text, then="confirm")


async def confirm(update: Update, context: Context) -> str | int:
    """The answers become a case, or the report begins again."""
    if _pressed(update) == "no":
        return _ask(context, "what")
    unit, answers = _unit(context), _answers(context)
    unit.open_case(answers)
    unit.say(*receipt(answers))
    answers.clear()
    return ConversationHandler.END


def _keep(context: Context, key: str, answer: str, then: str) -> str:
    _answers(context)[key] = answer
    return _ask(context, then)


def _ask(context: Context, key: str) -> str:
    _unit(context).say(*question(key, _answers(context)))
    return key


def _unit(context: Context) -> Unit:
    return cast("Persistence", context.application.persistence).unit


def _answers(context: Context) -> dict[str, str]:
    return cast("dict[str, str]", context.user_data)


def _text(update: Update) -> str:
    return cast("str", cast("Message", update.message).text)


def _pressed(update: Update) -> str:
    data = cast("str", cast("CallbackQuery", update.callback_query).data)
    return data.partition(":")[2]


# ── Saved with every update ──────────────────────────────────────────────────


class Persistence(BasePersistence[Answers, Answers, Answers]):
    """States and answers go into the unit of the update that changed them."""

    def __init__(self, store: Store) -> None:
        super().__init__(PersistenceInput(bot_data=False, chat_data=False, callback_data=False))
        self._store = store
        self._states: dict[int, str] = {}
        self._units: dict[int, Unit] = {}
        self.unit = Unit(0)

    def begin(self, person: int, answers: Answers) -> Unit:
        """A unit for what this person's update changes and for what is said from now on."""
        self.unit = Unit(person, self._states.get(person, DONE), answers)
        self._units[person] = self.unit
        return self.unit

    def end(self) -> None:
        """All units are complete."""
        self._units.clear()

    async def get_user_data(self) -> dict[int, Answers]:
        return {unit.person: unit.answers for unit in await self._store.load_all() if unit.state}

    async def get_conversations(self, name: str) -> dict[tuple[int | str, ...], object]:
        saved = await self._store.load_all()
        self._states = {unit.person: unit.state for unit in saved if unit.state}
        return {(person,): state for person, state in self._states.items()}

    async def update_user_data(self, user_id: int, data: Answers) -> None:
        self._units[user_id].answers = data

    async def update_conversation(
        self, name: str, key: tuple[int | str, ...], new_state: object | None
    ) -> None:
        person = cast("int", key[0])
        self._units[person].state = self._states[person] = cast("str", new_state or DONE)

    # The library asks for the following too; nothing here is kept under them.

    async def get_chat_data(self) -> dict[int, Answers]:
        return {}

    async def get_bot_data(self) -> Answers:
        return {}

    async def get_callback_data(self) -> None:
        return None

    async def update_chat_data(self, chat_id: int, data: Answers) -> None: ...
    async def update_bot_data(self, data: Answers) -> None: ...
    async def update_callback_data(self, data: Any) -> None: ...
    async def drop_chat_data(self, chat_id: int) -> None: ...
    async def drop_user_data(self, user_id: int) -> None: ...
    async def refresh_user_data(self, user_id: int, user_data: Answers) -> None: ...
    async def refresh_chat_data(self, chat_id: int, chat_data: Answers) -> None: ...
    async def refresh_bot_data(self, bot_data: Answers) -> None: ...
    async def flush(self) -> None: ...


class DurableApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application whose updates are on the disk when they count as handled."""

    def __init__(self, *, store: Store, **settings: Any) -> None:
        super().__init__(**settings)
        self._store = store

    async def process_bodies(self, bodies: Sequence[bytes]) -> None:
        """Handles the updates and saves all they changed in one commit; a repeat does nothing."""
        updates = {u.update_id: u for u in (self._parsed(body) for body in bodies)}
        for update_id in await self._store.seen(updates):
            del updates[update_id]
        units = [(update_id, await self._handled(u)) for update_id, u in updates.items()]
        await self.update_persistence()
        cast("Persistence", self.persistence).end()
        if units:
            await self._store.save(units)

    def _parsed(self, body: bytes) -> Update:
        return Update.de_json(json.loads(body), self.bot)

    async def _handled(self, update: Update) -> Unit:
        person = cast("User", update.effective_user).id
        answers = self.user_data.get(person, {})
        unit = cast("Persistence", self.persistence).begin(person, answers)
        await self.process_update(update)
        return unit

    async def process_error(self, update: object, error: Exception, *_: Any) -> NoReturn:
        """A failed update is not saved."""
        raise error


class Offline(BaseRequest):
    """The network is not measured: the bot only learns its own name."""

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None: ...
    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if not url.endswith("/getMe"):
            raise RuntimeError("the benchmark sends nothing")
        me = {"id": 1, "is_bot": True, "first_name": "哨到", "username": "benchmark_bot"}
        return 200, json.dumps({"ok": True, "result": me}).encode()


def application(
    store: Store, request: BaseRequest, bot_token: str, base_url: str
) -> DurableApplication:
    """The conversation with this store, for a bot that reaches Telegram by `request`."""
    builder = Application.builder().application_class(DurableApplication, {"store": store})
    builder = builder.token(bot_token).base_url(base_url).request(request)
    builder = builder.get_updates_request(Offline()).persistence(Persistence(store))
    made = builder.updater(None).job_queue(None).build()
    made.add_handler(_conversation())
    return cast("DurableApplication", made)


def _conversation() -> ConversationHandler[Context]:
    text = filters.TEXT & ~filters.COMMAND
    with warnings.catch_warnings():
        # It warns that presses are followed per person, not per message: this is meant.
        warnings.simplefilter("ignore", PTBUserWarning)
        return ConversationHandler(
            entry_points=[CommandHandler("report", start), MessageHandler(text, start)],
            states={
                "what": [MessageHandler(text, what)],
                "place": [MessageHandler(text, place)],
                "category": [CallbackQueryHandler(category, "^category:")],
                "photo": [MessageHandler(text, photo)],
                "confirm": [CallbackQueryHandler(confirm, "^confirm:")],
            },
            fallbacks=[],
            per_chat=False,
            name="report",
            persistent=True,
        )
