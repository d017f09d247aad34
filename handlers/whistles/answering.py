"""What a unit does in a whistle: reports in, arrives, asks for help, refuses, reports a result."""

from __future__ import annotations

from governance.org import metres
from governance.refused import Refused
from governance.unitcalls import UnitCall
from governance.whistles import Act, Level, UnitState
from handlers import files
from handlers.message import Card
from handlers.registry import choice, conversation, replied
from handlers.talk.answers import LOCATION, PHOTO, Option, Text
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.whistles.common import (
    UNIT,
    Scene,
    ask_for_ruling,
    ask_whistler,
    by_for,
    load_call,
    put_before,
    refresh,
    save,
    tell,
)
from handlers.whistles.concluding import after_a_unit
from handlers.words import When, Words, _, lines
from storage import responders, whistles

GROUNDS: dict[str, Words] = {
    "other_unit": _("it belongs to another unit"),
    "other_place": _("it is outside our area"),
    "no_power": _("we have no power to act there"),
    "no_means": _("we do not have the people or means"),
}


def _in_group(turn: Turn) -> bool:
    return turn.event is not None and turn.event.chat.kind == "group"


def _saved(turn: Turn, scene: Scene, call: UnitCall) -> None:
    """All of it stored, every card up to date, and whoever pressed in private has the card."""
    save(turn, scene)
    refresh(turn, call)
    if not _in_group(turn):
        turn.post.show(UNIT, call.id, turn.speaker.person_id, kind="reply")


def _settled(turn: Turn, call: UnitCall, act: Act) -> bool:
    """A second press says what the first one has done; nothing happens twice."""
    done = {
        Act.REPORT_IN: call.state in {UnitState.REPORTED_IN, UnitState.ON_SITE, UnitState.DONE},
        Act.ARRIVE: call.state in {UnitState.ON_SITE, UnitState.DONE},
    }[act]
    if done:
        who = call.officer_name or call.unit_name
        turn.post.toast = _(
            "{name} has reported in for {unit} already.", name=who, unit=call.unit_name
        )
        refresh(turn, call)
    return done


@choice("whistles.in", in_groups=True)
def report_in(turn: Turn, call_id: int, _arg: str) -> None:
    """The unit comes; nobody is chased for it any more."""
    scene, call = load_call(turn, call_id)
    by = by_for(turn, Act.REPORT_IN, scene, call)
    if _settled(turn, call, Act.REPORT_IN):
        return
    call.report_in(by, turn.now, turn.policy.work)
    turn.post.toast = _("Reported in for {unit}; the whistler sees it.", unit=call.unit_name)
    _saved(turn, scene, call)


@choice("whistles.on_site", in_groups=True)
def on_site(turn: Turn, call_id: int, _arg: str) -> Start | None:
    """There. In private the place can be shared once, to say how close."""
    scene, call = load_call(turn, call_id)
    by_for(turn, Act.ARRIVE, scene, call)
    if _settled(turn, call, Act.ARRIVE):
        return None
    if _in_group(turn) or scene.whistle.latitude is None:
        _arrive(turn, scene, call, None)
        return None
    return Start("unit_arrives", {"call": call_id})


@conversation("unit_arrives", act=True)
def arrive_talk(talk: Talk, turn: Turn) -> None:
    """Arrived by a tap, or by a location that is compared and not kept."""
    scene, call = load_call(turn, talk.given("call"))
    by_for(turn, Act.ARRIVE, scene, call)
    question = _(
        "{place}: are you there? A tap is enough. If you share your location once, only how far away it is gets noted.",
        place=scene.whistle.place,
    )
    here = talk.ask("here", question, LOCATION, options=(Option("yes", _("I am there")),))
    _arrive(turn, scene, call, _distance(scene, here))


def _distance(scene: Scene, here: Answer) -> int | None:
    """Metres between the place of the whistle and a shared location; None for a tap."""
    whistle = scene.whistle
    if here.kind != "location" or whistle.latitude is None or whistle.longitude is None:
        return None
    there = (whistle.latitude, whistle.longitude)
    return round(metres(there, (here.value[0], here.value[1])))


def _arrive(turn: Turn, scene: Scene, call: UnitCall, away: int | None) -> None:
    by = by_for(turn, Act.ARRIVE, scene, call)
    call.arrive(by, turn.now, turn.policy.work, away)
    turn.post.toast = _("Noted: {unit} is on site.", unit=call.unit_name)
    _saved(turn, scene, call)


@choice("whistles.still")
def still_at_it(turn: Turn, call_id: int, _arg: str) -> None:
    scene, call = load_call(turn, call_id)
    call.progress(by_for(turn, Act.PROGRESS, scene, call), turn.now, turn.policy.work)
    asked = When(call.next_at or turn.now)
    turn.post.toast = _("Noted. You are asked again {when}.", when=asked)
    _saved(turn, scene, call)


