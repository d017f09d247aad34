"""The private lane: one named handler, neutral previews, and what was said only behind a tap.

Disputes, violence at home, welfare and complaints about officers are shown to nobody else: no
"count me in", no place in a list of others, no question that comes by itself. What the screen of
a locked phone shows is that there is a matter, never which.
"""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Act, Role, State
from governance.privacy import What
from governance.refused import Refused
from handlers import files
from handlers.cases.common import VERDICT, load, parties, tell_reporter, what_of
from handlers.cases.filed import how_it_came
from handlers.cases.history import steps
from handlers.cases.offers import offer
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import _, line, lines
from storage import cases, media, org, privacy

NOBODY = "nobody"


def hidden(case: Case) -> bool:
    """Whether it is shown to its handler only. A danger to life is told to everybody who helps."""
    return case.private and not case.danger


def opening(case: Case) -> tuple[Choice, ...]:
    """The tap that shows its holder what was said."""
    return (Choice(_("Open it"), f"cases.open_private:{case.id}"),)


@choice("cases.open_private")
def open_private(turn: Turn, case_id: int, _arg: str) -> None:
    """Place, kind, words and files, for whoever holds it and nobody else; each look is recorded."""
    desk = load(turn, case_id)
    case = desk.case
    if desk.by.role is not Role.HOLDER:
        raise Refused("not_yours", holder=case.holder_name, number=case.number)
    me = turn.speaker
    privacy.viewed(turn.db, me.person_id, case.reporter_id, What.WORDS, case.number, turn.now)
    text = lines(
        line("🔒", what_of(turn, case), separator=" "),
        case.place,
        f"“{case.text}”" if case.text else _("see the photo or voice"),
        _("From: {who}", who=org.person_name(turn.db, case.reporter_id)),
        how_it_came(turn, case),
        *steps(turn, case, desk.by, opened=True),
        _("Only you see this. Their name and words go into no group, no list and no other hands."),
        case.number,
    )
    with turn.post.at(turn.speaker.lane):
        turn.post.reply(Card(text, secret=True))
        for file in media.of(turn.db, "case", case.id):
            if file.kind == "photo" and file.state == "stored":
                turn.post.reply(Card(case.number, photo=file.file, secret=True))
            if file.kind == "voice" and file.state == "stored":
                turn.post.reply(Card(case.number, document=files.spoken(file), secret=True))


def tell_answered(turn: Turn, case: Case) -> None:
    """There is an answer, and nothing that others could read on the phone says to what."""
    text = _(
        "There is an answer to your private matter. Open it when you are alone; if it is not right, "
        "say so there. {number}",
        number=case.number,
    )
    tell_reporter(turn, case, text, (Choice(_("Open the answer"), f"cases.read:{case.id}"),))


def tell_written(turn: Turn, case: Case) -> None:
    """There is a message, and nothing that others could read on the phone says of what."""
    text = _(
        "There is a message on your private matter. Open it when you are alone. {number}",
        number=case.number,
    )
    read = (Choice(_("Open the message"), f"cases.history:{case.id}"),)
    tell_reporter(turn, case, text, read)


@choice("cases.read")
def read_answer(turn: Turn, case_id: int, _arg: str) -> None:
    """The answer, with the taps that say whether it is right."""
    case = cases.lock(turn.db, case_id)
    if case is None or turn.speaker.person_id not in parties(case):
        raise Refused("no_such_case")
    if case.state is not State.ANSWERED:
        turn.post.reply(
            Card(
                _(
                    "That has been settled meanwhile. Send “progress” to see how. {number}",
                    number=case.number,
                )
            )
        )
        return
    turn.post.show(VERDICT, case_id, turn.speaker.person_id, kind="reply", fresh=True)


# ── whom it concerns ─────────────────────────────────────────────────────────


def ask_concerned(talk: Talk, turn: Turn, path: list[int]) -> int | None:
    """Which officer it is about, so that they never see it; None where it is none of those here."""
    known = talk.recall("officers", lambda: _officers(turn, path))
    options = [Option(str(person_id), name) for person_id, name in known]
    none = Option(NOBODY, _("None of these, or I do not say"))
    said = talk.choose(
        "concerned",
        _("Is it about one of these officers? They will not see it, and it does not go to them."),
        [*options, none],
        after=("kind", "exact"),
    )
    return None if said == NOBODY else int(said)


def _officers(turn: Turn, path: list[int]) -> list[tuple[int, str]]:
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    return list({rung.person_id: rung.name for rung in rungs}.items())[:8]


offer(
    Act.NOTE,
    _("Open it"),
    "cases.open_private",
    lambda _t, case, by: hidden(case) and by.role is Role.HOLDER,
)
