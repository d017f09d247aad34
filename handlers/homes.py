"""Where somebody lives, and who answers for them there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import count

from governance.cases import State
from governance.org import AreaKind, PostKind
from governance.people import Person
from handlers import choosing, contacts, places
from handlers.message import Card, Choice
from handlers.posts import POSTS, called, reachable
from handlers.registry import choice, command, conversation, opened
from handlers.talk.answers import LOCATION, Option, tidy
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.words import Text, Words, _, lines, ngettext, paragraphs
from storage import cases, gazetteer
from storage.gazetteer import Spot

LIST = "list"
NOT_SURE = "none"
MOST_DOOR = 20
LONGEST_QUESTION = 24
_ASKS = re.compile(
    r"谁(?:在)?(?:管|负责)(?:着)?(?:我们|我家|咱们?|我|这)"
    r"|(?:网格员|网格长|楼栋?长|单元长|社区干部)(?:是谁|是哪[个位]|叫什么|叫啥|怎么联系|的?电话)"
    r"|谁是(?:我们?|我家|咱们?|这)?(?:这|那)?[里儿]?的?(?:网格员|网格长|楼栋?长|单元长|社区干部)"
    r"|(?:我|我们|我家|咱们?)(?:这|楼)?[里儿]?的?(?:网格员|网格长|楼栋?长|单元长|社区干部)$"
    r"|\bwho (?:is|'s) (?:my|our) (?:grid worker|grid chief|building head|cadre)"
    r"|\bmy grid worker$|\bwho (?:is in charge|answers) here",
    re.IGNORECASE,
)


def asks_who(said: str) -> bool:
    """Whether somebody asks who answers for them, and says nothing else."""
    return len(said) <= LONGEST_QUESTION and _ASKS.search(said.rstrip("?？ ")) is not None


# ── where one lives ──────────────────────────────────────────────────────────


@conversation(
    "home",
    menu=_("My home"),
    also=("我家", "搬家", "搬家了", "我搬家了", "我住哪", "换住址", "my home", "move", "i moved"),
)
def home_talk(talk: Talk, turn: Turn) -> None:
    """The speaker's home is known, or another one; nothing is written before they agree."""
    before = talk.recall("before", lambda: turn.speaker.home_id)
    told = talk.given("area") is not None
    if before is not None and not told and not _moves(talk, turn, before):
        return
    spot = _agreed(talk, turn)
    if spot.id == before:
        talk.say(_("Good. It stays as it is."))
        return
    _settle(turn, spot)
    text = lines(
        _("Noted: you live at {place}.", place=_name(turn, spot)),
        _nearest(turn, spot),
        _open_reports(turn) if before is not None else "",
    )
    door = Choice(_("Add the door number"), "homes.door:0")
    if talk.given("then") == "who":
        talk.say(text)
        answer = who_answers(turn, spot)
        talk.say(answer.text, answer.choices)
    else:
        who = Choice(_("Who answers for me"), "menu:0:who")
        talk.say(text, (who, door))


def _moves(talk: Talk, turn: Turn, home_id: int) -> bool:
    """Whether somebody who has a home says that it is another one."""
    spot = _spot(turn, home_id)
    question = lines(_("You live at {place}.", place=_name(turn, spot)), _nearest(turn, spot))
    options = (
        Option("keep", _("That is right")),
        Option("move", _("I have moved, or it is wrong")),
        Option("who", _("Who answers for me")),
    )
    said = talk.choose("stays", question, options)
    if said == "who":
        answer = who_answers(turn, spot)
        talk.say(answer.text, answer.choices)
    elif said == "keep":
        talk.say(_("Good. It stays as it is."))
    return said == "move"


def _agreed(talk: Talk, turn: Turn) -> Spot:
    """The building or stairwell that the speaker says it is."""
    given = talk.given("area")
    after: tuple[str, ...] = ()
    for n in count():
        start = _spot(turn, int(given)) if given is not None and n == 0 else None
        found = start or _asked(talk, turn, f"where{n}", after)
        spot = _down_to_a_door(talk, turn, found, f"in{n}", (f"where{n}",))
        yes = talk.choose(
            f"sure{n}",
            _("Do you live at {place}?", place=_name(turn, spot)),
            (Option("yes", _("Yes")), Option("no", _("No, somewhere else"))),
            after=(f"where{n}", f"in{n}"),
        )
        if yes == "yes":
            return spot
        after = (f"sure{n}",)
    raise AssertionError  # `count` has no end


def _asked(talk: Talk, turn: Turn, key: str, after: tuple[str, ...]) -> Spot:
    """What was tapped, typed or shared; the list goes on where that fits nothing."""
    top = choosing.top(turn)
    short = len(top) <= choosing.PAGE
    options = [Option(f"a{spot.id}", spot.name) for spot in top] if short else []
    options = options or [Option(LIST, _("Choose from a list"))]
    question = _("Where do you live? Tap it, type it (翠湖社区3号楼), or share your location.")
    said = talk.ask(key, question, Typed(1, 60), LOCATION, options=options, after=after)
    if said.kind == "option" and said.value != LIST:
        return _spot(turn, int(str(said.value)[1:]))
    found = talk.recall(f"{key}=", partial(_understood, turn, said), after=(key,))
    if found is not None:
        return _spot(turn, int(found))
    unknown = "" if said.kind == "option" else _("I could not find that.")
    which = paragraphs(unknown, _("Which of these is it in?"))
    picked = choosing.pick(
        *(talk, f"{key}.list", which, top), typed=gazetteer.communities(turn.db), after=(key,)
    )
    assert isinstance(picked, Spot)  # noqa: S101 - nothing else was offered
    return picked


