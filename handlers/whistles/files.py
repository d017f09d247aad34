"""When a photo of a whistle or of a unit's result has been fetched and checked, or never will be."""

from __future__ import annotations

from governance.unitcalls import UnitCall
from governance.whistlefile import Whistle
from handlers.message import Card
from handlers.registry import files_of
from handlers.turn import Turn
from handlers.whistles.common import UNIT, WHISTLE, title, urgency, when_heard
from handlers.words import Text, _, lines
from storage import whistles
from storage.media import File


@files_of("whistle")
def of_a_whistle(turn: Turn, file: File, stored: bool) -> None:
    """Every unit that has been called sees what the whistler has sent."""
    whistle = turn.db.get(Whistle, file.subject_id) if file.subject_id else None
    if whistle is None or not stored:
        _not_stored(turn, file, stored)
        return
    turn.post.refresh(whistle.id, (WHISTLE,))
    for call in whistles.calls_of(turn.db, whistle.id):
        turn.post.refresh(call.id, (UNIT,))
        if call.officer_id is not None and call.next_at is not None:
            _show(turn, whistle, call.officer_id, title(turn, whistle), file)


@files_of("unitcall")
def of_a_result(turn: Turn, file: File, stored: bool) -> None:
    """The whistler sees what the unit has done."""
    call = turn.db.get(UnitCall, file.subject_id) if file.subject_id else None
    if call is None or not stored:
        _not_stored(turn, file, stored)
        return
    whistle = turn.db.get_one(Whistle, call.whistle_id)
    text = _("{unit}: photo of the result.", unit=call.unit_name)
    _show(turn, whistle, whistle.by_id, text, file)


def _show(turn: Turn, whistle: Whistle, person_id: int, text: Text, file: File) -> None:
    card = Card(lines(text, whistle.number), photo=file.file)
    kind = urgency(whistle) if whistle.emergency else "notice"
    turn.post.to(person_id, card, kind=kind, release_at=when_heard(turn, whistle))


def _not_stored(turn: Turn, file: File, stored: bool) -> None:
    if not stored:
        text = _(
            "Your photo could not be opened, so it was left out. Everything else is on its way; if it matters, send it again."
        )
        turn.post.to(file.person_id, Card(text))
