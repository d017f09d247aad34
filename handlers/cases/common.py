"""What every act on a case needs: load, authority, and how it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance.casefile import Case
from governance.cases import Actor, Role
from governance.family import shares
from governance.org import PostKind, Rung
from governance.refused import Refused
from governance.roles import actor_of, answering, as_reporter, holds
from handlers.dangers import DANGERS
from handlers.message import Card, Choice
from handlers.turn import Kind, Turn
from handlers.words import Name, Text, Words, _, lines
from storage import cases, digests, family, following, org, responders

WORK, VERDICT = "cases.work", "cases.verdict"
NIGHT_LIST, BRIEF = "night_list", "brief"


@dataclass(frozen=True, slots=True)
class Desk:
    """A case, locked, with the ladder above its place and as what the speaker acts on it."""

    case: Case
    rungs: tuple[Rung, ...]
    by: Actor


def load(turn: Turn, case_id: int) -> Desk:
    """The case as it is now. Raises `Refused("no_such_case")`."""
    case = cases.lock(turn.db, case_id)
    if case is None:
        raise Refused("no_such_case")
    rungs = ladder(turn, case)
    return Desk(case, rungs, acting(turn, case, rungs))


def acting(turn: Turn, case: Case, rungs: tuple[Rung, ...]) -> Actor:
    """As what the speaker acts on it; family that helps its reporter does as the reporter, under
    their own name."""
    me = turn.speaker
    if holds(case, me.person_id):
        return actor_of(case, me.person_id, me.name, rungs)
    follows = following.follows(turn.db, case, me.person_id)
    by = actor_of(case, me.person_id, me.name, rungs, follows=follows)
    if by.role in {Role.STRANGER, Role.FOLLOWER} and helps_with(turn, case):
        return Actor(Role.REPORTER, me.person_id, me.name)
    return by


def helps_with(turn: Turn, case: Case) -> bool:
    """Whether the speaker is family that helps its reporter with this one."""
    me = turn.speaker.person_id
    return shares(case, me) and family.helps(turn.db, me, case.reporter_id)


def first_own(turn: Turn, found: Sequence[Case]) -> Case | None:
    """The first of these that the speaker reported, filed, follows or helps with; None if none."""
    me = turn.speaker.person_id
    followed = following.followed(turn.db, me)
    helped = {one.id for one in family.helped_by(turn.db, me)}
    return next(
        (
            case
            for case in found
            if me in (case.reporter_id, case.filed_by)
            or case.id in followed
            or (case.reporter_id in helped and shares(case, me))
        ),
        None,
    )


def family_of(turn: Turn, case: Case) -> list[int]:
    """Those who help its reporter and read of it, besides whoever filed it."""
    helpers = [one.id for one in family.helpers_of(turn.db, case.reporter_id)]
    return [one for one in helpers if shares(case, one) and one != case.helper_id]


def load_to_work(turn: Turn, case_id: int) -> Desk:
    """The same for acts of whoever works on it; raises `Refused("not_yours")` for others."""
    desk = load(turn, case_id)
    if desk.by.role not in {Role.HOLDER, Role.SUPERIOR}:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    return desk


def load_to_help(turn: Turn, case_id: int) -> Desk:
    """The same for whoever has a part in it, units that help included."""
    desk = load(turn, case_id)
    if desk.by.role not in {Role.HOLDER, Role.SUPERIOR, Role.PARTNER}:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    return desk


def load_as_reporter(turn: Turn, case_id: int) -> Desk:
    """The same for acts of the one who reported it, who may hold a post above the place too."""
    desk = load(turn, case_id)
    return Desk(desk.case, desk.rungs, as_reporter(desk.case, desk.by))


def ladder(turn: Turn, case: Case) -> tuple[Rung, ...]:
    """The ladder above its place, and beside it the officers of the units that have a part in it."""
    above = ladder_above(turn, case.path_ids)
    helping = [unit.unit_id for unit in cases.co_units(turn.db, case)]
    leading = [case.holder_unit_id] if case.holder_unit_id is not None else []
    units = responders.officers(turn.db, [*leading, *helping], turn.now, turn.policy.work)
    return (*above, *units)


def ladder_above(turn: Turn, path: Sequence[int]) -> tuple[Rung, ...]:
    """The ladder above a place, read once a turn. `path`: area ids from the district down to it."""
    found = turn.ladders.get(tuple(path))
    if found is None:
        found = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
        turn.ladders[tuple(path)] = found
    return found


def chief_of(case: Case, rungs: tuple[Rung, ...]) -> Rung | None:
    """The grid chief over a case, unless the chief holds it already."""
    chiefs = (r for r in rungs if r.post is PostKind.GRID_CHIEF and r.person_id != case.holder_id)
    return next(chiefs, None)


def title(turn: Turn, case: Case) -> Words:
    """Where and what, in one line; of a private matter neither, as others may read it."""
    if case.private and not case.danger:
        return _("Private matter {number}", number=case.number[-4:])
    return _("{place} {kind}", place=case.place, kind=what_of(turn, case))


def what_of(turn: Turn, case: Case) -> Text:
    """What a case is about: the danger that was reported, else its category."""
    danger = DANGERS.get(case.danger)
    return danger.name if danger is not None else kind_of(turn, case.category)


def kind_of(turn: Turn, code: str) -> Name:
    """A category's short name."""
    category = turn.policy.category(code)
    return Name(category.short_zh, category.short_en)


