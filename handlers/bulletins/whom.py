"""Whom a bulletin is for, asked in a few taps: an area, a part of it, its members, a unit, a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.authority import Power
from governance.bulletins import Whom
from governance.groups import Binding, GroupKind
from governance.org import Area, Unit
from handlers import authority, places, whose
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, listed, ngettext
from storage import bulletin_lists, groups
from storage.bulletin_audience import teams_under

MOST_LEVELS = 6
MOST_NAMED = 300
_BETWEEN = re.compile(r"[、，,;；\n\t]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class To:
    """Whom it is for. Of a list `area_id` or `unit_id` is where its sender may name people."""

    whom: Whom
    area_id: int | None = None
    unit_id: int | None = None
    team: str = ""
    people: tuple[int, ...] = ()

    def called(self, turn: Turn) -> Text:
        if self.whom is Whom.LIST:
            count = len(self.people)
            return ngettext("{count} person of a list", "{count} people of a list", count)
        binding = Binding(GroupKind(self.whom), self.area_id, self.unit_id, self.team)
        return whose.called(turn, binding)


def ask_whom(talk: Talk, turn: Turn) -> To:
    """Raises `Refused("needs_post")` for whoever may speak to nobody."""
    bases = authority.reached(turn, Power.SEND_BULLETIN)
    if not bases:
        authority.require(turn, Power.SEND_BULLETIN)
    chosen = talk.choose("whom", _("Whom is it for?"), _bases(turn, bases))
    what, _dot, place = chosen.partition(".")
    if what == "unit":
        return To(Whom.UNIT, unit_id=int(place))
    if what == "list":
        return _ask_list(talk, turn, bases)
    area = turn.db.get_one(Area, int(place))
    if what == "members":
        return To(Whom.TEAM, area.id, team=_ask_team(talk, turn, area))
    if what == "part":
        area = _ask_part(talk, turn, area)
    return To(Whom.AREA, area.id)


def _bases(turn: Turn, bases: Sequence[tuple[int | None, int | None]]) -> list[Option]:
    options: list[Option] = []
    for area_id, unit_id in bases:
        if unit_id is not None:
            name = turn.db.get_one(Unit, unit_id).name
            options.append(Option(f"unit.{unit_id}", _("The people of {unit}", unit=name)))
            continue
        area = turn.db.get_one(Area, area_id)
        name_ = whose.area_name(turn, area)
        options += [
            Option(f"all.{area.id}", _("Everybody in {area}", area=name_)),
            Option(f"part.{area.id}", _("A part of {area}, such as a building", area=name_)),
            Option(f"members.{area.id}", _("Members, volunteers or a team of {area}", area=name_)),
        ]
    return [*options, Option("list", _("People I name one by one"))]


# ── a part ───────────────────────────────────────────────────────────────────


def _ask_part(talk: Talk, turn: Turn, area: Area) -> Area:
    for level in range(MOST_LEVELS):
        below = groups.children(turn.db, area.id)
        options = [Option(str(one.id), one.name) for one in below]
        if level:
            whole = _("All of {area}", area=whose.area_name(turn, area))
            options.insert(0, Option("all", whole))
        question = _("Which part? Tap it, or type it, for example: building 3")
        said = talk.ask(f"part{level}", question, Typed(1, 40), options=options, after=("whom",))
        if said.value == "all" or not below:
            return area
        area = _meant(talk, turn, area, said, level)
        if said.kind == "text" or not groups.children(turn.db, area.id):
            return area
    return area


def _meant(talk: Talk, turn: Turn, area: Area, said: Answer, level: int) -> Area:
    """The area that was tapped or typed; what is typed and not there is asked for again."""
    n = 0
    while said.kind == "text":
        found = places.in_text(turn, said.text, around=area.id)
        there = turn.db.get_one(Area, found.area_id) if found else None
        if there is not None and there.path.startswith(area.path):
            return there
        n += 1
        key = f"part{level}.{n}"
        said = talk.ask(
            key, _("I do not find that here. Which building, which grid?"), Typed(1, 40)
        )
    return turn.db.get_one(Area, int(said.value))


# ── a team ───────────────────────────────────────────────────────────────────


def _ask_team(talk: Talk, turn: Turn, area: Area) -> str:
    """The team's name; "" for the members and volunteers."""
    known: list[str] = talk.recall(
        "teams", lambda: list(teams_under(turn.db, area.path)), ("whom",)
    )
    if not known:
        return ""
    options = [
        Option("members", _("Members and volunteers")),
        *(Option(f"t{n}", name) for n, name in enumerate(known)),
    ]
    chosen = talk.choose("team", _("Which team?"), options, after=("whom",))
    return "" if chosen == "members" else known[int(chosen[1:])]


# ── a list ───────────────────────────────────────────────────────────────────


_NAME_THEM: Words = _(
    "Type their names, telephone numbers or roster numbers, one a line or with commas between."
)


def _ask_list(talk: Talk, turn: Turn, bases: Sequence[tuple[int | None, int | None]]) -> To:
    """Who was meant; whoever is not found, or of a name that several have, is said."""
    paths = [turn.db.get_one(Area, area).path for area, _unit in bases if area is not None]
    units = [unit for _area, unit in bases if unit is not None]
    area_id, unit_id = bases[0]
    question: Text = _NAME_THEM
    n = 0
    while True:
        key = f"names{n or ''}"
        said = talk.ask(key, question, Typed(1, 3000), after=("whom",)).text
        words = [word.strip() for word in _BETWEEN.split(said) if word.strip()][:MOST_NAMED]
        found = bulletin_lists.find(turn.db, list(dict.fromkeys(words)), paths, units)
        wrong = [word for word in words if len(found.get(word, ())) != 1]
        people = sorted({ids[0] for word in words if len(ids := found.get(word, ())) == 1})
        if people and not wrong:
            return To(Whom.LIST, area_id, unit_id, people=tuple(people))
        if people and _goes_without(talk, n, people, wrong):
            return To(Whom.LIST, area_id, unit_id, people=tuple(people))
        n += 1
        question = lines(
            "" if people else _("I find none of them where you answer for people."), _NAME_THEM
        )


def _goes_without(talk: Talk, n: int, people: Sequence[int], wrong: Sequence[str]) -> bool:
    question = lines(
        ngettext("{count} person is found.", "{count} people are found.", len(people)),
        _(
            "Not found here, or several of that name: {names}. Their telephone or roster number tells them apart.",
            names=listed(*wrong[:20]),
        ),
    )
    options = (
        Option("on", _("Go on with those found")),
        Option("anew", _("Type the list anew")),
    )
    return talk.choose(f"found{n or ''}", question, options, after=(f"names{n or ''}",)) == "on"
