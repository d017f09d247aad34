"""What every act in a whistle needs: load, who may, how it is called, whom it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.authority import Power
from governance.refused import Refused
from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from governance.whistles import (
    ABOVE,
    GOING,
    GONE,
    TABLE,
    UNIT_TABLE,
    Act,
    By,
    Kind,
    Level,
    Role,
    UnitState,
    WhistleState,
)
from handlers import authority
from handlers.message import Card, Choice
from handlers.turn import Kind as Urgency
from handlers.turn import Turn
from handlers.words import Name, Text, Words, _, line
from storage import callings, groups, responders, whistles
from storage.responders import Officer

WHISTLE = "whistles.whistle"  # the whistler's; subject: the whistle
REVIEW = "whistles.review"  # before it is blown, or after an emergency; subject: the whistle
UNIT = "whistles.unit"  # a unit's; subject: its call, like those below
GROUP = "whistles.group"
BEHIND = "whistles.behind"  # for street and centre: this unit does not come
RULING = "whistles.ruling"
JUDGE = "whistles.judge"
BUNDLE = "whistles.bundle"  # many at once; subject: the person

OF_A_CALL = (UNIT, GROUP, BEHIND, RULING, JUDGE)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A whistle and its units, locked."""

    whistle: Whistle
    calls: list[UnitCall]

    def call(self, call_id: int) -> UnitCall:
        return next(call for call in self.calls if call.id == call_id)

    @property
    def staying(self) -> list[UnitCall]:
        """Those that have not left it."""
        return [call for call in self.calls if call.state not in GONE]


def load(turn: Turn, whistle_id: int) -> Scene:
    """The whistle as it is now. Raises `Refused("no_such_whistle")`."""
    found = whistles.lock(turn.db, whistle_id)
    if found is None:
        raise Refused("no_such_whistle")
    return Scene(*found)


def load_call(turn: Turn, call_id: int) -> tuple[Scene, UnitCall]:
    """One unit's part as it is now, with the whistle. Raises `Refused("no_such_whistle")`."""
    known = turn.db.get(UnitCall, call_id)
    if known is None:
        raise Refused("no_such_whistle")
    scene = load(turn, known.whistle_id)
    return scene, scene.call(call_id)


def load_calls(turn: Turn, call_ids: Sequence[int]) -> list[tuple[Scene, UnitCall]]:
    """These units' parts as they are now, each with a scene of these units alone: enough for
    what concerns no other. What is not there is left out."""
    scenes: dict[int, Scene] = {}
    found = callings.lock_calls(turn.db, call_ids)
    for whistle, call in found:
        scenes.setdefault(whistle.id, Scene(whistle, [])).calls.append(call)
    return [(scenes[whistle.id], call) for whistle, call in found]


def save(turn: Turn, *scenes: Scene) -> None:
    """All of it is in the database, and every live card of it shows the present state."""
    whistles.record_all(turn.db, [(scene.whistle, scene.calls) for scene in scenes])
    for scene in scenes:
        turn.post.refresh(scene.whistle.id, (WHISTLE, REVIEW))


def refresh(turn: Turn, call: UnitCall) -> None:
    turn.post.refresh(call.id, OF_A_CALL)


# ── who may ──────────────────────────────────────────────────────────────────


def by_for(turn: Turn, act: Act, scene: Scene, call: UnitCall | None = None) -> By:
    """As what the speaker does this. Refused to whoever may not, before anything is shown or
    asked, and to a unit whose whistle is not blown yet or over."""
    rule = (UNIT_TABLE if call is not None else TABLE)[act]
    me, whistle = turn.speaker, scene.whistle
    role = next((r for r in rule.by if _is(turn, r, scene, call)), None)
    if role is None and call is not None:
        raise Refused("not_your_call", act=act, unit=call.unit_name)
    if role is None:
        raise Refused("not_your_whistle", act=act, number=whistle.number, whistler=whistle.by_name)
    if call is not None and whistle.state is WhistleState.REVIEW:
        raise Refused("not_blown", number=whistle.number)
    if call is not None and act not in _AFTERWARDS and whistle.state not in GOING:
        raise Refused("whistle_moved_on", number=whistle.number)
    return By(role, me.person_id, me.name)


_AFTERWARDS = frozenset({Act.RATE_UNIT, Act.RATE_WHISTLE})


def _is(turn: Turn, role: Role, scene: Scene, call: UnitCall | None) -> bool:
    whistle = scene.whistle
    if role is Role.UNIT:
        units = [call] if call is not None else scene.staying
        return any(answers_for(turn, one) for one in units if call is not None or one.lead)
    power = _POWERS.get(role)
    if role is Role.WHISTLER:
        power = Power(whistle.power)
    return power is not None and authority.may(turn, power, area_id=whistle.area_id)


