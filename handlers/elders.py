"""长辈版: short lines, few choices, large numbers. How it looks is in bot/sending/elders.py."""

from __future__ import annotations

from governance.people import Person
from handlers import welcome
from handlers.message import Card, Choice
from handlers.registry import Kept, choice, command, kept
from handlers.turn import Turn
from handlers.words import _, lines
from storage import withheld

ON = ("长辈版", "长辈模式", "大字", "大字版", "老人模式", "老年人模式", "老年版", "适老版")
OFF = ("标准版", "普通版", "退出长辈版", "关闭长辈版")


@command("elder", menu=_("For elders"), also=ON)
def on(turn: Turn) -> None:
    """What the speaker reads from now on is laid out for old people."""
    _set(turn, turn.speaker.person_id, elder=True)
    text = lines(
        _("It is simpler now: short lines, at most three choices, and time to answer."),
        _("You can type a number or say it in your own words. A voice message is fine too."),
        _("To change back, send “standard”."),
    )
    turn.post.reply(Card(text, welcome.menu()))


@command("standard", menu=_("Standard"), also=OFF)
def off(turn: Turn) -> None:
    """And as for everybody again."""
    _set(turn, turn.speaker.person_id, elder=False)
    text = _("As before again. To make it simpler, send “for elders”.")
    turn.post.reply(Card(text, welcome.menu()))


def _set(turn: Turn, person_id: int, *, elder: bool) -> None:
    turn.db.get_one(Person, person_id).elder = elder


@choice("elders.on")
def switched_on(turn: Turn, _subject: int, _arg: str) -> None:
    on(turn)


@choice("elders.off")
def switched_off(turn: Turn, _subject: int, _arg: str) -> None:
    off(turn)


@choice("elders.more")
def more(turn: Turn, _subject: int, digest: str) -> None:
    """The choices that were not shown at once."""
    found = withheld.find(turn.db.connection(), turn.speaker.lane, digest)
    if not found:
        text = _("Those are no longer there. Send “help” to see what you can do.")
        turn.post.reply(Card(text, welcome.menu()))
        return
    choices = tuple(Choice(label, token) for label, token in found)
    turn.post.reply(Card(_("You can also choose:"), choices))


@kept
def layout(turn: Turn) -> Kept:
    """How what the speaker reads is laid out, and the way to change it."""
    if turn.speaker.elder:
        return Kept(
            _("Laid out for elders: short lines, few choices"),
            (Choice(_("Back to standard"), "elders.off:0"),),
        )
    return Kept("", (Choice(_("Make it simpler, for elders"), "elders.on:0"),))
