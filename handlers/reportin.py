"""Units and members report in at communities (双报到): who is missing, a proposal, the word."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import TABLE, Held, Power
from governance.org import Area, AreaKind, PostKind, Unit
from governance.papers import PaperKind
from governance.people import Person
from governance.privacy import What
from governance.reportin import Ground
from handlers import authority, papers
from handlers.message import Card, Choice
from handlers.posts import reachable
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, ngettext
from storage import org, privacy, reportin
from storage.reportin import Missing

GROUNDS: dict[Ground, Words] = {
    Ground.NEAR: _("close to where they live or work"),
    Ground.NEEDED: _("what they can do is asked for there"),
    Ground.BALANCED: _("help is still thin there"),
    Ground.CHOSEN: _("decided by the office"),
}
PROPOSAL, NEEDS = _("Report-in proposal"), _("Needs of communities")
KINDS: dict[str, Words] = {"unit": _("Unit"), "person": _("Member")}
COLUMNS: dict[str, Words] = {
    "kind": _("Kind"),
    "code": _("Code"),
    "name": _("Name"),
    "skills": _("Skills"),
    "community": _("Code of the community"),
    "place": _("Community"),
    "proposed": _("Proposed (do not change)"),
    "ground": _("Why"),
    "metres": _("Metres"),
    "needs": _("What is asked for there"),
}
"""The columns of the proposal's sheets; "needs" stands in the second one only."""
REASONS: dict[str, Words] = {
    "unknown_registrant": _("Nobody with this code is yours to register. Check kind and code."),
    "twice": _("The same stands in a row above. Delete one of the two."),
    "other_name": _("The name belongs to another code. Perhaps a column was sorted by itself."),
    "unknown_community": _("There is no community of yours with this code."),
}
NAMES = 20  # shown at once
BELOW = {AreaKind.DISTRICT: AreaKind.STREET, AreaKind.STREET: AreaKind.COMMUNITY}


@command("reportin", menu=_("Report-in"), also=("双报到", "报到", "report-in"))
def overview(turn: Turn) -> None:
    """An officer sees who is missing in their area or unit; a member, where they are registered."""
    able = [held for held in authority.held(turn) if held.kind in TABLE[Power.SEE_REPORTIN]]
    area = next((found for held in able if (found := _area_of(turn, held))), None)
    unit_id = next((held.unit_id for held in able if held.unit_id is not None), None)
    if area is not None:
        turn.post.reply(_of_area(turn, area))
    elif unit_id is not None:
        missing_of_unit(turn, unit_id, "")
    else:
        turn.post.reply(Card(_mine(turn)))


def _of_area(turn: Turn, area: Area) -> Card:
    counted = [area, *_next_level(turn, area)]
    rows = [_row(turn, found) for found in counted]
    choices = [Choice(_("Who is missing"), f"reportin.missing:{area.id}")]
    if authority.may(turn, Power.CONFIRM_REPORTIN, area_id=area.id):
        choices.append(Choice(_("Make a proposal"), f"reportin.propose:{area.id}"))
    return Card(lines(_("Reported in so far, units and members:"), *rows), tuple(choices))


@choice("reportin.missing")
def missing(turn: Turn, area_id: int, skipped: str) -> None:
    """Units and members of an area who have not reported in, and the areas to look into."""
    authority.require(turn, Power.SEE_REPORTIN, area_id=area_id)
    area, root = turn.db.get_one(Area, area_id), org.district(turn.db).path
    found = reportin.missing(turn.db.connection(), area.path, root)
    below = [
        Choice(inner.name, f"reportin.missing:{inner.id}") for inner in _next_level(turn, area)
    ]
    _list(turn, area.name, found, f"reportin.missing:{area_id}", skipped, below)


@choice("reportin.unit")
def missing_of_unit(turn: Turn, unit_id: int, skipped: str) -> None:
    """A unit's members who have not reported in."""
    authority.require(turn, Power.SEE_REPORTIN, unit_id=unit_id)
    found = reportin.missing_of_unit(turn.db.connection(), unit_id)
    _list(turn, turn.db.get_one(Unit, unit_id).name, found, f"reportin.unit:{unit_id}", skipped, [])


