"""The whistler's card: every unit's state and clock at a glance, and what may be done now."""

from __future__ import annotations

from governance.whistlefile import Whistle
from governance.whistles import UnitState, WhistleState
from handlers.message import Card, Choice
from handlers.registry import choice, view
from handlers.turn import Turn
from handlers.whistles.common import (
    BEHIND,
    UNIT,
    WHISTLE,
    Scene,
    answers_for,
    kind_name,
    load_call,
    runs,
    title,
)
from handlers.whistles.reached import not_reached
from handlers.whistles.states import (
    common_due,
    lead_name,
    photos,
    report_by,
    result_by,
    roll_call,
    row,
    stand,
)
from handlers.words import Text, _, line, lines
from storage import whistles

_S = UnitState

# ── the whistler ─────────────────────────────────────────────────────────────


@view(WHISTLE)
def whistle_card(turn: Turn, whistle_id: int, _again: bool) -> Card | None:
    """Every unit's state and clock at a glance, and what the whistler may do now."""
    whistle = turn.db.get(Whistle, whistle_id, populate_existing=True)
    if whistle is None:
        return None
    scene = Scene(whistle, whistles.calls_of(turn.db, whistle_id))
    lost = not_reached(turn, scene.calls)
    text = lines(
        title(turn, whistle),
        line(stand(whistle), result_by(whistle), report_by(scene)),
        f"“{whistle.text}”",
        roll_call(scene),
        _("Meet: {place}", place=whistle.meet) if whistle.meet else "",
        photos(turn, "whistle", whistle.id),
        *(lines(row(call, due=common_due(scene)), lost.get(call.id, "")) for call in scene.calls),
        _("{unit} says: {words}", unit=lead_name(scene), words=whistle.conclusion)
        if whistle.concluded_at
        else "",
        whistle.number,
    )
    return Card(text, _whistlers_choices(turn, scene))


def _whistlers_choices(turn: Turn, scene: Scene) -> tuple[Choice, ...]:
    whistle, on = scene.whistle, scene.whistle.id
    if not runs(turn, scene):
        return ()
    if whistle.state is WhistleState.CONCLUDED:
        return (
            Choice(_("Yes, it is done"), f"whistles.accept:{on}"),
            Choice(_("Not done"), f"whistles.send_back:{on}"),
        )
    if whistle.state is WhistleState.BLOWN:
        calls = [c for c in scene.calls if c.needs_call and c.state is _S.CALLED]
        return (
            *(
                Choice(_("Telephoned {unit}", unit=c.unit_name), f"whistles.phoned:{c.id}")
                for c in calls[:6]
            ),
            Choice(_("Ask for volunteers"), f"tasks.from_whistle:{on}"),
            Choice(_("Change something"), f"whistles.change:{on}"),
        )
    if whistle.state is WhistleState.ENDED and any(
        c.state is _S.DONE and not c.speed for c in scene.calls
    ):
        return (Choice(_("Judge the units"), f"whistles.judge:{on}"),)
    if whistle.state is WhistleState.REVIEW:
        return (Choice(_("Take it back"), f"whistles.change:{on}"),)
    return ()


# ── looking at one ───────────────────────────────────────────────────────────


@choice("whistles.show")
def show_call(turn: Turn, call_id: int, _arg: str) -> None:
    """One unit's part, as far as the speaker has to do with it."""
    scene, call = load_call(turn, call_id)
    if answers_for(turn, call):
        turn.post.show(UNIT, call.id, turn.speaker.person_id, kind="reply", fresh=True)
    elif runs(turn, scene):
        turn.post.show(BEHIND, call.id, turn.speaker.person_id, kind="reply", fresh=True)
    else:
        _none_of_theirs(turn)


@choice("whistles.open")
def show_whistle(turn: Turn, whistle_id: int, _arg: str) -> None:
    """The whole whistle, for whoever may run it."""
    whistle = turn.db.get(Whistle, whistle_id)
    if whistle is not None and runs(turn, Scene(whistle, [])):
        turn.post.show(WHISTLE, whistle.id, turn.speaker.person_id, kind="reply", fresh=True)
    else:
        _none_of_theirs(turn)


def _none_of_theirs(turn: Turn) -> None:
    turn.post.reply(
        Card(_("This whistle is not for you to see. Send “whistles” for those that are."))
    )


def headline(turn: Turn, whistle: Whistle) -> Text:
    """One line of a list."""
    return line(kind_name(turn, whistle), whistle.place, stand(whistle))
