"""The cases behind a figure: first those that spoil it, ten at a time, each with its history.

Private ones are only counted, and whom a case concerns finds it nowhere.
"""

from __future__ import annotations

from governance.authority import Power
from governance.casefigures import RATES as RULES
from governance.casefigures import Rate
from governance.casefile import Case
from governance.refused import Refused
from handlers import authority
from handlers.cases.common import load, title
from handlers.cases.history import steps
from handlers.figures.rates import RATES, Scope, share_words
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, ngettext
from storage import casefigures

AT_ONCE = 10

_HIT: dict[Rate, Words] = {
    Rate.RESPONSE: _("contacted in time"),
    Rate.RESOLUTION: _("solved, says the resident"),
    Rate.SATISFACTION: _("satisfied"),
    Rate.ON_TIME: _("in time"),
    Rate.REDONE: _("done again"),
    Rate.RETURNED: _("the unit gave it back"),
    Rate.FIRST_TIME: _("right first time"),
    Rate.URGED: _("urged"),
}
_MISSED: dict[Rate, Words] = {
    Rate.RESPONSE: _("not contacted in time"),
    Rate.RESOLUTION: _("not solved, says the resident"),
    Rate.SATISFACTION: _("not satisfied"),
    Rate.ON_TIME: _("not in time"),
    Rate.REDONE: _("not done again"),
    Rate.RETURNED: _("not given back"),
    Rate.FIRST_TIME: _("sent to the wrong hands first"),
    Rate.URGED: _("not urged"),
}


@choice("figures.cases")
def cases_behind(turn: Turn, area_id: int, arg: str) -> None:
    """One line a case, with its number; `arg` is a scope's code, the rate and the page."""
    parts = arg.split(".")
    rate = next((Rate(part) for part in parts[3:] if part in set(Rate)), Rate.RESPONSE)
    page = int(parts[4]) if len(parts) > 4 and parts[4].isascii() and parts[4].isdigit() else 0
    scope = Scope(turn, area_id, ".".join(parts[:3]))
    asked = scope.asked()
    listed, private = casefigures.listed(turn.db, asked, rate)
    first = min(page, 10**6) * AT_ONCE
    shown = casefigures.behind(turn.db, asked, rate, AT_ONCE, first)
    rows = [
        _(
            "{n}) {number} {title}: {how}",
            n=n,
            number=case.number,
            title=title(turn, case),
            how=(_HIT if hit else _MISSED)[rate],
        )
        for n, (case, hit) in enumerate(shown, first + 1)
    ]
    share = casefigures.figures(turn.db, asked).shares[rate]
    text = lines(
        scope.heading,
        _("{name}: {share}", name=RATES[rate], share=share_words(share)),
        *rows,
        ngettext(
            "and {count} private, which is not listed",
            "and {count} private, which are not listed",
            private,
        )
        if private
        else "",
        "" if rows else _("No case to list."),
        _first_those(rate) if listed > len(rows) else "",
    )
    code = f"{scope.code}.{rate}"
    choices = [
        Choice(_("Open {n}", n=n), f"figures.case:{case.id}")
        for n, (case, _hit) in enumerate(shown, first + 1)
    ]
    if first + len(shown) < listed and shown:
        choices.append(Choice(_("Further"), f"figures.cases:{area_id}:{code}.{page + 1}"))
    choices.append(Choice(_("Back to the figures"), f"figures.show:{area_id}:{scope.code}"))
    turn.post.reply(Card(text, tuple(choices)))


def _first_those(rate: Rate) -> Text:
    return _("First: {which}.", which=(_MISSED if RULES[rate].good else _HIT)[rate])


@choice("figures.case")
def history_behind(turn: Turn, case_id: int, _arg: str) -> None:
    """Every step of one case for whoever sees its figures; what was said, only for those who
    work on it."""
    desk = load(turn, case_id)
    case = desk.case
    hidden = case.private or case.concerns_id == turn.speaker.person_id
    if hidden or not _sees(turn, case):
        raise Refused("no_such_case")
    heading = _("{number}: {title}", number=case.number, title=title(turn, case))
    turn.post.reply(Card(lines(heading, *steps(turn, case, desk.by))))


def _sees(turn: Turn, case: Case) -> bool:
    held, places = authority.held(turn), authority.reached(turn, Power.SEE_FIGURES)
    units = [unit for _area, unit in places if unit is not None]
    here = authority.may_with(held, Power.SEE_FIGURES, case.path_ids)
    return here or casefigures.had(turn.db, case.id, units)
