"""A higher level looks at a whistle: before it is blown, or after an emergency."""

from __future__ import annotations

from governance.whistles import CLOCK, Act, By, Level, Role, WhistleState
from handlers.registry import Due, choice, conversation, tick
from handlers.talk.answers import Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whistles.blowing import call_all
from handlers.whistles.common import (
    REVIEW,
    UNIT,
    Scene,
    ask_whistler,
    by_for,
    load,
    officer_at,
    open_calls,
    put_before,
    refresh,
    save,
    tell,
)
from handlers.whistles.concluding import after_a_unit
from handlers.words import When, _, lines, listed
from storage import whistles


@choice("whistles.approve")
def approve(turn: Turn, whistle_id: int, _arg: str) -> None:
    scene = load(turn, whistle_id)
    by = by_for(turn, Act.APPROVE, scene)
    scene.whistle.approve(by, turn.now)
    more = call_all(turn, scene)
    turn.post.toast = _("Blown: every unit has been called.")
    turn.post.show(REVIEW, whistle_id, turn.speaker.person_id, kind="reply")
    told = _("{name} has said yes: the whistle is blown.", name=by.name)
    tell(turn, scene.whistle, scene.whistle.by_id, lines(told, *more, scene.whistle.number))


@choice("whistles.decline")
def decline(_turn: Turn, whistle_id: int, _arg: str) -> Start:
    return Start("decline_whistle", {"whistle": whistle_id})


@conversation("decline_whistle", act=True, of_dangers=True)
def decline_talk(talk: Talk, turn: Turn) -> None:
    """Not blown; the whistler reads why and what is better."""
    scene = load(turn, talk.given("whistle"))
    by = by_for(turn, Act.DECLINE, scene)
    question = _(
        "{place}: why not, and what is better? One line for the whistler.",
        place=scene.whistle.place,
    )
    reason = talk.ask("reason", question, Text(2, 200)).text
    scene.whistle.decline(by, reason, turn.now)
    scene.whistle.words_until = turn.now + turn.policy.retention
    for call in scene.calls:
        call.release(By(Role.SUPERIOR, by.person_id, by.name), reason, turn.now)
    save(turn, scene)
    told = _("{name} has not let it be blown: {reason}", name=by.name, reason=reason)
    tell(turn, scene.whistle, scene.whistle.by_id, lines(told, scene.whistle.number))
    talk.say(_("{name} has been told.", name=scene.whistle.by_name))


@choice("whistles.justified")
def justified(turn: Turn, whistle_id: int, _arg: str) -> None:
    _looked_at(turn, whistle_id, justified=True)


@choice("whistles.unjustified")
def unjustified(turn: Turn, whistle_id: int, _arg: str) -> None:
    _looked_at(turn, whistle_id, justified=False)


def _looked_at(turn: Turn, whistle_id: int, *, justified: bool) -> None:
    scene = load(turn, whistle_id)
    by = by_for(turn, Act.REVIEW, scene)
    scene.whistle.review(by, turn.now, justified=justified)
    save(turn, scene)
    turn.post.toast = _("Noted; it counts in the whistler’s figures.")
    turn.post.show(REVIEW, whistle_id, turn.speaker.person_id, kind="reply")


# ── the clock ────────────────────────────────────────────────────────────────


def handle(turn: Turn, whistle_id: int) -> None:
    """Does the one thing that is due about a whistle; what is no longer due is left alone."""
    scene = load(turn, whistle_id)
    act = scene.whistle.due_act(turn.now)
    if act is None:
        return
    ticking = any(call.next_at is not None for call in scene.staying)
    if scene.whistle.state is WhistleState.BLOWN and not ticking:
        _last_word(turn, scene)
    elif act is Act.ASK:
        _ask_again(turn, scene)
    elif act is Act.DUE_SOON:
        scene.whistle.warn(turn.now)
        save(turn, scene)
        _remind_units(turn, scene)
    elif act is Act.OVERDUE:
        _overdue(turn, scene)


def _last_word(turn: Turn, scene: Scene) -> None:
    """Nobody is at it any more: whoever leads is asked for the last word, or it is over."""
    scene.whistle.next_at = None
    lead = next((call for call in scene.staying if call.lead), None)
    after_a_unit(turn, scene, lead or scene.calls[0], CLOCK)


def _ask_again(turn: Turn, scene: Scene) -> None:
    """The reviewer, from the second time on the district; the whistler for their yes."""
    whistle = scene.whistle
    times = whistle.ask(turn.now, turn.policy.work)
    save(turn, scene)
    if whistle.state is WhistleState.CONCLUDED:
        ask_whistler(turn, scene)
        return
    level = Level.STREET if times == 1 else Level.CENTRE
    reviewer = officer_at(turn, whistle, level) or officer_at(turn, whistle, Level.CENTRE)
    if reviewer is not None:
        put_before(turn, REVIEW, whistle.id, reviewer.person_id, whistle)


def _remind_units(turn: Turn, scene: Scene) -> None:
    whistle = scene.whistle
    for call in open_calls(scene):
        if call.officer_id is None or call.reported_in_at is None:
            continue
        text = _(
            "{place} is to be done by {when}.", place=whistle.place, when=When(whistle.result_due)
        )
        tell(turn, whistle, call.officer_id, lines(text, whistle.number))


def _overdue(turn: Turn, scene: Scene) -> None:
    """The whistler and the district read who is not done."""
    whistle = scene.whistle
    whistle.overdue(turn.now)
    left = open_calls(scene)
    save(turn, scene)
    text = lines(
        _(
            "{place} was to be done by {when}, and is not. Still at it: {units}.",
            place=whistle.place,
            when=When(whistle.result_due),
            units=listed(*(call.unit_name for call in left)),
        ),
        whistle.number,
    )
    tell(turn, whistle, whistle.by_id, text)
    desk = officer_at(turn, whistle, Level.CENTRE)
    if desk is not None and desk.person_id != whistle.by_id:
        tell(turn, whistle, desk.person_id, text)
    for call in left:
        refresh(turn, call)
        if call.officer_id is not None and call.reported_in_at is not None:
            put_before(turn, UNIT, call.id, call.officer_id, whistle)


tick(Due("whistles", whistles.due, handle, whistles.NEXT_DUE))
