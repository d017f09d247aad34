"""供给清单: a unit writes its menu, line by line: what, for whom, how many a month, until when."""

from __future__ import annotations

from datetime import date, timedelta

from governance.authority import Power
from governance.lists import MOST_A_MONTH, MOST_LINES, Supply
from governance.org import Unit
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_amount, ask_day, ask_skills, ask_words, confirmed
from handlers.lists.common import ask_base, bases, cut, date_words, skill_words
from handlers.lists.digests import begin
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, Words, _, line, lines
from storage import bookings, lists, org

SHOWN = 8


@command("supply", menu=_("What our unit offers"), also=("供给清单", "供给", "supply"))
def supply(turn: Turn) -> Start | None:
    """The menu of the speaker's unit, and a way to add to it."""
    units = bases(turn, Power.SUPPLY)
    if not units:
        authority.require(turn, Power.SUPPLY)
    for unit_id in units:
        _show(turn, unit_id)
    return None


def _show(turn: Turn, unit_id: int) -> None:
    menu = lists.menu_of(turn.db, unit_id)
    month = f"{turn.policy.local_date(turn.now):%Y-%m}"
    booked = bookings.booked_of(turn.db, [one.id for one in menu], month)
    name = turn.db.get_one(Unit, unit_id).name
    rows = [
        _("{n}) {line}", n=n, line=line_words(turn, one, booked.get(one.id, 0)))
        for n, one in enumerate(menu[:SHOWN], 1)
    ]
    nothing: Text = "" if rows else _("Nothing is on it yet.")
    choices = [
        Choice(_("Close {n}", n=n), f"lists.close:{one.id}")
        for n, one in enumerate(menu[:SHOWN], 1)
    ]
    add = Choice(_("Add a line"), f"lists.add:{unit_id}")
    heading = _("What {unit} offers:", unit=name)
    sheet = Choice(_("As a workbook"), "lists.sheet:0")
    turn.post.reply(Card(lines(heading, *rows, nothing), (add, *choices, sheet)))


def line_words(turn: Turn, one: Supply, booked: int) -> Text:
    """A line of the menu as people read it, with what is left of this month."""
    return line(
        one.what,
        skill_words(turn, one.skills),
        one.for_whom,
        _(
            "{monthly} a month, {left} left this month",
            monthly=one.monthly,
            left=max(one.monthly - booked, 0),
        ),
        one.conditions,
        _("until {day}", day=date_words(one.until)),
        separator=", ",
    )


@choice("lists.add")
def add(turn: Turn, unit_id: int, _arg: str) -> Start:
    authority.require(turn, Power.SUPPLY, unit_id=unit_id)
    return Start("supply_add", {"unit": unit_id})


@conversation("supply_add", act=True)
def add_talk(talk: Talk, turn: Turn) -> None:
    """Communities can book one thing more from the unit."""
    given = talk.given("unit")
    unit_id = int(given) if given is not None else ask_base(talk, turn, Power.SUPPLY, Unit)
    if len(lists.menu_of(turn.db, unit_id)) >= MOST_LINES:
        raise Refused("menu_full")
    what = ask_words(talk, "what", _("What do you offer? Like 电工义诊."), 2, 60)
    about = _("What is it about? Tap what comes closest, or type it.")
    skills = ask_skills(talk, turn, "skills", about, what)
    everybody = Option("all", _("Everybody"))
    whom = ask_words(talk, "whom", _("For whom? Like 60岁以上."), 2, 60, (everybody,))
    monthly = ask_amount(
        talk,
        "monthly",
        _("How many times a month? Write it like 5 times."),
        _("A whole number from 1 to {most}, please.", most=MOST_A_MONTH),
        MOST_A_MONTH,
    )
    free = Option("none", _("No conditions"))
    terms = ask_words(talk, "terms", _("On which conditions? Like 提前3天说."), 2, 200, (free,))
    until = ask_day(talk, turn, "until", _("Valid until when?"), _ends(talk, turn))
    one = _made(turn, unit_id, what, skills, whom, monthly, terms, until)
    summary = lines(_("On the menu: {line}", line=line_words(turn, one, 0)))
    if not confirmed(talk, "sure", summary, _("Put it on")):
        talk.say(_("Nothing has changed."))
        return
    authority.require(turn, Power.SUPPLY, unit_id=unit_id)
    turn.db.add(one)
    begin(turn, unit_id=unit_id)
    talk.say(_("It is on the menu; bookings come to whoever is on duty at the unit."))


def _made(
    turn: Turn,
    unit_id: int,
    what: str,
    skills: list[str],
    whom: str,
    monthly: int,
    terms: str,
    until: date,
) -> Supply:
    me, now, seat = turn.speaker.person_id, turn.now, seat_of(turn, unit_id)
    return Supply(unit_id, seat, me, what, skills, whom, monthly, terms, until, now)


def seat_of(turn: Turn, unit_id: int) -> int:
    """Where what a unit offers can be booked: where it sits, else in the whole district."""
    seat = turn.db.get_one(Unit, unit_id).area_id
    return seat if seat is not None else org.district(turn.db).id


def _ends(talk: Talk, turn: Turn) -> list[tuple[date, Words]]:
    told = talk.recall("until.from", lambda: turn.policy.local_date(turn.now).isoformat())
    today = date.fromisoformat(told)
    offered = [
        (today + timedelta(days=90), _("For three months")),
        (today + timedelta(days=180), _("For half a year")),
    ]
    return [*offered, (today.replace(month=12, day=31), _("Until the end of the year"))]


@choice("lists.close")
def close(turn: Turn, supply_id: int, _arg: str) -> None:
    """It is off the menu; what was booked goes on."""
    one = lists.lock_supply(turn.db, supply_id)
    if one is None:
        raise Refused("supply_over")
    authority.require(turn, Power.SUPPLY, unit_id=one.unit_id)
    one.close(turn.now)
    turn.post.reply(
        Card(_("Off the menu: {what}. What was booked already goes on.", what=cut(one.what)))
    )
