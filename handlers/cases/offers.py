"""What else its reader may do with a case, behind one tap on the card: "more steps".

A module that answers a tap offers it here with its act, and the table of governance/cases.py
decides to whom it is shown and when. The few steps that everybody takes stand on the card itself
(handlers/cases/work.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from governance.casefile import Case
from governance.cases import TABLE, Act, Actor
from governance.org import level_of
from handlers.cases.common import Desk, load_to_work, title
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Words, _, lines

Fits = Callable[[Turn, Case, Actor], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """A tap for an act, shown where the table allows the act and `fits` agrees."""

    act: Act
    label: Words
    verb: str
    fits: Fits


_OFFERS: dict[str, Offer] = {}


def offer(act: Act, label: Words, verb: str, fits: Fits = lambda _turn, _case, _by: True) -> None:
    """The tap "`verb`:case" stands among the further steps of whoever may do the act now."""
    _OFFERS[verb] = Offer(act, label, verb, fits)


def further(turn: Turn, case: Case, by: Actor) -> list[Offer]:
    """What this person may do beyond what stands on the card, in the order of the table."""
    order = list(TABLE)
    may = [one for one in _OFFERS.values() if _may(case, by, one.act) and one.fits(turn, case, by)]
    return sorted(may, key=lambda one: order.index(one.act))


def more(turn: Turn, case: Case, by: Actor) -> tuple[Choice, ...]:
    """One tap that leads to them, if there are any."""
    if not further(turn, case, by):
        return ()
    return (Choice(_("More steps"), f"cases.more:{case.id}"),)


def _may(case: Case, by: Actor, act: Act) -> bool:
    rule = TABLE[act]
    high = rule.lowest is None or level_of(by.post) >= level_of(rule.lowest)
    return by.role in rule.by and case.state in rule.where and high


@choice("cases.more")
def show_more(turn: Turn, case_id: int, _arg: str) -> None:
    """Every further step as a list of taps."""
    desk: Desk = load_to_work(turn, case_id)
    offers = further(turn, desk.case, desk.by)
    if not offers:
        turn.post.reply(
            Card(_("There is nothing else to do on it now. {number}", number=desk.case.number))
        )
        return
    text = lines(title(turn, desk.case), _("What shall be done?"), desk.case.number)
    turn.post.reply(Card(text, tuple(Choice(o.label, f"{o.verb}:{case_id}") for o in offers)))
