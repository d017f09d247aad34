"""What people send along is kept with what it is about; the files themselves follow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from handlers.message import Document
from handlers.turn import Turn
from handlers.words import _
from storage.media import File


def spoken(file: File) -> Document:
    """A stored voice message, to be listened to."""
    return Document(
        file.file,
        _("voice{suffix}", suffix=PurePath(file.file).suffix),
        without=_("It cannot be played here; please telephone."),
    )


def keep(
    turn: Turn,
    about: str,
    subject_id: int,
    photos: Sequence[str],
    voices: Sequence[Sequence[str]] = (),
    *,
    part: str = "",
) -> None:
    """The references of these photos and voice messages are kept; a worker fetches them."""
    event = turn.event
    if event is None:
        return
    sent = [("photo", ref) for ref in photos] + [("voice", voice[0]) for voice in voices]
    turn.db.add_all(
        File(
            channel=event.channel,
            bot=event.account,
            ref=ref,
            kind=kind,
            person_id=turn.speaker.person_id,
            received_at=turn.now,
            about=about,
            subject_id=subject_id,
            part=part,
        )
        for kind, ref in sent
    )


def keep_handout(turn: Turn, about: str, subject_id: int, ref: str) -> None:
    """The reference of a file that many people will be given is kept; a worker fetches it."""
    event = turn.event
    if event is None:
        return
    turn.db.add(
        File(
            channel=event.channel,
            bot=event.account,
            ref=ref,
            kind="handout",
            person_id=turn.speaker.person_id,
            received_at=turn.now,
            about=about,
            subject_id=subject_id,
        )
    )