_POWERS = {
    Role.REVIEWER: Power.REVIEW_WHISTLE,
    Role.SUPERIOR: Power.END_WHISTLE,
    Role.DISTRICT: Power.RULE_REFUSAL,
}


def answers_for(turn: Turn, call: UnitCall) -> bool:
    """Whether the speaker may answer for the unit: by a post there, or because they were asked."""
    if authority.may(turn, Power.ANSWER_WHISTLE, unit_id=call.unit_id):
        return True
    me = turn.speaker.person_id
    outside = {level.value for level in ABOVE}
    asked = whistles.involved(turn.db, call.id)
    return any(one.person_id == me and one.level not in outside for one in asked)


def runs(turn: Turn, scene: Scene) -> bool:
    """Whether the speaker may do what the whistler may."""
    return _is(turn, Role.WHISTLER, scene, None)


# ── whom it tells ────────────────────────────────────────────────────────────


def urgency(whistle: Whistle) -> Urgency:
    return "alarm" if whistle.emergency else "alert"


def when_heard(turn: Turn, whistle: Whistle) -> datetime | None:
    """When officers hear of it: an emergency at once, all else in office hours. None: now."""
    if whistle.emergency:
        return None
    at = turn.policy.work.next_open(turn.now)
    return at if at > turn.now else None


def tell(turn: Turn, whistle: Whistle, person_id: int, text: Text, *choices: Choice) -> None:
    """A line for an officer."""
    card = Card(text, choices)
    release = when_heard(turn, whistle)
    kind: Urgency = "alarm" if whistle.emergency else "notice"
    turn.post.to(person_id, card, kind=kind, release_at=release)


def put_before(turn: Turn, view: str, subject: int, person_id: int, whistle: Whistle) -> None:
    """A card that asks for an act, as a new message."""
    turn.post.show(
        view,
        subject,
        person_id,
        kind=urgency(whistle),
        fresh=True,
        release_at=when_heard(turn, whistle),
    )


def ask_whistler(turn: Turn, scene: Scene) -> None:
    """The whistler's card comes as a new message: something has to be decided."""
    put_before(turn, WHISTLE, scene.whistle.id, scene.whistle.by_id, scene.whistle)


def show_groups(turn: Turn, calls: Sequence[UnitCall]) -> None:
    """The groups bound to the units have their live cards."""
    by_unit = {call.unit_id: call for call in calls}
    for group in groups.of_units(turn.db, list(by_unit)):
        call = by_unit[group.unit_id or 0]
        turn.post.show_in_group(GROUP, call.id, group.lane, group.language)


def ask_for_ruling(turn: Turn, scene: Scene, call: UnitCall) -> None:
    """The district's desk has the unit's refusal before it, and decides."""
    desk = officer_at(turn, scene.whistle, Level.CENTRE)
    if desk is not None:
        put_before(turn, RULING, call.id, desk.person_id, scene.whistle)


# ── how it is called ─────────────────────────────────────────────────────────


def kind_name(turn: Turn, whistle: Whistle) -> Text:
    return name_of(turn.policy.whistles.get(whistle.kind), whistle.kind)


def name_of(kind: Kind | None, code: str) -> Name:
    return Name(kind.name_zh, kind.name_en) if kind else Name(code, code)


def sign(whistle: Whistle) -> str:
    return "🚨" if whistle.emergency else "📣"


def title(turn: Turn, whistle: Whistle) -> Text:
    """Sign, kind and place, in one line."""
    kind = line(sign(whistle), kind_name(turn, whistle), separator=" ")
    return line(kind, whistle.place)


def whistler_of(whistle: Whistle) -> Words:
    return _("blown by {name}", name=whistle.by_name)


def names_of(calls: list[UnitCall]) -> list[str]:
    return [call.unit_name for call in calls]


def open_calls(scene: Scene) -> list[UnitCall]:
    """Units that are still expected to do something."""
    return [call for call in scene.staying if call.state is not UnitState.DONE]


def officer_at(turn: Turn, whistle: Whistle, level: Level, unit_id: int = 0) -> Officer | None:
    """Who stands at this step of the ladder now: of the unit, or above the place."""
    path = areas_of(whistle)
    return responders.officer_at(turn.db, level, unit_id, path, turn.now, turn.policy.work)


def areas_of(whistle: Whistle) -> list[int]:
    """The areas the whistle's place lies in, from the district down."""
    return [int(part) for part in whistle.path.split("/") if part]