def _list(
    turn: Turn,
    place: str,
    found: Sequence[Missing],
    token: str,
    skipped: str,
    below: Sequence[Choice],
) -> None:
    """A page of names; every member shown can read by whom."""
    first = int(skipped) if skipped.isdecimal() and len(skipped) < 7 else 0
    shown = found[first : first + NAMES]
    if not shown:
        turn.post.reply(Card(_("{place}: nobody is missing.", place=place)))
        return
    for one in shown:
        if one.person_id is not None:
            me = turn.speaker.person_id
            privacy.viewed(turn.db, me, one.person_id, What.NAME, "", turn.now)
    heading = ngettext(
        "{place}: {count} has not reported in yet.",
        "{place}: {count} have not reported in yet.",
        len(found),
        place=place,
    )
    rows = [
        _("{name} ({unit})", name=one.name, unit=one.unit) if one.unit else one.name
        for one in shown
    ]
    left = found[first + NAMES :]
    more = (Choice(_("Further ones"), f"{token}:{first + NAMES}"),) if left else ()
    with turn.post.at(turn.speaker.lane):
        turn.post.reply(Card(lines(heading, *rows), (*more, *below), secret=True))


@choice("reportin.propose")
def propose(turn: Turn, area_id: int, _arg: str) -> None:
    authority.require(turn, Power.CONFIRM_REPORTIN, area_id=area_id)
    papers.ask_for(turn, PaperKind.PROPOSAL)


def tell(turn: Turn, registered: Sequence[tuple[int, int, Ground]]) -> None:
    """Members hear where they are registered, why, and who expects them there."""
    at = turn.policy.waking(turn.now)
    known: dict[int, Text] = {}
    for person_id, area_id, ground in registered:
        if area_id not in known:
            known[area_id] = _contact(turn, area_id)
        name = turn.db.get_one(Area, area_id).name
        text = lines(
            _("You are registered for volunteer work at {community}.", community=name),
            _("Why there: {ground}.", ground=GROUNDS[ground]),
            known[area_id],
            _("Tasks there come to you here. If it does not suit you, send “human”."),
        )
        turn.post.to(
            person_id,
            Card(text),
            key=f"reportin-{person_id}-{area_id}",
            release_at=at if at > turn.now else None,
        )


def _contact(turn: Turn, area_id: int) -> Text:
    area = turn.db.get_one(Area, area_id)
    rungs = org.ladder_above(turn.db, area.path_ids, turn.now, turn.policy.work)
    duty = next((r for r in rungs if r.post is PostKind.COMMUNITY_DUTY), None)
    return _("Your contact: {who}.", who=reachable(duty)) if duty else ""


def _mine(turn: Turn) -> Text:
    me = turn.db.get_one(Person, turn.speaker.person_id)
    found = reportin.of_person(turn.db, me.id)
    if found is not None:
        area = turn.db.get_one(Area, found.area_id)
        return lines(
            _("You are registered for volunteer work at {community}.", community=area.name),
            _contact(turn, area.id),
        )
    if me.member is None:
        return _(
            "Only party members and volunteers of the roster report in. If you would like to help, tell your community; send “human”."
        )
    return _(
        "You are not registered at a community yet. You hear here as soon as the office decides."
    )


def _area_of(turn: Turn, held: Held) -> Area | None:
    reach = held.reach(TABLE[Power.SEE_REPORTIN][held.kind])
    return turn.db.get(Area, reach) if reach is not None else None


def _next_level(turn: Turn, area: Area) -> Sequence[Area]:
    kind = BELOW.get(area.kind)
    return org.below(turn.db, area, kind) if kind else ()


def _row(turn: Turn, area: Area) -> Words:
    root = org.district(turn.db).path
    c = reportin.count(turn.db.connection(), area.path, root)
    return _(
        "{area}: units {units} of {all_units}, members {members} of {all_members}",
        area=area.name,
        units=c.units_registered,
        all_units=c.units,
        members=c.members_registered,
        all_members=c.members,
    )