@choice("whistles.join")
def join(turn: Turn, call_id: int, _arg: str) -> None:
    """One more of the unit goes; the unit's answer stays with whoever gave it."""
    scene, call = load_call(turn, call_id)
    call.join(by_for(turn, Act.JOIN, scene, call), turn.now)
    me = turn.speaker
    whistles.involve(turn.db, call.id, me.person_id, me.name, None, turn.now, goes=True)
    turn.post.toast = _("You are down as going too.")
    _saved(turn, scene, call)


@choice("whistles.help")
def need_help(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("need_help", {"call": call_id})


@conversation("need_help", act=True, of_dangers=True)
def help_talk(talk: Talk, turn: Turn) -> None:
    """What is missing; the whistler has it at once."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.HELP, scene, call)
    question = _("{place}: what or who do you need? One line.", place=scene.whistle.place)
    words = talk.ask("words", question, Text(2, 200)).text
    call.need_help(by, words, turn.now, turn.policy.work)
    save(turn, scene)
    refresh(turn, call)
    ask_whistler(turn, scene)
    talk.say(_("{name} has it now and can call more units.", name=scene.whistle.by_name))


@choice("whistles.refuse")
def refuse(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("refuse", {"call": call_id})


@conversation("refuse", act=True, of_dangers=True)
def refuse_talk(talk: Talk, turn: Turn) -> None:
    """ "Not ours": the ground goes to the district, which decides."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.REFUSE, scene, call)
    if call.unfounded:
        raise Refused("designated")
    said = talk.ask(
        "ground",
        _("{asked}: why is it not yours? Tap one or type it.", asked=call.asked_to),
        Text(2, 200),
        options=tuple(Option(code, words) for code, words in GROUNDS.items()),
    )
    ground = said.text or turn.say(GROUNDS[str(said.value)])
    call.refuse(by, ground, turn.now, turn.policy.work)
    save(turn, scene)
    refresh(turn, call)
    ask_for_ruling(turn, scene, call)
    told = _("{unit} says it is not theirs: {ground}", unit=call.unit_name, ground=ground)
    more = _("The district decides; meanwhile you can call another unit.")
    tell(turn, scene.whistle, scene.whistle.by_id, lines(told, more, scene.whistle.number))
    talk.say(
        _("The ground is with the district, which decides. Until then nobody asks you to come.")
    )


@choice("whistles.hand_over")
def hand_over(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("hand_over", {"call": call_id})


@conversation("hand_over", act=True)
def hand_over_talk(talk: Talk, turn: Turn) -> None:
    """A colleague answers for the unit from now on: whoever is on duty now stands first."""
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.HAND_OVER, scene, call)
    known = responders.answerers(turn.db, call.unit_id, turn.now, turn.policy.work)
    others = [o for o in known if o.person_id != call.officer_id]
    if not others:
        talk.say(_("Nobody else holds a post at {unit}; it stays with you.", unit=call.unit_name))
        return
    options = [Option(str(o.person_id), o.name) for o in others[:8]]
    chosen = talk.choose("to", _("Who takes over for {unit}?", unit=call.unit_name), options)
    to = next((o for o in others if str(o.person_id) == chosen), None)
    if to is None:
        raise Refused("no_such_colleague", unit=call.unit_name)
    call.hand_over(by, to.person_id, to.name, turn.now)
    whistles.involve(turn.db, call.id, to.person_id, to.name, Level.DUTY, turn.now)
    save(turn, scene)
    refresh(turn, call)
    put_before(turn, UNIT, call.id, to.person_id, scene.whistle)
    talk.say(_("{name} has it now, on the phone.", name=to.name))


@choice("whistles.result")
def result(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("unit_result", {"call": call_id})


@choice("whistles.conclude")
def last_word(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("last_word", {"call": call_id})


@conversation("unit_result", act=True, of_dangers=True)
def result_talk(talk: Talk, turn: Turn) -> None:
    """What the unit did, in one line and a photo."""
    talk.accepts(PHOTO)
    scene, call = load_call(turn, talk.given("call"))
    by = by_for(turn, Act.RESULT, scene, call)
    question = _("{asked}: what has been done? One line.", asked=call.asked_to)
    words = talk.ask("words", question, Text(2, 300)).text
    if not talk.sent(PHOTO):
        none = Option("skip", _("No photo"))
        talk.ask("photo", _("A photo of it? One is enough."), PHOTO, options=(none,))
    call.finish(by, words, turn.now)
    files.keep(turn, "unitcall", call.id, talk.sent(PHOTO))
    talk.say(after_a_unit(turn, scene, call, by))


@replied(UNIT)
def said_about(turn: Turn, call_id: int, words: str) -> None:
    """A reply to the card is a word to the whistler."""
    scene, call = load_call(turn, call_id)
    call.progress(by_for(turn, Act.PROGRESS, scene, call), turn.now, turn.policy.work)
    save(turn, scene)
    whistle = scene.whistle
    told = _("{unit}: “{words}”", unit=call.unit_name, words=words[:300])
    tell(turn, whistle, whistle.by_id, lines(told, whistle.number))
    turn.post.reply(Card(_("Passed on to {name}.", name=whistle.by_name)))
