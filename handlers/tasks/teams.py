"""A team: its leader claims the seats, and whoever comes along has a claim of their own.

The leader names them, or they check in with the code of the day and say with whom they came. From
then on they are like everybody: checked in, confirmed by the organizer, and paid in points that
are theirs alone. A seat without a name earns nobody anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance import claims as rules
from governance.claims import Claim, ClaimState, Proof
from governance.people import Person
from governance.refused import Refused
from governance.tasks import Shift, Task
from handlers.message import Card, Choice
from handlers.numbers import ask_number, people
from handlers.registry import choice, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.claiming import claim_for
from handlers.tasks.common import MINE, Desk, changed, load, mine, show_mine, tell, title
from handlers.turn import Start, Turn
from handlers.words import Reader, Words, _, lines, listed, render
from storage import claims, membership, org
from storage.rush import Pressed, Rush

TEAMS: dict[str, Words] = {
    "law": _("law team"),
    "health": _("health team"),
    "science": _("science team"),
}
MOST_IN_A_TEAM = 50
_HOW_MANY = _("How many people come, you included? For example: 4 people")


# ── claimed ──────────────────────────────────────────────────────────────────


@choice("tasks.team")
def as_team(turn: Turn, shift_id: int, _arg: str) -> Start:
    if turn.db.get(Shift, shift_id) is None:
        raise Refused("no_such_task")
    if turn.db.get_one(Person, turn.speaker.person_id).member is None:
        raise Refused("needs_volunteer")
    return Start("team", {"shift": shift_id})


@conversation("team", act=True)
def team(talk: Talk, turn: Turn) -> None:
    """A leader claims several slots for a team and names it."""
    shift = turn.db.get(Shift, talk.given("shift"))
    if shift is None:
        raise Refused("no_such_task")
    desk = Desk(turn.db.get_one(Task, shift.task_id), shift)
    options = [Option(code, words) for code, words in TEAMS.items()]
    question = _("Which team is it? Tap one or type its name. You are its leader.")
    said = talk.ask("name", question, Typed(2, 20), options=options)
    name = _team_name(turn, said.text or str(said.value))
    seats = ask_number(talk, "seats", _HOW_MANY, 2, MOST_IN_A_TEAM, people)
    summary = _(
        "{team} with {count} people for {what}?", team=name, count=seats, what=title(turn, desk)
    )
    if talk.confirm("sure", summary, _("Claim")):
        claim_for(turn, shift.id, seats, name)


def _team_name(turn: Turn, said: str) -> str:
    words = TEAMS.get(said)
    reader = Reader(turn.speaker.language, turn.now, turn.policy.zone)
    return render(words, reader) if words else said.replace("\n", " ")[:40]


# ── named by the leader ──────────────────────────────────────────────────────


@choice("tasks.members")
def name_members(turn: Turn, shift_id: int, _arg: str) -> Start:
    _led(turn, load(turn, shift_id))
    return Start("team_members", {"shift": shift_id})


@conversation("team_members", act=True)
def members_talk(talk: Talk, turn: Turn) -> None:
    """Who comes along; each of them is told, and can say that they do not."""
    desk = load(turn, int(talk.given("shift")))
    leader = _led(turn, desk)
    question = lines(
        _("Who comes with you? Type their names with a comma between."),
        _("Each checks in and earns points for themselves; a seat without a name earns none."),
    )
    said = talk.ask("names", question, Typed(1, 400)).text
    wanted = {name: _meant(turn, desk, name) for name in _names(said)}
    able = _able(turn, desk, [one for one in wanted.values() if one is not None])
    brought: list[str] = []
    for name, person_id in wanted.items():
        if person_id in able and leader.seats > 1:
            _bring(turn, desk, leader, person_id)
            brought.append(name)
    changed(turn, desk)
    others = [name for name in wanted if name not in brought]
    talk.say(
        lines(
            _(
                "With you: {names}. They are told, and check in for themselves.",
                names=listed(*brought),
            )
            if brought
            else "",
            _(
                "Not put down: {names}. Not registered as a volunteer, of a name that several have, not free then, or no seat left. On the spot they scan the code and choose your team.",
                names=listed(*others),
            )
            if others
            else "",
        )
    )


def _led(turn: Turn, desk: Desk) -> Claim:
    """The speaker's own team, with a seat that has no name yet. Raises `Refused`."""
    leader = mine(turn, desk.shift)
    if not leader.team or leader.leader_id is not None:
        raise Refused("claim_gone")
    rules.require_seat(leader)
    return leader


