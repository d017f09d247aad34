"""A community says what it wants to bring about, and what it needs for that."""

from __future__ import annotations

from itertools import count

from governance.authority import Power
from governance.org import Area
from governance.pledges import MOST, MOST_LINES, Give, Line, Project
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_amount, ask_day, ask_words, confirmed
from handlers.lists.common import ask_base, bases, community, day_words
from handlers.lists.digests import begin
from handlers.message import Card, Choice
from handlers.pledges.cards import GIVES, PROJECT, amount_words, show_in_groups
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import org, pledges

SHOWN = 8
NO_AMOUNT = _("A whole number from 1 up to below 1 000 000 000, please.")


@command("project", menu=_("A new project"), also=("新项目", "立项", "new project"))
def project(turn: Turn) -> Start:
    if not bases(turn, Power.RUN_PROJECT):
        authority.require(turn, Power.RUN_PROJECT)
    return Start("project")


@conversation("project", act=True)
def project_talk(talk: Talk, turn: Turn) -> None:
    """The project is there, its groups have its card, and pledges can be made."""
    area_id = ask_base(talk, turn, Power.RUN_PROJECT, Area)
    name = ask_words(talk, "name", _("What is to be done? Like 3号楼前加装扶手."), 2, 60)
    place = ask_words(talk, "place", _("Where?"), 2, 60)
    wanted = _lines(talk)
    until = ask_day(talk, turn, "until", _("By when is it to be finished?"))
    summary = lines(
        _("{name}, at {place}, by {day}", name=name, place=place, day=day_words(turn, until)),
        *(
            _("· {what}, {amount}", what=what, amount=amount_words(give, amount))
            for give, what, amount in wanted
        ),
        _("Money is only recorded here; nothing is ever paid through me."),
    )
    if not confirmed(talk, "sure", summary, _("Publish the project")):
        talk.say(_("The project was not published."))
        return
    authority.require(turn, Power.RUN_PROJECT, area_id=area_id)
    found = Project(area_id, turn.speaker.person_id, name, place, until, turn.now)
    found.begin(turn.policy)
    turn.db.add(found)
    turn.db.flush()
    turn.db.add_all([Line(found.id, give, what, amount) for give, what, amount in wanted])
    turn.db.flush()
    begin(turn, area_id=area_id)
    turn.post.show(PROJECT, found.id, turn.speaker.person_id, kind="reply", fresh=True)
    show_in_groups(turn, found)


def _lines(talk: Talk) -> list[tuple[Give, str, int]]:
    """What it needs, line by line, until that was all."""
    found: list[tuple[Give, str, int]] = []
    gives = [Option(give, words) for give, words in GIVES.items()]
    for n in count():
        more = [Option("all", _("That is all"))] if found else []
        question: Text = _("What is needed?") if not found else _("What else is needed?")
        said = talk.choose(f"give{n}", question, [*gives, *more])
        if said == "all":
            return found
        give = Give(said)
        what = ask_words(talk, f"what{n}.", _HINTS[give], 1, 60)
        amount = ask_amount(talk, f"amount{n}.", _AMOUNTS[give], NO_AMOUNT, MOST)
        found.append((give, what, amount))
        if len(found) >= MOST_LINES:
            return found
    raise AssertionError  # `count` has no end


_HINTS = {
    Give.MONEY: _("What for? Like 购买扶手."),
    Give.GOODS: _("Which goods? Like 不锈钢扶手."),
    Give.LABOUR: _("Which work? Like 安装."),
}
_AMOUNTS = {
    Give.MONEY: _("How many yuan? Write it like 500 yuan."),
    Give.GOODS: _("How many pieces? Write it like 20 pieces."),
    Give.LABOUR: _("How many hours? Write it like 8 hours."),
}


# ── looking through them ─────────────────────────────────────────────────────


@command("projects", menu=_("Projects"), also=("项目", "认领项目", "projects"))
def projects(turn: Turn) -> None:
    """The projects under way around the speaker: their community's, their unit's district's."""
    found = pledges.open_under(turn.db, _around(turn))[:SHOWN]
    if not found:
        turn.post.reply(Card(_("No project is under way here now. New ones are shown here.")))
        return
    rows = [
        _(
            "{n}) {area}: {name}, {progress}%, by {day}",
            n=n,
            area=turn.db.get_one(Area, one.area_id).name,
            name=one.name,
            progress=one.progress,
            day=day_words(turn, one.until),
        )
        for n, one in enumerate(found, 1)
    ]
    choices = [Choice(_("Open {n}", n=n), f"pledges.show:{o.id}") for n, o in enumerate(found, 1)]
    turn.post.reply(Card(lines(_("Projects under way:"), *rows), tuple(choices)))


def _around(turn: Turn) -> str:
    """The path inside which projects are shown; without a home, the whole district's."""
    offices = bases(turn, Power.RUN_PROJECT)
    if offices:
        return turn.db.get_one(Area, offices[0]).path
    home_id = turn.speaker.home_id
    if home_id is None or bases(turn, Power.PLEDGE):
        return org.district(turn.db).path
    return community(turn, home_id).path


@choice("pledges.show")
def show(turn: Turn, project_id: int, _arg: str) -> None:
    """Its card; projects are public in the whole district."""
    if turn.db.get(Project, project_id) is None:
        raise Refused("no_such_project")
    turn.post.show(PROJECT, project_id, turn.speaker.person_id, kind="reply", fresh=True)
