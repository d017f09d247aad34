"""Photos of what was done for others: kept with it, and shown to whoever asked."""

from __future__ import annotations

from collections.abc import Sequence

from governance.bookings import Booking
from handlers.lists.common import BOOKING
from handlers.message import Card
from handlers.registry import files_of
from handlers.turn import Turn
from handlers.words import _
from storage.media import File


def keep_photos(turn: Turn, about: str, subject_id: int, photos: Sequence[str]) -> None:
    """The references are kept; the files follow."""
    event = turn.event
    if event is None:
        return
    for ref in photos:
        turn.db.add(
            File(
                event.channel,
                event.account,
                ref,
                "photo",
                turn.speaker.person_id,
                turn.now,
                about=about,
                subject_id=subject_id,
                part="result",
            )
        )


@files_of("booking")
def settled(turn: Turn, file: File, stored: bool) -> None:
    """Whoever asked sees the photo; its sender hears when it could not be used."""
    booking = turn.db.get(Booking, file.subject_id) if file.subject_id else None
    if booking is None:
        return
    turn.post.refresh(booking.id, (BOOKING,))
    if not stored:
        tell_lost(turn, file)
    elif turn.policy.work.is_open(turn.now):
        turn.post.to(booking.asked_by, Card(_("Photo of what was done"), photo=file.file))


def tell_lost(turn: Turn, file: File) -> None:
    text = _("Your photo could not be opened, so it was left out; everything else is there.")
    turn.post.to(file.person_id, Card(text))
