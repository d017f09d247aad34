"""加分: an approver gives points by hand, for a speech contest or what no task has counted."""

from __future__ import annotations

import secrets
from functools import partial
from itertools import count

from governance.authority import Power, reaches
from governance.org import Area
from governance.people import Person
from governance.points import Rule
from governance.refused import Refused
from handlers import authority
from handlers.points import awards as room
from handlers.points.common import HAND, RULES, amount
from handlers.registry import conversation
from handlers.talk.answers import Option, tidy
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, Words, _, line, paragraphs
from storage import membership, org

GIVEN = (Rule.CONTEST, Rule.DEED, Rule.TASK, Rule.REPORT, Rule.OTHER)


@conversation(
    "award", menu=_("Give points"), also=("加分", "奖励积分", "give points", "award"), act=True
)
def award_talk(talk: Talk, turn: Turn) -> None:
    """Whom, what for, how many and a line about it; then it is on notice like any award."""
    area = _area(turn)
    to = _whom(talk, turn, area)
    rule = _rule(talk)
    points = _how_many(talk, turn, rule)
    note = talk.ask("note", _("What was it? A few words that people will read."), Typed(2, 40))
    name = org.person_name(turn.db, to)
    sure = _("{who}: {what}, {points}. Give them?", who=name, what=note.text, points=amount(points))
    if not talk.confirm("sure", sure, _("Give them"), no=_("Not now")):
        talk.say(_("No points were given."))
        return
    by = turn.speaker.person_id
    key = f"hand:{secrets.token_hex(12)}"  # the same thing may be given twice on purpose
    where = _community(turn, to, area)
    room.give(turn, key, to, points, rule, HAND, 0, where, by, note.text)
    talk.say(_after(turn, name, points))


def _area(turn: Turn) -> Area:
    """The topmost area where the speaker gives points. Raises `Refused`."""
    places = reaches(Power.AWARD_POINTS, authority.held(turn))
    areas = [turn.db.get_one(Area, area_id) for area_id, _unit in places if area_id is not None]
    if not areas:
        authority.require(turn, Power.AWARD_POINTS, area_id=org.district(turn.db).id)
    return min(areas, key=lambda area: len(area.path_ids))


def _whom(talk: Talk, turn: Turn, area: Area) -> int:
    """A member of the area by name; asked again until one is found."""
    wrong: Text = ""
    before: tuple[str, ...] = ()
    for n in count():
        question = paragraphs(wrong, _("Whose points? Type the name of a member."))
        said = talk.ask(f"who{n}", question, Typed(1, 40), after=before)
        before = (*before, f"who{n}")
        find = partial(_named, turn, tidy(said.text), area)
        found = talk.recall(f"who{n}=", find, after=before)
        if len(found) > 1:
            options = [Option(str(p), _called(turn, p)) for p in found]
            return int(talk.choose(f"which{n}", _("Which one?"), options, after=before))
        if found:
            return int(found[0])
        wrong = _("No member of {area} has this name.", area=area.name)
    raise AssertionError  # `count` has no end


def _named(turn: Turn, name: str, area: Area) -> list[int]:
    """Members of this name; never the speaker."""
    me = turn.speaker.person_id
    found = [p.id for p in membership.members_named(turn.db, name, area)]
    if found == [me]:
        raise Refused("points_self")
    return [person for person in found if person != me]


def _called(turn: Turn, person_id: int) -> Text:
    """Name and building, enough to tell two of one name apart."""
    person = turn.db.get_one(Person, person_id)
    home = turn.db.get(Area, person.home_id) if person.home_id else None
    return line(person.name, home.name if home else person.code or "")


def _community(turn: Turn, to: int, area: Area) -> int:
    """The community of the receiver that lies in the speaker's area."""
    day = turn.policy.local_date(turn.now)
    theirs = (turn.db.get_one(Area, c) for c in membership.communities_of(turn.db, to, day))
    return next((c.id for c in theirs if c.path.startswith(area.path)), area.id)


def _rule(talk: Talk) -> Rule:
    options = [Option(rule, RULES[rule]) for rule in GIVEN]
    return Rule(talk.choose("rule", _("What for?"), options))


def _how_many(talk: Talk, turn: Turn, rule: Rule) -> int:
    """A number that an award can have; asked again until it is one."""
    options, most = _offered(turn, rule), turn.policy.points.most
    wrong: Words | str = ""
    for n in count():
        question = paragraphs(wrong, _("How many? Tap, or type it, like 8 points."))
        said = talk.ask(f"points{n}", question, Typed(1, 12), options=options, after=("rule",))
        number = _number(str(said.value).removeprefix("n"))
        if 1 <= number <= most:
            return number
        wrong = _("One award has 1 to {most} points.", most=most)
    raise AssertionError  # `count` has no end


def _offered(turn: Turn, rule: Rule) -> list[Option]:
    """What is usual by this rule. A code is not the bare number: "-3" would be taken for "3"."""
    decided = turn.policy.points
    if rule is Rule.REPORT:
        first, later = decided.for_report(0), decided.for_report(1)
        known = (
            (first, _("reported first: {points}", points=amount(first))),
            (later, _("reported later: {points}", points=amount(later))),
        )
        return [Option(f"n{points}", words) for points, words in known if points]
    usual = decided.worth(rule)
    numbers = sorted({n for n in (usual, usual + 1, usual + 2, 5) if n <= decided.most})
    return [Option(f"n{n}", amount(n)) for n in numbers]


def _number(said: str) -> int:
    """The number somebody typed ("3", "3分"); 0 for what is none."""
    plain = tidy(said).lower().removesuffix("分").removesuffix("points").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() else 0


def _after(turn: Turn, name: str, points: int) -> Text:
    if points > turn.policy.points.alone:
        return _(
            "Passed on: more than {most} is looked at by a second person. Then it is on public notice.",
            most=amount(turn.policy.points.alone),
        )
    return _(
        "Given to {who}. It is on public notice now; to take it back, send “awards”.", who=name
    )
