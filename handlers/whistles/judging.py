"""Both sides judge: the whistler each unit, each unit the whistle."""

from __future__ import annotations

from governance.refused import Refused
from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import Act, UnitState
from handlers.message import Card, Choice
from handlers.registry import choice, conversation, view
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.common import (
    JUDGE,
    answers_for,
    by_for,
    load,
    load_call,
    refresh,
    runs,
    save,
    title,
)
from handlers.words import Words, _, line, lines

SPEED: dict[int, Words] = {3: _("Quick"), 2: _("In time"), 1: _("Slow")}
QUALITY: dict[int, Words] = {3: _("Good"), 2: _("It will do"), 1: _("Bad")}
NEEDED: dict[int, Words] = {3: _("Needed"), 2: _("One could argue"), 1: _("Not needed")}
CLEAR: dict[int, Words] = {3: _("Clear"), 2: _("More or less clear"), 1: _("Not clear")}


def _options(words: dict[int, Words]) -> list[Option]:
    return [Option(str(value), label) for value, label in words.items()]


@choice("whistles.judge")
def judge(_turn: Turn, whistle_id: int, _arg: str) -> Start:
    return Start("judge_units", {"whistle": whistle_id})


@conversation("judge_units", act=True)
def judge_talk(talk: Talk, turn: Turn) -> None:
    """Two taps a unit: how quick, how well."""
    scene = load(turn, talk.given("whistle"))
    if not runs(turn, scene):
        raise Refused("not_your_whistle", number=scene.whistle.number)
    judged = talk.recall(
        "units", lambda: [c.id for c in scene.calls if c.state is UnitState.DONE and not c.speed]
    )
    found = []
    for call in (scene.call(call_id) for call_id in judged):
        name = call.unit_name
        speed = talk.choose(f"speed.{call.id}", _("{unit}: how quick?", unit=name), _options(SPEED))
        quality = talk.choose(
            f"quality.{call.id}", _("{unit}: and the result?", unit=name), _options(QUALITY)
        )
        found.append((call, int(speed), int(quality)))
    for call, speed_, quality_ in found:
        by = by_for(turn, Act.RATE_UNIT, scene, call)
        call.rate(by, speed_, quality_, turn.now)
    save(turn, scene)
    talk.say(_("Thank you. It counts in the units’ figures, which they can see."))


@view(JUDGE)
def judge_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """The whistle is over; was it needed, was it clear?"""
    call = turn.db.get(UnitCall, call_id, populate_existing=True)
    if call is None:
        return None
    whistle = turn.db.get_one(Whistle, call.whistle_id, populate_existing=True)
    rated = line(NEEDED[call.needed], CLEAR[call.clear]) if call.needed else ""
    text = lines(
        title(turn, whistle),
        _("It is over; thank you. Was this whistle needed, and was it clear?"),
        rated,
        whistle.number,
    )
    open_ = answers_for(turn, call) and not call.needed
    choices = (Choice(_("Judge this whistle"), f"whistles.rate:{call.id}"),) if open_ else ()
    return Card(text, choices)


@choice("whistles.rate")
def rate(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("rate_whistle", {"call": call_id})


@conversation("rate_whistle", act=True)
def rate_talk(talk: Talk, turn: Turn) -> None:
    """Two taps about the whistle."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.RATE_WHISTLE, scene, call)
    needed = talk.choose("needed", _("Was the whistle needed?"), _options(NEEDED))
    clear = talk.choose("clear", _("Was it clear what to do?"), _options(CLEAR))
    call.rate_whistle(by, int(needed), int(clear), turn.now)
    save(turn, scene)
    refresh(turn, call)
    talk.say(_("Thank you. It counts in the figures of whoever blew it."))
