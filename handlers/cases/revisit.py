"""Is it solved? Only the resident's answer closes a case."""

from __future__ import annotations

from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import Act, Outcome, Role, State, Verdict
from governance.org import PostKind
from governance.refused import Refused
from governance.roles import as_reporter
from handlers import files
from handlers.cases.callers import call_is_due
from handlers.cases.common import (
    VERDICT,
    WORK,
    Desk,
    chief_of,
    helps_with,
    ladder,
    load,
    load_as_reporter,
    parties,
    put_before_holder,
    tell_helped,
    tell_holder,
    tell_officer,
    tell_reporter,
    tell_resident,
    title,
)
from handlers.cases.filed import load_to_judge
from handlers.cases.history import steps
from handlers.cases.private import hidden
from handlers.cases.wording import OUTCOMES, STATES, STILL, ended
from handlers.message import Card, Choice
from handlers.posts import called, holder
from handlers.registry import Moment, choice, conversation, follow, receipt, view
from handlers.talk.answers import VOICE, Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import When, _, line, lines, ngettext
from storage import cases, following, groups, media, org


@view(VERDICT)
def verdict_card(turn: Turn, case_id: int, again: bool) -> Card | None:
    """The question, while it waits for an answer; then how it stands, but only in its place."""
    case = turn.db.get(Case, case_id, populate_existing=True)
    if case is None or case.outcome is None:
        return None
    helps = turn.speaker.person_id not in parties(case)  # who may have stopped helping since
    if helps and not helps_with(turn, case):
        return None
    if case.state is not State.ANSWERED:
        stands = ended(case) if case.state is State.CLOSED else STATES[case.state]
        return Card(lines(title(turn, case), stands, case.number)) if again else None
    text = lines(
        _("{name} reported it, and you may answer for them.", name=_reporter(turn, case))
        if helps
        else "",
        _(
            "{holder} says: {what}. {note}",
            holder=holder(case),
            what=line(title(turn, case), OUTCOMES[case.outcome], separator=" "),
            note=case.outcome_note,
        ),
        _asks(turn, case),
        _(
            "If nobody answers within {days} days it is closed, and counts as not answered.",
            days=turn.policy.lapse_after.days,
        )
        if case.reminded_at
        else "",
        case.number,
    )
    return Card(text, verdict_choices(turn, case))


def _asks(turn: Turn, case: Case) -> AnyText:
    if turn.speaker.person_id == case.helper_id:
        name = _reporter(turn, case)
        return _("Please ask {name}: is it solved? What do they say?", name=name)
    return (
        _("Is it solved?") if case.outcome is Outcome.SOLVED else _("Is that all right with you?")
    )


def _reporter(turn: Turn, case: Case) -> str:
    return org.person_name(turn.db, case.reporter_id)


def verdict_choices(turn: Turn, case: Case) -> tuple[Choice, ...]:
    """What can be said to the result; by whoever speaks for its reporter, what those say."""
    on, solved = case.id, case.outcome is Outcome.SOLVED
    if turn.speaker.person_id == case.helper_id:
        labels = (
            *(_("They say: solved, satisfied"), _("They say: solved, so-so")),
            *(_("They say: not solved"), _("Not asked yet")),
        )
    else:
        labels = (
            _("Solved, satisfied") if solved else _("Yes, satisfied"),
            _("Solved, so-so") if solved else _("Yes, so-so"),
            *(_("Not solved"), _("Not looked yet")),
        )
    tokens = (
        *(f"cases.yes:{on}:satisfied", f"cases.yes:{on}:so_so"),
        *(f"cases.no:{on}", f"cases.later:{on}"),
    )
    return tuple(Choice(label, token) for label, token in zip(labels, tokens, strict=True))


@choice("cases.yes")
def strike_off(turn: Turn, case_id: int, said: str) -> None:
    desk = load_to_judge(turn, case_id)
    case = desk.case
    verdict = Verdict.SO_SO if said == Verdict.SO_SO else Verdict.SATISFIED
    case.strike_off(desk.by, verdict, turn.policy, turn.now)
    cases.record(turn.db, case)
    thanks = lines(
        _("Thank you. {title} is struck off.", title=title(turn, case)),
        if_it_comes_back(turn, case),
    )
    turn.post.reply(Card(thanks, (Choice(_("See every step"), f"cases.history:{case.id}"),)))
    struck_off(turn, case, verdict)
    tell_helped(turn, case)


def if_it_comes_back(turn: Turn, case: Case) -> AnyText:
    """Until when a closed case can be reopened, and how; its number."""
    return lines(
        _(
            "If it comes back before {day}, send “not solved” and it is reopened.",
            day=When(case.reopen_until or turn.now, date_only=True),
        ),
        case.number,
    )