_BETWEEN = re.compile(r"[、，,;；\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def _names(said: str) -> list[str]:
    """The names that somebody typed, each once."""
    found = (name.strip() for name in _BETWEEN.split(said))
    return list(dict.fromkeys(name for name in found if name))[:MOST_IN_A_TEAM]


def _meant(turn: Turn, desk: Desk, name: str) -> int | None:
    """The one person of this name: the nearest to the leader where there are several, who are not
    told apart here, as their homes are nobody's business."""
    me = turn.db.get_one(Person, turn.speaker.person_id)
    found = [one for one in membership.volunteers_named(turn.db, name) if one.id != me.id]
    unit = [one for one in found if me.unit_id is not None and one.unit_id == me.unit_id]
    day, area = turn.policy.local_date(turn.now), desk.task.area_id
    near = [one for one in found if area in membership.communities_of(turn.db, one.id, day)]
    nearest = unit or near or found
    return nearest[0].id if len(nearest) == 1 else None


def _able(turn: Turn, desk: Desk, wanted: Sequence[int]) -> set[int]:
    """Those of them who are registered, free at that time, and have no claim here."""
    turn.db.flush()
    pressed = [Pressed(desk.shift.id, person_id, "", "") for person_id in wanted]
    rush = Rush(turn.db.connection(), pressed)
    free = {None, ClaimState.RELEASED}
    found = ((one.person_id, rush.find(one)) for one in pressed)
    return {
        person_id
        for person_id, press in found
        if press is not None and press.registered and press.own in free and press.clash is None
    }


def _bring(turn: Turn, desk: Desk, leader: Claim, person_id: int) -> None:
    before = claims.one(turn.db, desk.shift.id, person_id)
    turn.db.add(rules.bring(desk.shift, leader, person_id, before, turn.now))
    turn.db.flush()
    text = lines(
        _(
            "{name} has put you down with {team}: {what}.",
            name=turn.speaker.name,
            team=leader.team,
            what=title(turn, desk),
        ),
        _(
            "Check in when you are there; the points are yours. If you do not come, give the place back below."
        ),
    )
    tell(turn, person_id, text)
    show_mine(turn, desk.shift.id, person_id)


# ── on the spot ──────────────────────────────────────────────────────────────


def ask_which(turn: Turn, desk: Desk) -> None:
    """Whoever has the code and no claim says with which team they came. Raises `Refused`."""
    teams = _with_seats(turn, desk.shift)
    if not teams:
        raise Refused("claim_gone")
    _require_able(turn, desk)
    names = org.names(turn.db, [leader.person_id for leader in teams])
    taps = tuple(
        Choice(
            _("{team}, with {name}", team=leader.team, name=names.get(leader.person_id) or "—"),
            f"tasks.with:{desk.shift.id}:{leader.place}-{desk.shift.code}",
        )
        for leader in teams
    )
    text = _("You have no place of your own here. With which team did you come?")
    turn.post.reply(Card(text, taps))


def _with_seats(turn: Turn, shift: Shift) -> list[Claim]:
    found = claims.of_shift(turn.db, shift.id)
    return [c for c in found if c.team and c.seats > 1 and c.state in rules.UNSETTLED]


def _require_able(turn: Turn, desk: Desk) -> None:
    """Raises `Refused` for whoever cannot have a claim here, as a press on "claim" would."""
    if turn.speaker.minor:
        raise Refused("under_14")
    me = turn.speaker.person_id
    turn.db.flush()
    pressed = Pressed(desk.shift.id, me, "", "")
    press = Rush(turn.db.connection(), [pressed]).find(pressed)
    if press is None or not press.registered:
        raise Refused("needs_volunteer")
    if press.own not in {None, ClaimState.RELEASED}:
        raise Refused("claim_settled")
    if press.clash is not None:
        raise Refused("shift_overlaps", title=press.clash)


@choice("tasks.with")
def came_along(turn: Turn, shift_id: int, arg: str) -> None:
    """With the code of the day, a seat of the team is theirs, and they are checked in."""
    desk = load(turn, shift_id)
    place, _dash, code = arg.partition("-")
    if code != desk.shift.code:
        raise Refused("wrong_code")
    _require_able(turn, desk)
    teams = _with_seats(turn, desk.shift)
    leader = next((c for c in teams if str(c.place) == place), None)
    if leader is None:
        raise Refused("team_full")
    me = turn.speaker.person_id
    before = claims.one(turn.db, shift_id, me)
    claim = rules.bring(desk.shift, leader, me, before, turn.now)
    rules.arrive(desk.shift, claim, Proof.CODE, turn.policy, turn.now)
    turn.db.add(claim)
    changed(turn, desk)
    text = _(
        "{name} has checked in with your team: {what}.",
        name=turn.speaker.name,
        what=title(turn, desk),
    )
    tell(turn, leader.person_id, text)
    turn.post.show(MINE, shift_id, me, kind="reply", fresh=True)