def _understood(turn: Turn, said: Answer) -> int | None:
    """The area a text or a location means: by its code, by words, or on the map."""
    if said.kind == "location":
        at = places.at_point(turn, *said.value)
        return at.area_id if at else None
    if said.kind != "text":
        return None
    coded = gazetteer.by_code(turn.db, tidy(said.text))
    named = places.in_text(turn, said.text)
    return coded.id if coded else named.area_id if named else None


def _down_to_a_door(talk: Talk, turn: Turn, found: Spot, key: str, after: tuple[str, ...]) -> Spot:
    """From a street to the community, to the building, to the stairwell if it has any."""
    spot = found
    if spot.kind in {AreaKind.DISTRICT, AreaKind.STREET}:
        below = gazetteer.within(turn.db, spot, AreaKind.COMMUNITY)
        spot = _one_of(talk, f"{key}.community", _("Which community?"), below, after) or spot
    if spot.kind in {AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY, AreaKind.GRID}:
        question = _("{area}: which building?", area=_name(turn, spot))
        below = choosing.buildings(turn, spot)
        spot = _one_of(talk, f"{key}.building", question, below, after) or spot
    if spot.kind is AreaKind.BUILDING:
        doors = choosing.numbered(gazetteer.within(turn.db, spot, AreaKind.STAIRWELL))
        question = _("{area}: which entrance?", area=_name(turn, spot))
        unsure = (Option(NOT_SURE, _("I am not sure")),)
        spot = _one_of(talk, f"{key}.door", question, doors, after, unsure) or spot
    return spot


def _one_of(
    talk: Talk,
    key: str,
    question: Text,
    spots: Sequence[Spot],
    after: tuple[str, ...],
    also: tuple[Option, ...] = (),
) -> Spot | None:
    """The one that was picked; None where there is none, or the speaker is not sure."""
    if not spots:
        return None
    picked = choosing.pick(talk, key, question, spots, also=also, after=after)
    return picked if isinstance(picked, Spot) else None


def _settle(turn: Turn, spot: Spot) -> None:
    """They live there; the door behind another building is not kept."""
    person = turn.db.get_one(Person, turn.speaker.person_id)
    person.home_id, person.address = spot.id, ""
    turn.db.flush()


def _open_reports(turn: Turn) -> Text:
    mine = cases.reported_by(turn.db, turn.speaker.person_id)
    still = sum(1 for case in mine if case.state is not State.CLOSED)
    if not still:
        return ""
    return ngettext(
        "{count} open report of yours stays with whoever has it.",
        "{count} open reports of yours stay with whoever has them.",
        still,
    )


def _spot(turn: Turn, area_id: int) -> Spot:
    return gazetteer.chain(turn.db, area_id)[0]


def _name(turn: Turn, spot: Spot) -> str:
    return places.name_of(gazetteer.chain(turn.db, spot.id))


# ── the door behind it, and the code on the building ─────────────────────────


@choice("homes.door")
def door(turn: Turn, _subject: int, _arg: str) -> Start | None:
    return Start("door" if turn.speaker.home_id else "home")


@conversation("door")
def door_talk(talk: Talk, turn: Turn) -> None:
    """The door number is kept, encrypted, or none is."""
    question = _("Which door? (602) It is kept encrypted, and you need not say it.")
    none = Option(NOT_SURE, _("Keep no door number"))
    said = talk.ask("door", question, Typed(1, MOST_DOOR), options=(none,))
    person = turn.db.get_one(Person, turn.speaker.person_id)
    person.address = said.text
    turn.db.flush()
    talk.say(_("Noted.") if said.text else _("No door number is kept."))


@opened("h")
def scanned(turn: Turn, code: str) -> Start:
    """The code at a building's door was scanned: is that where they live?"""
    spot = gazetteer.by_code(turn.db, code)
    if spot is not None:
        return Start("home", {"area": spot.id})
    turn.post.reply(Card(_("This building code is not known here.")))
    return Start("home")


# ── who answers there ────────────────────────────────────────────────────────


@command("who", menu=_("Who answers for me"), also=("谁管我们这", "找网格员"))
def who(turn: Turn) -> Start | None:
    """Those who answer for the speaker's home, once it is known where that is."""
    home = places.home_of(turn)
    if home is None:
        return Start("home", {"then": "who"})
    turn.post.reply(who_answers(turn, home))
    return None


def who_answers(turn: Turn, home: Spot) -> Card:
    """Name and post of everybody who answers for a home, each with a way to write to them."""
    rungs = contacts.answering(turn, home.path_ids)
    rows = [
        reachable(rung) if rung.post in contacts.DESKS else called(rung.post, rung.name)
        for rung in rungs
    ]
    place = _name(turn, home)
    if not rows:
        return Card(
            _("Nobody is named for {place} yet. Send “human” and somebody helps.", place=place)
        )
    text = lines(_("These answer for {place}:", place=place), *rows)
    return Card(text, contacts.writable(turn, rungs))


def _nearest(turn: Turn, spot: Spot) -> Words | str:
    """The grid worker by name; where there is none, whoever answers instead."""
    rungs = contacts.answering(turn, spot.path_ids)
    worker = next((r for r in rungs if r.post is PostKind.GRID_WORKER), None)
    first = worker or next(iter(rungs), None)
    return _("Your {post} is {name}.", post=POSTS[first.post], name=first.name) if first else ""