def struck_off(turn: Turn, case: Case, verdict: Verdict) -> None:
    """Everybody but its reporter knows: who handled it, who waits for it, the members' group."""
    turn.post.refresh(case.id, (WORK, VERDICT))
    satisfied = verdict is Verdict.SATISFIED
    tell_holder(
        turn,
        case,
        _(
            "{title}: the resident says solved, satisfied. {number}",
            title=title(turn, case),
            number=case.number,
        )
        if satisfied
        else _(
            "{title}: the resident says solved, so-so. {number}",
            title=title(turn, case),
            number=case.number,
        ),
    )
    helper = case.helper_id if case.helper_id != turn.speaker.person_id else None
    others = [helper] if helper is not None else []
    for person_id in [*others, *following.followers(turn.db, case)]:
        tell_resident(turn, person_id, _("{title} is done.", title=title(turn, case)))
    if case.public and turn.policy.announce_solved:
        _announce(turn, case)
    follow(Moment.CONCLUDED, turn, case.id)


def _announce(turn: Turn, case: Case) -> None:
    """One line in the community's own group: a matter of public space, and nobody's name but
    the handler's."""
    path = [int(part) for part in case.path.split("/") if part]
    text = _("Done: {title}. Thanks to {holder}.", title=title(turn, case), holder=holder(case))
    for group in groups.groups_over(turn.db, path):
        turn.post.to_group(group.lane, Card(text), group.language)


