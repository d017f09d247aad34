"""When a photo or voice of a case has been fetched and checked, or never will be.

A photo that proves a result is compared with those of all results before it: one that was used
already is shown to the level above, who decides what that means.
"""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Role, State
from governance.privacy import What
from governance.refused import Refused
from governance.roles import answering, as_reporter
from governance.service import same_picture
from handlers.cases.common import WORK, ladder, load, parties, tell_officer, title
from handlers.cases.history import INSIDE, THEIRS
from handlers.cases.listening import to_listen_to
from handlers.cases.private import hidden
from handlers.message import Card
from handlers.posts import holder
from handlers.registry import choice, files_of
from handlers.turn import Turn
from handlers.words import Text, When, _, line
from storage import media, privacy, service
from storage.media import File

ABOUT = "case"
MOST_SHOWN = 9


@files_of(ABOUT)
def settled(turn: Turn, file: File, stored: bool) -> None:
    (_arrived if stored else _refused)(turn, file)


def _arrived(turn: Turn, file: File) -> None:
    """The other side sees the photo: whoever works on it what was reported, the resident the
    result and what was written to them; a note stays with those who work on it."""
    case = turn.db.get(Case, file.subject_id) if file.subject_id else None
    if case is None:
        return
    if file.part == "result" and file.print:
        _compare(turn, case, file)
    if case.state is State.CLOSED:
        return
    turn.post.refresh(case.id, (WORK,))
    holder_id = answering(case, ladder(turn, case))
    to = parties(case) if file.part in {"result", "word"} else [holder_id]
    if hidden(case):
        return  # it waits behind the tap that opens the case
    if not (case.emergency or turn.policy.work.is_open(turn.now)):
        return
    for person_id in to:
        if person_id != file.person_id:
            turn.post.to(person_id, _shown(turn, case, file))


def _shown(turn: Turn, case: Case, file: File) -> Card:
    if file.kind == "voice":
        return to_listen_to(turn, case, file)
    return Card(caption(turn, case, file), photo=file.file)


def caption(turn: Turn, case: Case, file: File) -> Text:
    """What a photo of a case is, for whoever sees it."""
    what, number = title(turn, case), case.number
    if file.part == "report":
        return _("{title}: photo from the resident. {number}", title=what, number=number)
    if file.part == "word":
        who = holder(case)
        return _("{title}: photo from {holder}. {number}", title=what, holder=who, number=number)
    if file.part == "helper":
        return _("{title}: photo from a unit that helps. {number}", title=what, number=number)
    if file.part == "note":
        return _("{title}: photo with an internal note. {number}", title=what, number=number)
    return _("{title}: photo of the result. {number}", title=what, number=number)


def _compare(turn: Turn, case: Case, file: File) -> None:
    """A photo that was used before is marked, and the level above has a line about it."""
    file.used_in = _used_in(turn, case, file)
    service.keep_print(turn.db, file.print, ABOUT, case.id, file.person_id, turn.now)
    if file.used_in is None:
        return
    above = case.above(ladder(turn, case))
    if above is not None:
        text = _(
            "The photo of the result of {title} {before}. Please look whether it shows what was "
            "done. {number}",
            title=title(turn, case),
            before=used_before(turn, case, file),
            number=case.number,
        )
        tell_officer(turn, above.person_id, text)


def _used_in(turn: Turn, case: Case, file: File) -> int | None:
    """The case in which the same picture was handed in before, perhaps this one: as what was
    reported, or as an earlier result of it."""
    for one in service.alike(turn.db, file.print):
        if one.about == ABOUT and one.subject_id != case.id:
            return int(one.subject_id)
    for other in media.of(turn.db, ABOUT, case.id):
        earlier = other.part == "report" or other.received_at < file.received_at
        known = other.id != file.id and earlier and other.print
        if known and same_picture(other.print, file.print):
            return case.id
    return None


def used_before(turn: Turn, case: Case, file: File) -> Text:
    """Where the picture was handed in before, as part of a sentence."""
    if file.used_in == case.id:
        return _("was handed in on this case before")
    other = turn.db.get(Case, file.used_in)
    return _("was handed in on {other} before", other=other.number if other else "")


@choice("cases.photos")
def show_photos(turn: Turn, case_id: int, _arg: str) -> None:
    """Every photo of a case, for those who work on it; for its reporter without the notes'."""
    desk = load(turn, case_id)
    by = as_reporter(desk.case, desk.by)
    if by.role not in {*INSIDE, *THEIRS}:
        raise Refused("no_such_case")
    if hidden(desk.case) and by.role not in {Role.HOLDER, *THEIRS}:
        raise Refused("no_such_case")
    if hidden(desk.case) and by.role is Role.HOLDER:
        about, number = desk.case.reporter_id, desk.case.number
        privacy.viewed(turn.db, turn.speaker.person_id, about, What.WORDS, number, turn.now)
    found = [f for f in media.of(turn.db, ABOUT, case_id) if f.kind == "photo" and f.file]
    seen = [f for f in found if f.part != "note" or by.role in INSIDE]
    if not seen:
        turn.post.reply(Card(_("There are no photos on it. {number}", number=desk.case.number)))
    for file in seen[-MOST_SHOWN:]:
        text = line(caption(turn, desk.case, file), When(file.received_at))
        turn.post.reply(Card(text, photo=file.file))


def _refused(turn: Turn, file: File) -> None:
    """The sender learns that a file could not be used, and why it does not matter much."""
    text = _(
        "One of your files could not be opened as a photo or voice message, so it was left out. "
        "Everything else is on its way; if it matters, send it again."
    )
    turn.post.to(file.person_id, Card(text))
    if file.subject_id:
        turn.post.refresh(file.subject_id, (WORK,))
