"""What there is to do, and what one has claimed; reminders on and off."""

from __future__ import annotations

from governance.org import PostKind
from governance.refused import Refused
from governance.tasks import Shift, Task
from handlers import authority
from handlers.message import Card, Choice
from handlers.registry import choice, command
from handlers.tasks.common import DESK, MINE, Desk, title
from handlers.turn import Turn
from handlers.words import Words, _, line, lines
from storage import claims, org, tasks

MOST_LISTED = 8


@command("mytasks", menu=_("My tasks"), also=("我的任务", "我的认领", "my tasks", "我的班次"))
def my_tasks(turn: Turn) -> None:
    """A card for each thing the speaker has claimed; what they organize besides."""
    me = turn.speaker.person_id
    for _claim, shift in claims.coming_of(turn.db, me, MOST_LISTED):
        turn.post.show(MINE, shift.id, me, kind="reply", fresh=True)
    for shift in tasks.organized_by(turn.db, me, MOST_LISTED):
        turn.post.show(DESK, shift.id, me, kind="reply", fresh=True)
    if not turn.post.items:
        more = (Choice(_("What is open"), "menu:0:tasks"),)
        turn.post.reply(Card(_("You have claimed nothing at the moment."), more))


@command("tasks", menu=_("Volunteer tasks"), also=("志愿任务", "任务", "志愿活动", "tasks"))
def open_tasks(turn: Turn) -> None:
    """What can be claimed where the speaker lives or serves; nearest in time first."""
    found = tasks.open_in(turn.db, _areas(turn), turn.now, MOST_LISTED)
    if not found:
        turn.post.reply(Card(_("Nothing is open near you just now. New tasks come in your group.")))
        return
    rows, taps = [], []
    for shift in found:
        task = turn.db.get_one(Task, shift.task_id)
        count = _("claimed {taken}/{slots}", taken=shift.taken, slots=shift.slots)
        rows.append(line("·", title(turn, Desk(task, shift)), task.place, count, separator=" "))
        taps.append(
            Choice(
                line(task.title, _short(turn, task, shift), separator=" "), f"tasks.look:{shift.id}"
            )
        )
    turn.post.reply(Card(lines(_("Open now:"), *rows), tuple(taps)))


def _short(turn: Turn, task: Task, shift: Shift) -> Words:
    start = shift.starts_at.astimezone(turn.policy.zone)
    return _("{month}/{day}", month=start.month, day=start.day)


@choice("tasks.look")
def look(turn: Turn, shift_id: int, _arg: str) -> None:
    if turn.db.get(Shift, shift_id) is None:
        raise Refused("no_such_task")
    turn.post.show(MINE, shift_id, turn.speaker.person_id, kind="reply", fresh=True)


def _areas(turn: Turn) -> list[int]:
    """The way up from the speaker's home, and the communities they serve in; everywhere for
    whoever has neither."""
    found = set(org.path_of_person(turn.db, turn.speaker.person_id))
    for post in authority.held(turn):
        found |= set(post.areas.values()) if post.kind is not PostKind.ADMINISTRATOR else set()
    return sorted(found)


@choice("tasks.quiet")
def be_quiet(turn: Turn, shift_id: int, _arg: str) -> None:
    _reminders(turn, shift_id, on=True, said=_("No more reminders. What changes you still hear."))


@choice("tasks.loud")
def be_loud(turn: Turn, shift_id: int, _arg: str) -> None:
    _reminders(turn, shift_id, on=False, said=_("You are reminded again."))


def _reminders(turn: Turn, shift_id: int, *, on: bool, said: Words) -> None:
    claims.set_quiet(turn.db, turn.speaker.person_id, on=on)
    turn.post.toast = said
    turn.post.show(MINE, shift_id, turn.speaker.person_id, kind="reply")
