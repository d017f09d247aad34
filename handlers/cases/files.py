"""When a photo or voice of a case has been fetched and checked, or never will be."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import State
from governance.roles import answering
from handlers.cases.common import WORK, ladder, title
from handlers.cases.private import hidden
from handlers.message import Card
from handlers.registry import files_of
from handlers.turn import Turn
from handlers.words import Text, _
from storage.media import File


@files_of("case")
def settled(turn: Turn, file: File, stored: bool) -> None:
    (_arrived if stored else _refused)(turn, file)


def _arrived(turn: Turn, file: File) -> None:
    """The other side sees the photo: the holder what was reported, the resident the result."""
    case = turn.db.get(Case, file.subject_id) if file.subject_id else None
    if case is None or case.state is State.CLOSED:
        return
    turn.post.refresh(case.id, (WORK,))
    holder_id = answering(case, ladder(turn, case))
    to = holder_id if file.part == "report" else case.reporter_id
    if hidden(case):
        return  # it waits behind the tap that opens the case
    if file.kind == "photo" and (case.emergency or turn.policy.work.is_open(turn.now)):
        turn.post.to(to, Card(_caption(turn, case, file), photo=file.file))


def _caption(turn: Turn, case: Case, file: File) -> Text:
    if file.part == "report":
        return _(
            "{title}: photo from the resident. {number}",
            title=title(turn, case),
            number=case.number,
        )
    return _("{title}: photo of the result. {number}", title=title(turn, case), number=case.number)


def _refused(turn: Turn, file: File) -> None:
    """The sender learns that a file could not be used, and why it does not matter much."""
    text = _(
        "One of your files could not be opened as a photo or voice message, so it was left out. "
        "Everything else is on its way; if it matters, send it again."
    )
    turn.post.to(file.person_id, Card(text))
    if file.subject_id:
        turn.post.refresh(file.subject_id, (WORK,))
