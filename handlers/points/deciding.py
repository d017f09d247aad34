"""Who decides about an award: the second person above the limit, and taking one back."""

from __future__ import annotations

from governance.authority import Power, reaches
from governance.awards import Award, AwardState
from governance.org import Area, AreaKind
from governance.refused import Refused
from handlers import authority
from handlers.message import Card, Choice
from handlers.points import awards as room
from handlers.points.common import AWARD, RULES, amount, has_now, last_day, tell, title, why
from handlers.registry import choice, command, conversation, view
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, _, line, lines
from storage import awards, org, service

MOST = 10


@view(AWARD)
def award_card(turn: Turn, award_id: int, _again: bool) -> Card | None:
    """An award as whoever decides about it sees it."""
    one = turn.db.get(Award, award_id, populate_existing=True)
    if one is None:
        return None
    text = lines(_what(turn, one), _stands(turn, one))
    if one.state is not AwardState.CHECK:
        return Card(text)
    yes = Choice(_("Confirm it"), f"points.confirm:{one.id}")
    return Card(text, (yes, Choice(_("Do not give it"), f"points.end:{one.id}")))


def _what(turn: Turn, one: Award) -> Text:
    names = org.names(turn.db, {one.to_id, one.by_id or one.to_id})
    return lines(
        _(
            "{who}: {what}, {points}",
            who=names[one.to_id],
            what=title(one),
            points=amount(one.points),
        ),
        line(
            RULES[one.rule],
            _("given by {who}", who=names[one.by_id]) if one.by_id else "",
            When(one.at, date_only=True),
        ),
    )


def _stands(turn: Turn, one: Award) -> Text:
    if one.state is AwardState.CHECK:
        most = amount(turn.policy.points.alone)
        return _("More than {most}, so a second person looks: is it right?", most=most)
    if one.state is AwardState.NOTICE and one.notice_until is not None:
        return _("On public notice until {day}.", day=last_day(one.notice_until))
    if one.state is AwardState.OBJECTED:
        return _("Somebody objects; it waits until that is decided.")
    if one.state is AwardState.POSTED:
        return _("Posted.")
    return _("Does not count: {why}", why=why(one.ended_why))


@choice("points.confirm")
def confirm(turn: Turn, award_id: int, _arg: str) -> None:
    """The public notice begins, and whoever gets the points knows until when."""
    one = load(turn, award_id)
    one.confirm(turn.speaker.person_id, turn.now, turn.policy)
    turn.db.flush()
    turn.post.refresh(one.id, (AWARD,))
    assert one.notice_until is not None  # noqa: S101 - that is what confirming does
    text = _(
        "{what}: {points}, on public notice until {day}; posted if nobody objects. {now}",
        what=title(one),
        points=amount(one.points),
        day=last_day(one.notice_until),
        now=has_now(turn, one.to_id),
    )
    tell(turn, one.to_id, Card(text))


@choice("points.end")
def end(turn: Turn, award_id: int, _arg: str) -> Start:
    one = load(turn, award_id)
    return Start("points_end", {"award": one.id})


@conversation("points_end", act=True)
def end_talk(talk: Talk, turn: Turn) -> None:
    """An award counts no more, with a reason that whoever had it reads."""
    one = load(turn, int(talk.given("award")))
    if one.to_id == turn.speaker.person_id:
        raise Refused("points_own")
    names = org.names(turn.db, {one.to_id})
    said = talk.ask(
        "why",
        _(
            "{who}, {what}, {points}: why does it not count? They read what you write.",
            who=names[one.to_id],
            what=title(one),
            points=amount(one.points),
        ),
        Typed(2, 200),
    )
    room.take_back(turn, one, said.text, turn.speaker.person_id)
    talk.say(
        _(
            "Taken back, and {who} knows why. They can appeal; then somebody else looks at it.",
            who=names[one.to_id],
        )
    )


def load(turn: Turn, award_id: int) -> Award:
    """The award, locked, for whoever decides there. Raises `Refused`."""
    one = awards.lock(turn.db, award_id)
    if one is None:
        raise Refused("no_such_award")
    authority.require(turn, Power.DECIDE_POINTS, area_id=one.area_id)
    return one


# ── what was given lately ────────────────────────────────────────────────────


@command("awards", menu=_("Recent awards"), also=("积分记录", "awards"))
def recent_awards(turn: Turn) -> None:
    """The newest awards where the speaker decides, and what waits for a look."""
    areas = decides_at(turn)
    if not areas:
        authority.require(turn, Power.DECIDE_POINTS, area_id=org.district(turn.db).id)
    _list(turn, areas)


@choice("points.recent")
def recent(turn: Turn, area_id: int, _arg: str) -> None:
    authority.require(turn, Power.DECIDE_POINTS, area_id=area_id)
    _list(turn, [area_id])


def decides_at(turn: Turn) -> list[int]:
    """The communities where the speaker decides about points."""
    found: list[int] = []
    for area_id, _unit in reaches(Power.DECIDE_POINTS, authority.held(turn)):
        if area_id is not None:
            area = turn.db.get_one(Area, area_id)
            below = org.below(turn.db, area, AreaKind.COMMUNITY)
            found += [place.id for place in below] or [area.id]
    return found


def _list(turn: Turn, areas: list[int]) -> None:
    shown = awards.latest(turn.db, areas, MOST)
    for alert in service.waiting(turn.db, areas, MOST):
        turn.post.show("points.alert", alert.id, turn.speaker.person_id, kind="reply", fresh=True)
    if not shown:
        turn.post.reply(Card(_("No points were given here yet. Send “award” to give some.")))
        return
    names = org.names(turn.db, {one.to_id for one in shown})
    rows = [
        line(names[one.to_id], title(one), amount(one.points), When(one.at, date_only=True))
        for one in shown
    ]
    choices = tuple(
        Choice(
            _("Take back: {who}, {what}", who=names[one.to_id], what=title(one)),
            f"points.end:{one.id}",
        )
        for one in shown
        if one.to_id != turn.speaker.person_id
    )
    turn.post.reply(Card(lines(_("The newest awards:"), *rows), choices))
