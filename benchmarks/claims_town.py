"""The claim storm's town: a district, its members in one group, and a task with free slots.

What every process of the storm presses on, whoever drives it (claims.py, claims_sending.py).
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks import updates
from benchmarks.house import ACCOUNT, CHANNEL, SENDER
from bot import decisions, keys, sample, settings
from bot.channels.base import TELEGRAM
from bot.clock import Clock
from bot.demo.stage import MORNING
from bot.dispatch import Dispatch, Scope
from governance.people import Member
from governance.policy import Policy
from governance.tasks import Kind, Task
from handlers.tasks.common import CARD
from handlers.tasks.organizing import add_shift
from handlers.turn import Post, Turn
from storage import org
from storage.database import connect
from storage.lanes import lanes
from storage.migrating import migrate
from storage.people import accounts, load_speakers, people

SLOTS = 50
GROUP = -1001
SECOND = 1.0  # in which everybody presses
FIRST = 101  # the Telegram id of the first of the sample district's own people


def prepare_with_key(folder: Path, url: str, presses: int) -> int:
    """The same in a process that has no key yet: it is the folder's, for the workers too."""
    keys.throwaway(folder)
    return prepare(url, presses)


def prepare(url: str, presses: int) -> int:
    """A migrated database with the sample district, so many volunteers in the members' group,
    and a task that is about to be posted there. Returns the shift."""
    config = settings.load(None)
    policy = decisions.policy(config, decisions.categories())
    migrate(url)
    engine = connect(url)
    with engine.begin() as conn:
        ids = sample.load(conn, policy, policy.local_date(MORNING))
        chats = {key: str(chat) for chat, key in enumerate(ids, FIRST)}
        users = {chat: ids[key] for key, chat in chats.items()}
        sample.bind(conn, users, CHANNEL, ACCOUNT, "zh_CN", str(GROUP))
        _volunteers(conn, presses)
        shift_id = _task(conn, policy, chats[sample.COMMUNITY.key])
    engine.dispose()
    return shift_id


def _volunteers(conn: Connection, count: int) -> None:
    """People who have written to the bot before, and are registered."""
    rows = [(n, 10_000 + n, str(updates.account(n))) for n in range(count)]
    conn.execute(
        insert(people),
        [
            {"id": i, "name": f"志愿者{n}", "member": Member.VOLUNTEER, "skills": []}
            for n, i, _ in rows
        ],
    )
    conn.execute(
        insert(lanes),
        [
            {
                "key": f"{SENDER}/{chat}",
                "sender": SENDER,
                "kind": "private",
                "chat": chat,
                "next_free_at": 1.0,
            }
            for _n, _i, chat in rows
        ],
    )
    conn.execute(
        insert(accounts),
        [
            {
                "channel": CHANNEL,
                "bot": ACCOUNT,
                "external": chat,
                "person_id": i,
                "lane": f"{SENDER}/{chat}",
                "language": "zh_CN",
            }
            for _n, i, chat in rows
        ],
    )


def _task(conn: Connection, policy: Policy, officer_chat: str) -> int:
    """Published by the community; its card is posted when the bot begins to send."""
    (officer,) = load_speakers(conn, [(CHANNEL, ACCOUNT, officer_chat)]).values()
    scope, post = Scope(conn), Post()
    turn = Turn(officer, MORNING, policy, scope.open, post)
    area = org.by_code(turn.db, "QH-LL-CH")
    task = Task("周六清扫", "翠湖广场", area.id, officer.person_id, Kind.ONCE, 3, SLOTS, MORNING)
    turn.db.add(task)
    turn.db.flush()
    day = MORNING.replace(day=28, hour=1, minute=0)
    shift = add_shift(turn, task, day, day.replace(hour=3))
    turn.db.flush()
    post.show_in_group(CARD, task.id, f"{SENDER}/{GROUP}", "zh_CN")
    shift_id = shift.id
    scope.keep()
    Dispatch(policy, Clock(MORNING), {SENDER: TELEGRAM}).settle(conn, [(post, MORNING)])
    return shift_id


def press(person: int, shift_id: int) -> bytes:
    """A tap on the card in the group, as the Bot API delivers it."""
    user = {
        "id": updates.account(person),
        "is_bot": False,
        "first_name": f"志愿者{person}",
        "language_code": "zh-hans",
    }
    chat = {"id": GROUP, "type": "supergroup", "title": "翠湖党员志愿者群"}
    query = {
        "id": str(4_000_000_000_000_000_000 + person),
        "from": user,
        "message": {"message_id": 1, "chat": chat, "date": 1_795_406_400, "text": "🙋"},
        "chat_instance": "1",
        "data": f"tasks.claim:{shift_id}",
    }
    return json.dumps({"update_id": person + 1, "callback_query": query}).encode()
