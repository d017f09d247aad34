"""调解: the talk with both sides as a private record, and the day on which it is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from governance.cases import Act, Role
from governance.mediation import Mediation
from governance.refused import Refused
from handlers.cases.common import load, load_to_work, tell_officer
from handlers.cases.offers import offer
from handlers.lists.asking import ask_day
from handlers.message import Card, Choice
from handlers.registry import Due, choice, conversation, tick
from handlers.talk.answers import Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import When, _, lines
from storage import cases, mediation

ASK_AGAIN = timedelta(days=2)
MOST_ASKED = 3


@choice("cases.mediate")
def mediate(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("mediation", {"case": case_id})


@conversation("mediation", act=True)
def mediation_talk(talk: Talk, turn: Turn) -> None:
    """What both sides agreed on, and when they are asked whether it is kept."""
    desk = load_to_work(turn, talk.given("case"))
    case = desk.case
    words = talk.ask(
        "words",
        _(
            "{number}: what did both sides agree on? Only you see it, and it is deleted with the case.",
            number=case.number,
        ),
        Text(4, 1000),
    ).text
    day = ask_day(talk, turn, "day", _("On which day do you ask them whether it is kept?"))
    at = datetime.combine(day, turn.policy.work.start, turn.policy.zone).astimezone(UTC)
    case.mediate(desk.by, turn.now)
    cases.record(turn.db, case)
    turn.db.add(Mediation(case.id, turn.speaker.person_id, words, turn.now, at))
    turn.db.flush()
    talk.say(
        lines(
            _("Recorded. You are reminded {day}.", day=When(at, date_only=True)),
            _("The case stays open until you report the result."),
            case.number,
        )
    )


@choice("cases.agreements")
def agreements(turn: Turn, case_id: int, _arg: str) -> None:
    """What was agreed on so far, for the holder alone."""
    desk = load(turn, case_id)
    if desk.by.role is not Role.HOLDER:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    rows = [
        _("{day}: “{words}”", day=When(one.made_at, date_only=True), words=one.agreement)
        for one in mediation.of(turn.db, case_id)
    ]
    turn.post.reply(Card(lines(desk.case.number, *rows), secret=True))


# ── looked at again ──────────────────────────────────────────────────────────


def _remind(turn: Turn, mediation_id: int) -> None:
    """The mediator is asked whether it is kept; three times at most."""
    found = mediation.lock(turn.db, mediation_id)
    if found is None or found.next_at is None or found.next_at > turn.now:
        return
    case = cases.lock(turn.db, found.case_id)
    if case is None or found.asked >= MOST_ASKED:
        found.next_at = None
        return
    found.ask(turn.now + ASK_AGAIN)
    text = _(
        "Today you wanted to ask both sides whether their agreement is kept. {number}",
        number=case.number,
    )
    on = found.id
    choices = (
        Choice(_("It is kept"), f"cases.kept:{on}:yes"),
        Choice(_("It is not kept"), f"cases.kept:{on}:no"),
    )
    tell_officer(turn, found.by_id, text, choices)


@choice("cases.kept")
def kept(turn: Turn, mediation_id: int, said: str) -> Start:
    return Start("mediation_followed", {"mediation": mediation_id, "kept": said == "yes"})


@conversation("mediation_followed", act=True)
def followed(talk: Talk, turn: Turn) -> None:
    """One line on how it stands now."""
    found = mediation.lock(turn.db, int(talk.given("mediation")))
    if found is None or found.by_id != turn.speaker.person_id:
        raise Refused("no_such_case")
    note = talk.ask("note", _("How do both sides stand now? One line."), Text(2, 500)).text
    is_kept = bool(talk.given("kept"))
    found.follow(kept=is_kept, note=note, now=turn.now)
    turn.db.flush()
    talk.say(
        _("Recorded.")
        if is_kept
        else _("Recorded. If you talk with them again, record it under “More steps”.")
    )


tick(Due("mediations", mediation.due, _remind, mediation.next_due))

offer(Act.MEDIATE, _("Record a mediation"), "cases.mediate")
offer(
    Act.NOTE,
    _("What was agreed"),
    "cases.agreements",
    lambda turn, case, by: (
        case.private and by.role is Role.HOLDER and bool(mediation.of(turn.db, case.id))
    ),
)