@choice("cases.no")
def not_solved(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("not_solved", {"case": case_id})


@conversation("not_solved", act=True)
def not_solved_talk(talk: Talk, turn: Turn) -> None:
    """Not solved, or it came back: redone by the same holder, the chief told."""
    talk.accepts(VOICE)
    desk = load_to_judge(turn, talk.given("case"))
    if desk.by.role not in {Role.REPORTER, Role.HELPER}:
        raise Refused("not_yours", holder=desk.case.holder_name, number=desk.case.number)
    said = talk.given("said")
    words = said or talk.ask(
        "words",
        _("What is still wrong? One line, or tap."),
        Text(2, 300),
        VOICE,
        options=(Option(NOBODY_CAME, _("Nobody came")), Option("still", _("Still the same"))),
    )
    if isinstance(words, str):
        text = words
    elif words.kind == "voice":
        text = turn.say(_("see the photo or voice"))
        files.keep(turn, "case", desk.case.id, (), talk.sent(VOICE), part="report")
    else:
        text = words.text or str(words.value)
    talk.say(reopen(turn, desk, text))
    tell_helped(turn, desk.case)


def reopen(turn: Turn, desk: Desk, words: str) -> AnyText:
    """Done again by whoever holds it; the level above has what the first result said. Returns
    what the resident reads."""
    case, first = desk.case, _first_result(turn, desk.case)
    case.redo(desk.by, desk.rungs, words, turn.policy, turn.now)
    cases.record(turn.db, case)
    put_before_holder(turn, case)
    turn.post.refresh(case.id, (VERDICT,))
    follow(Moment.REDONE, turn, case.id)
    above = case.above(desk.rungs)
    chief = above if hidden(case) else chief_of(case, desk.rungs) or above
    if chief is not None:
        _tell_above(turn, case, chief.person_id, words, first)
    told = chief is not None and turn.policy.work.is_open(turn.now)
    watched = words == NOBODY_CAME and chief is not None
    return lines(
        _(
            "Sorry it is not right yet. {holder} does it again and will contact you by {when}.",
            holder=holder(case),
            when=When(case.contact_due),
        ),
        _promised(case, turn),
        _("{who} watches over it from now on.", who=called(chief.post, chief.name))
        if watched and chief is not None
        else _("The grid chief has been told as well.")
        if told and chief is not None and chief.post is PostKind.GRID_CHIEF
        else "",
        case.number,
    )


def _first_result(turn: Turn, case: Case) -> AnyText:
    """What the result said that its reporter does not accept; it stays in the history."""
    results = [e for e in cases.history(turn.db, case) if e.act is Act.ANSWER]
    if not results:
        return ""
    said = results[-1]
    photos = [f for f in media.of(turn.db, "case", case.id) if f.part == "result"]
    return line(
        _("The result of {when} said", when=When(said.at)),
        OUTCOMES[case.outcome] if case.outcome else "",
        "" if hidden(case) else said.data.get("note", ""),
        ngettext("{count} photo", "{count} photos", len(photos)) if photos else "",
    )


def _tell_above(turn: Turn, case: Case, person_id: int, words: str, first: AnyText) -> None:
    said = STILL.get(words, "…" if hidden(case) else words)
    told = {"title": title(turn, case), "words": said}
    again = (
        _(
            "Reopened: {title}. Somebody has looked: {words}. {holder} does it again. {number}",
            **told,
            holder=holder(case),
            number=case.number,
        )
        if case.found_by_handler
        else _(
            "Reopened: {title}. The resident says: {words}. {holder} does it again. {number}",
            **told,
            holder=holder(case),
            number=case.number,
        )
    )
    watched = (
        _("It is under your supervision from now on: please see to it that somebody goes there.")
        if words == NOBODY_CAME
        else ""
    )
    shown = media.of(turn.db, "case", case.id) and not hidden(case)
    photos = (Choice(_("Show the photos"), f"cases.photos:{case.id}"),) if shown else ()
    choices = (*photos, Choice(_("See every step"), f"cases.history:{case.id}"))
    tell_officer(turn, person_id, lines(again, first, watched), choices)


def _promised(case: Case, turn: Turn) -> AnyText:
    day = When(case.result_due, date_only=True)
    if case.result_due >= turn.now:
        return _("Done by {day} at the latest; that day has not changed.", day=day)
    return _("It was promised for {day}; that day has passed and stays on record.", day=day)


@choice("cases.later")
def not_looked(turn: Turn, case_id: int, _arg: str) -> None:
    """Asked again when it makes sense: a lamp after dark, anything else tomorrow."""
    desk = load_to_judge(turn, case_id)
    case, policy = desk.case, turn.policy
    if policy.category(case.category).after_dark:
        again = policy.work.at_local(turn.now, policy.after_dark_at)
    else:
        again = policy.waking(turn.now + policy.remind_after)
    case.later(desk.by, again, turn.now)
    cases.record(turn.db, case)
    turn.post.reply(Card(_("All right. You will be asked again at {when}.", when=When(again))))


@choice("cases.withdraw")
def withdraw(turn: Turn, case_id: int, _arg: str) -> None:
    desk = load_as_reporter(turn, case_id)
    case = desk.case
    case.withdraw(desk.by, turn.policy, turn.now)
    cases.record(turn.db, case)
    turn.post.refresh(case.id, (WORK, VERDICT))
    text = _(
        "Withdrawn: {title}. If it is needed after all, just report it again. {number}",
        title=title(turn, case),
        number=case.number,
    )
    turn.post.reply(Card(text))
    tell_reporter(turn, case, text)
    tell_holder(
        turn,
        case,
        _(
            "The resident has withdrawn {title}. {number}",
            title=title(turn, case),
            number=case.number,
        ),
    )
    follow(Moment.CONCLUDED, turn, case.id)


@choice("cases.history")
def history(turn: Turn, case_id: int, _arg: str) -> None:
    """Every hop: a live card for its reporter and followers, a list for those who work on it."""
    desk = load(turn, case_id)
    by = as_reporter(desk.case, desk.by)
    if by.role is Role.STRANGER:
        raise Refused("no_such_case")
    if by.role in {Role.REPORTER, Role.HELPER, Role.FOLLOWER}:
        turn.post.show(WORK, case_id, turn.speaker.person_id, kind="reply", fresh=True)
        return
    heading = _("{number}: {title}", number=desk.case.number, title=title(turn, desk.case))
    shown = media.of(turn.db, "case", case_id)
    photos = (Choice(_("Show the photos"), f"cases.photos:{case_id}"),) if shown else ()
    turn.post.reply(Card(lines(heading, *steps(turn, desk.case, by)), photos))


@receipt("cases.question")
def question_came(turn: Turn, case_id: int, _arg: str, delivered: bool) -> None:
    """Silence counts from here; a question that cannot arrive needs a telephone call."""
    case = cases.lock(turn.db, case_id)
    if case is None or case.state is not State.ANSWERED:
        return
    if delivered:
        case.asked(turn.policy, turn.now)
        cases.record(turn.db, case)
    else:
        unreached(turn, case)


def unreached(turn: Turn, case: Case) -> None:
    """On the list of telephone calls, and the chief knows."""
    case.unreached(turn.now)
    cases.record(turn.db, case)
    chief = chief_of(case, ladder(turn, case))
    if chief is not None:
        text = _(
            "The question about {title} does not reach the resident; please have somebody telephone. {number}",
            title=title(turn, case),
            number=case.number,
        )
        tell_officer(turn, chief.person_id, text)
    call_is_due(turn, case)
