"""What residents ask about their cases: how it stands, why nobody comes, thank you."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Actor, Role, State, Verdict
from governance.refused import Refused
from handlers.cases.common import VERDICT, tell_holder, title
from handlers.cases.private import hidden
from handlers.cases.progress import days, stands
from handlers.message import Card, Choice, Said
from handlers.posts import holder
from handlers.registry import choice, command
from handlers.talk.answers import tidy
from handlers.turn import Start, Turn
from handlers.words import Text, _, line, lines
from storage import cases, following


@command(
    "progress", menu=_("Progress"), also=("进度", "我的上报", "查进度", "my reports", "到哪一步了")
)
def progress(turn: Turn) -> None:
    """The speaker's last cases with holder and clock."""
    mine = cases.last_of(turn.db, turn.speaker.person_id)
    if not mine:
        turn.post.reply(
            Card(_("You have reported nothing yet. To report something, just say what is wrong."))
        )
        return
    rows = [_row(turn, i, case) for i, case in enumerate(mine, 1)]
    choices = [
        Choice(
            _("Steps of {n}", n=i) if len(mine) > 1 else _("See every step"),
            f"cases.history:{case.id}",
        )
        for i, case in enumerate(mine, 1)
    ]
    turn.post.reply(Card(lines(_("Your last reports:"), *rows), tuple(choices)))


def _row(turn: Turn, number: int, case: Case) -> Text:
    heading = _("{n}) {title}", n=number, title=title(turn, case))
    return lines(
        heading,
        *(line("   ", part, separator="") for part in (stands(turn, case), *days(turn, case))),
        line("   ", case.number, separator=""),
    )


@command("not_solved", menu=_("Not solved"), also=("没修好", "没解决", "没办好", "又坏了"))
def not_solved(turn: Turn) -> Start | None:
    """The last one is redone, or urged if it is still open."""
    event = turn.event
    said = event.body.text if event is not None and isinstance(event.body, Said) else ""
    return urge(turn, tidy(said)[:300])


def urge(turn: Turn, words: str) -> Start | None:
    """ "Still nobody came": the open case is urged, or redone; never a new one."""
    case = _latest(turn)
    if case is None:
        return Start("report")
    if case.verdict is Verdict.DECLINED:
        return Start("object", {"case": case.id})
    if case.state in {State.ANSWERED, State.CLOSED}:
        return Start("not_solved", {"case": case.id, "said": words})
    urge_case(turn, case, words)
    return None


def urge_case(turn: Turn, case: Case, words: str) -> None:
    me = turn.speaker
    theirs = {case.helper_id: Role.HELPER, case.reporter_id: Role.REPORTER}
    role = theirs.get(me.person_id, Role.FOLLOWER)
    case.urge(Actor(role, me.person_id, me.name), words, turn.now)
    cases.record(turn.db, case)
    tell_holder(
        turn,
        case,
        _(
            "The resident asks again about {title}: “{words}”. {number}",
            title=title(turn, case),
            words="…" if hidden(case) else words[:100],
            number=case.number,
        ),
    )
    text = lines(
        _(
            "Your report about {title} is not forgotten; {holder} has just been asked again.",
            title=title(turn, case),
            holder=holder(case),
        )
        if turn.policy.work.is_open(turn.now)
        else _(
            "Your report about {title} is not forgotten; {holder} is asked again first thing at work.",
            title=title(turn, case),
            holder=holder(case),
        ),
        stands(turn, case),
        _("Telephone {phone}, or send “human” to speak with a person.", phone=case.holder_phone),
        case.number,
    )
    choices = (
        Choice(_("See every step"), f"cases.history:{case.id}"),
        Choice(_("It is something else"), "cases.other:0"),
    )
    turn.post.reply(Card(text, choices))


@choice("cases.urge")
def urge_again(turn: Turn, case_id: int, _arg: str) -> None:
    case = cases.lock(turn.db, case_id)
    if case is None or not following.takes_part(turn.db, case, turn.speaker.person_id):
        raise Refused("no_such_case")
    urge_case(turn, case, turn.say(_("still waiting")))


@choice("cases.other")
def something_else(_turn: Turn, _case_id: int, _arg: str) -> Start:
    return Start("report")


def thanks(turn: Turn) -> None:
    """ "Fixed, thank you": one tap strikes it off; without a case it is just nice to hear."""
    case = _latest(turn)
    if case is not None and case.state is State.ANSWERED:
        turn.post.show(VERDICT, case.id, turn.speaker.person_id, kind="reply", fresh=True)
    else:
        turn.post.reply(Card(_("Good to hear. If anything else comes up, just say it.")))


def _latest(turn: Turn) -> Case | None:
    """The case that words like "it" mean: the newest open one, else the newest."""
    mine = cases.last_of(turn.db, turn.speaker.person_id)
    still_open = [case for case in mine if case.state is not State.CLOSED]
    reopenable = [c for c in mine if c.reopen_until and turn.now <= c.reopen_until]
    return next(iter([*still_open, *reopenable]), None)


def last_words(turn: Turn) -> str:
    """What somebody who asks for a person is likely to mean: their latest report."""
    case = _latest(turn)
    return f"{case.number} {case.text}" if case is not None else ""