def tell_holder(turn: Turn, case: Case, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """A line for whoever answers for the case now: its holder, or their partner."""
    tell_officer(turn, answering(case, ladder(turn, case)), text, choices)


def tell_officer(turn: Turn, person_id: int, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """A line for somebody on duty; at night it waits for the morning."""
    at = turn.policy.work.next_open(turn.now)
    turn.post.to(person_id, Card(text, choices), release_at=at if at > turn.now else None)


def tell_resident(turn: Turn, person_id: int, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """A line for a resident; while people sleep it waits."""
    at = turn.policy.waking(turn.now)
    turn.post.to(person_id, Card(text, choices), release_at=at if at > turn.now else None)


def parties(case: Case) -> list[int]:
    """Who hears how it goes: its reporter, and whoever filed it for them."""
    return [one for one in (case.reporter_id, case.helper_id) if one is not None]


def tell_reporter(turn: Turn, case: Case, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """A line for whoever reported it, or had it reported, and for the family that helps them;
    nobody reads what they did themselves."""
    me = turn.person.person_id if turn.person is not None else None
    for person_id in parties(case):
        if person_id != me:
            tell_resident(turn, person_id, text, choices)
    tell_family(turn, case, text, choices)


def tell_family(turn: Turn, case: Case, text: Text, choices: tuple[Choice, ...] = ()) -> None:
    """The same line for the family that helps the reporter, who read whose it is."""
    me = turn.person.person_id if turn.person is not None else None
    for helper_id in family_of(turn, case):
        if helper_id != me:
            name = org.person_name(turn.db, case.reporter_id)
            about = _("What {name} is told:", name=name)
            tell_resident(turn, helper_id, lines(about, text), choices)


def tell_helped(turn: Turn, case: Case) -> None:
    """The reporter knows that family has answered in their name."""
    if turn.speaker.person_id != case.reporter_id and helps_with(turn, case):
        name, what = turn.speaker.name, title(turn, case)
        text = _("{name} has answered for you: {title}.", name=name, title=what)
        tell_resident(turn, case.reporter_id, lines(text, case.number))


def put_before_holder(turn: Turn, case: Case) -> None:
    """The holder, or their partner, has it on the phone now or as a line of the morning's list.

    Of a unit, whoever its calendar names now has it at once, at night too. If the alert cannot
    reach them, the receipt brings the next level forward.
    """
    rungs = ladder(turn, case)
    person_id = answering(case, rungs)
    if case.emergency or turn.policy.work.is_open(turn.now) or _on_watch(rungs, person_id):
        receipt = f"cases.alert:{case.id}:{person_id}"
        kind: Kind = "alarm" if case.emergency else "alert"
        turn.post.show(WORK, case.id, person_id, kind=kind, fresh=True, receipt=receipt)
    else:
        morning = turn.policy.work.next_workday_at(turn.now, turn.policy.night_list_at)
        digests.schedule(turn.db, person_id, NIGHT_LIST, morning)
    turn.post.refresh(case.id, (WORK,))


def _on_watch(rungs: tuple[Rung, ...], person_id: int) -> bool:
    """Whether the calendar of a unit names this person now."""
    return any(r.unit_id is not None and r.on_duty and r.person_id == person_id for r in rungs)
