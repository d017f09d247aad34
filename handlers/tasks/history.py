"""What is kept about somebody's volunteer work, for nobody but them."""

from __future__ import annotations

from governance.tasks import Task
from handlers.message import Card, Choice
from handlers.registry import Kept, choice, kept
from handlers.tasks.cards import STATES
from handlers.tasks.common import Desk, title
from handlers.turn import Turn
from handlers.words import _, line, lines
from storage import claims

MOST = 30


@kept
def volunteer_work(_turn: Turn) -> Kept:
    return Kept(choices=(Choice(_("My volunteer work"), "tasks.history:0"),))


@choice("tasks.history")
def history(turn: Turn, _subject: int, _arg: str) -> None:
    """Each claim with its state, hours and reason; the newest first."""
    me = turn.speaker
    rows = [
        line(
            "·",
            title(turn, Desk(turn.db.get_one(Task, shift.task_id), shift)),
            STATES[claim.state],
            _("{minutes} minutes.", minutes=claim.minutes) if claim.minutes else "",
            _("Reason: {words}", words=claim.reason) if claim.reason else "",
            separator=" ",
        )
        for claim, shift in claims.of_person(turn.db, me.person_id, MOST)
    ]
    text = (
        lines(_("Your volunteer work:"), *rows) if rows else _("Nothing of volunteer work is kept.")
    )
    with turn.post.at(me.lane):
        turn.post.reply(Card(text, secret=True))
