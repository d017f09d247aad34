"""认领台账: who has pledged and done what, by unit and by community."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from governance.authority import Power
from governance.org import Area, Unit
from governance.papers import PaperKind
from governance.pledges import Give, PledgeState
from handlers import authority, papers
from handlers.lists.common import bases
from handlers.message import Card, Choice
from handlers.pledges.cards import GIVES, amount_words
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, _, lines
from storage import bookings, pledges

SHOWN = 12
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@command("pledges", menu=_("Pledges"), also=("认领台账", "台账", "my pledges"))
def ledger(turn: Turn) -> None:
    """Totals for whoever answers for an area or a unit; one's own pledges for everybody."""
    for area_id in _areas(turn):
        turn.post.reply(_of_area(turn, turn.db.get_one(Area, area_id)))
    for unit_id in bases(turn, Power.PLEDGE):
        turn.post.reply(_of_unit(turn, unit_id))
    mine = pledges.of_person(turn.db, turn.speaker.person_id)
    if mine or not (_areas(turn) or bases(turn, Power.PLEDGE)):
        turn.post.reply(_mine(turn))


def _areas(turn: Turn) -> list[int]:
    found = authority.reached(turn, Power.SEE_PLEDGES)
    return [area_id for area_id, unit_id in found if area_id is not None and unit_id is None]


def _of_area(turn: Turn, area: Area) -> Card:
    rows = pledges.ledger(turn.db, under=area.path)
    tally = bookings.tally_of_area(turn.db, area.path, _ALWAYS, turn.now)
    text = lines(
        _("Pledges and bookings at {place}:", place=area.name),
        *totals(rows),
        _by_givers(rows),
        _("Bookings: {asked}, of which done {done}", asked=tally.asked, done=tally.done),
    )
    return Card(text, (Choice(_("As a workbook"), "pledges.sheet:0"),))


def totals(rows: Iterable[Any]) -> list[Text]:
    """What is promised and has arrived, by what is given."""
    found = list(rows)
    return [
        _(
            "{give}: {pledged} promised, {received} arrived",
            give=GIVES[give],
            pledged=amount_words(give, sum(r.amount for r in found if r.give is give)),
            received=amount_words(give, sum(r.received for r in found if r.give is give)),
        )
        for give in Give
        if any(row.give is give for row in found)
    ] or [_("Nothing is pledged yet.")]


def _by_givers(rows: Sequence[Any]) -> Text:
    names = list(dict.fromkeys(row.unit for row in rows if row.unit))[:SHOWN]
    return lines(
        *(
            _("· {unit}: {count} pledges", unit=name, count=sum(r.unit == name for r in rows))
            for name in names
        )
    )


def _of_unit(turn: Turn, unit_id: int) -> Card:
    rows = pledges.ledger(turn.db, unit_id=unit_id)
    tally = bookings.tally_of_unit(turn.db, unit_id, _ALWAYS, turn.now)
    text = lines(
        _("{unit} has pledged:", unit=turn.db.get_one(Unit, unit_id).name),
        *totals(rows),
        _("Bookings: {asked}, of which done {done}", asked=tally.asked, done=tally.done),
    )
    open_ = [p for p in pledges.of_unit(turn.db, unit_id) if p.state is PledgeState.PLEDGED]
    return Card(text, _backs([p.id for p in open_[:4]]))


def _mine(turn: Turn) -> Card:
    mine = pledges.of_person(turn.db, turn.speaker.person_id)
    if not mine:
        return Card(_("You have pledged nothing yet. Send “/projects” to see what is under way."))
    rows = [
        _(
            "{project}: {amount} promised, {received} arrived",
            project=name,
            amount=pledge.amount,
            received=pledge.received,
        )
        for pledge, name in mine[:SHOWN]
    ]
    open_ = [pledge.id for pledge, _name in mine if pledge.state is PledgeState.PLEDGED]
    return Card(lines(_("You have pledged:"), *rows), _backs(open_[:4]))


def _backs(ids: Sequence[int]) -> tuple[Choice, ...]:
    return tuple(Choice(_("Take back no. {n}", n=one), f"pledges.back:{one}") for one in ids)


@choice("pledges.sheet")
def sheet(turn: Turn, _subject: int, _arg: str) -> None:
    """The ledger and the lists as a workbook."""
    papers.ask_for(turn, PaperKind.LEDGER)
