"""Somebody under 14 writes: a grown-up has to be there, and nothing of the words is kept."""

from __future__ import annotations

from governance.privacy import says_under_14
from handlers.humans import CHOICE
from handlers.message import Card, Choice
from handlers.registry import Moment, choice, follow
from handlers.turn import Turn
from handlers.words import _, lines
from storage import privacy


def heard(turn: Turn, said: str) -> bool:
    """Whether a child wrote, who was then asked for a grown-up.

    Whoever calls it keeps nothing of what was said, and ends the conversation it was said in.
    Danger and "human" are answered before.
    """
    if says_under_14(said):
        privacy.mark_minor(turn.db, turn.speaker.person_id, turn.now)
        follow(Moment.CONSENTED, turn, turn.speaker.person_id)
    elif not turn.speaker.minor:
        return False
    text = lines(
        _("Good that you look after things. You are under 14, so a grown-up writes with you."),
        _("Nothing you wrote was kept. Fetch somebody at home, then tap “A grown-up is here”."),
        _("If you are alone or afraid, tap “Speak with a person”. In danger call 110."),
    )
    here = Choice(_("A grown-up is here"), "minors.grown_up:0")
    turn.post.reply(Card(text, (here, Choice(_("Speak with a person"), CHOICE))))
    return True


@choice("minors.grown_up")
def grown_up(turn: Turn, _subject: int, _arg: str) -> None:
    """A parent or another grown-up writes from now on, and answers for it."""
    privacy.grown_up(turn.db, turn.speaker.person_id)
    text = lines(
        _("Thank you. From here on it counts as the grown-up's report."),
        _("What is wrong, and where? Type it, say it, or send a photo."),
    )
    turn.post.reply(Card(text))
