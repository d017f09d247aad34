"""不予受理: a case is not accepted. The resident reads why, where to turn instead, and how to object."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Act, Reason, Role
from governance.discretion import cover
from governance.refused import Refused
from handlers.cases.asking import begin
from handlers.cases.common import VERDICT, WORK, load_as_reporter, title
from handlers.cases.offers import offer
from handlers.cases.pasting import hand_back
from handlers.cases.telling import promised, tell
from handlers.cases.wording import REASONS
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import Moment, choice, conversation, follow
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Name, Text, When, Words, _, lines
from storage import cases

LABELS: dict[Reason, Words] = {
    Reason.LITIGATION: _("Before a court"),
    Reason.PETITION: _("Being petitioned"),
    Reason.CONFIDENTIAL: _("Secret or private"),
    Reason.CONCLUDED: _("Decided before"),
    Reason.OUT_OF_SCOPE: _("Not this district's"),
    Reason.UNLAWFUL: _("Not lawful"),
}

offer(Act.DECLINE, _("Do not accept"), "cases.decline")


@choice("cases.decline")
def decline(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("decline", {"case": case_id})


@choice("cases.object")
def object_(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("object", {"case": case_id})


@conversation("decline", act=True)
def decline_talk(talk: Talk, turn: Turn) -> None:
    """The reason, a line, and a last look at what the resident will read."""
    desk = begin(talk, turn, Act.DECLINE)
    case = desk.case
    reason = Reason(
        talk.choose(
            "reason",
            _("{title}: why can it not be accepted?", title=title(turn, case)),
            [Option(reason, label) for reason, label in LABELS.items()],
        )
    )
    question = _("One line for the resident: what exactly stands in the way?")
    words = talk.ask("words", question, Typed(2, 200)).text
    preview = lines(_("The resident will read:"), _why(turn, case, reason, words))
    if not talk.confirm("sure", preview, _("Tell the resident so"), no=_("Leave it as it is")):
        talk.say(_("Nothing was changed. {number}", number=case.number))
        return
    told = case.decline(desk.by, desk.rungs, reason, words, turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK, VERDICT))
    objection = _(
        "If you see it differently, tap “I object” before {day}: the level above then looks at it.",
        day=When(case.reopen_until or turn.now, date_only=True),
    )
    resident = Card(
        lines(_why(turn, case, reason, words), objection, case.number),
        (
            Choice(_("I object"), f"cases.object:{case.id}"),
            Choice(_("See every step"), f"cases.history:{case.id}"),
        ),
    )
    above = _(
        "{holder} has not accepted {title}: {reason}. “{words}” {number}",
        holder=holder(case),
        title=title(turn, case),
        reason=REASONS[reason],
        words=words,
        number=case.number,
    )
    tell(turn, case, told, {Role.REPORTER: resident, Role.SUPERIOR: above})
    hand_back(turn, case, _why(turn, case, reason, cover(words).text))
    talk.say(
        _(
            "Not accepted; the resident knows why, where to turn and how to object. {number}",
            number=case.number,
        )
    )


def _why(turn: Turn, case: Case, reason: Reason, words: str) -> Text:
    return lines(
        _(
            "{title} cannot be accepted here: {reason}.",
            title=title(turn, case),
            reason=REASONS[reason],
        ),
        words,
        _where(turn, reason),
    )


def _where(turn: Turn, reason: Reason) -> Text:
    """Where to turn instead; with the telephone where the district has named one."""
    channel = turn.policy.channels.get(reason)
    if channel is None:
        return ""
    name = Name(channel.name_zh, channel.name_en)
    if not channel.phone:
        return _("Where to turn instead: {where}.", where=name)
    return _("Where to turn instead: {where}, telephone {phone}.", where=name, phone=channel.phone)


@conversation("object", act=True)
def object_talk(talk: Talk, turn: Turn) -> None:
    """The resident's objection: the case is open again, with the level above."""
    desk = load_as_reporter(turn, talk.given("case"))
    case = desk.case
    if desk.by.role not in {Role.REPORTER, Role.HELPER}:
        raise Refused("not_yours", holder=case.holder_name, number=case.number)
    case.reopenable(desk.by, turn.now)
    question = _("{title}: why should it be accepted? One line.", title=title(turn, case))
    said = talk.given("said") or talk.ask("words", question, Typed(2, 300)).text
    told = case.redo(desk.by, desk.rungs, said, turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK, VERDICT))
    follow(Moment.REDONE, turn, case.id)
    above = _(
        "Objection: {title} was not accepted, and the resident says: {words}. {holder} looks at it. {number}",
        title=title(turn, case),
        words=said,
        holder=holder(case),
        number=case.number,
    )
    tell(turn, case, told, {Role.SUPERIOR: above})
    talk.say(
        lines(
            _(
                "Your objection is with {holder} now, who will contact you by {when}.",
                holder=holder(case),
                when=When(case.contact_due),
            ),
            promised(turn, case),
            case.number,
        )
    )
