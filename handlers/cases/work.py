"""What the one who holds a case sees and does: accept, answer, hand up; never close."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import Power
from governance.casefile import Case
from governance.cases import Role, State
from governance.org import PostKind
from governance.roles import holds
from handlers import authority, telephones
from handlers.cases.alerted import alerted
from handlers.cases.common import (
    VERDICT,
    WORK,
    acting,
    family_of,
    ladder,
    load,
    load_to_work,
    parties,
    put_before_holder,
    tell_family,
    tell_reporter,
    title,
)
from handlers.cases.deadlines import dates
from handlers.cases.filed import how_it_came, whom_to_ask
from handlers.cases.files import used_before
from handlers.cases.hands import REASONS, hands
from handlers.cases.listening import listening, unheard, write_it_down
from handlers.cases.offers import more
from handlers.cases.private import hidden, opening
from handlers.cases.progress import progress_card, public
from handlers.cases.wording import OUTCOMES, STATES, STILL, ended
from handlers.message import Card, Choice
from handlers.posts import holder
from handlers.registry import choice, conversation, view
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import When, Words, _, line, lines, ngettext
from storage import cases, following, media
from storage.media import File

# ── the card ─────────────────────────────────────────────────────────────────


@view(WORK)
def work_card(turn: Turn, case_id: int, _again: bool) -> Card | None:
    """The present state, and what its reader may do now; for whoever reported it or waits for
    it, with whom it is."""
    case = turn.db.get(Case, case_id, populate_existing=True)
    if case is None:
        return None
    me = turn.speaker
    rungs = () if holds(case, me.person_id) else ladder(turn, case)
    by = acting(turn, case, rungs)
    role = by.role
    if role in {Role.REPORTER, Role.HELPER, Role.FOLLOWER}:
        return progress_card(turn, case, by)
    if role is Role.STRANGER and all(r.person_id != me.person_id for r in rungs):
        return Card(public(turn, case))  # who followed it, or had it, and has no part in it now
    sign = "🚨" if case.emergency and case.state is State.ASSIGNED else "🔦"
    files = media.of(turn.db, "case", case.id)
    phone, show = telephones.show_phone(turn, case.reporter_id, "case", case.id)
    text = lines(
        line(f"{sign} ", title(turn, case), separator=""),
        line(_clock(case), _who(case)),
        alerted(turn, case, rungs),
        f"“{_short(case.text)}”" if case.text and not hidden(case) else "",
        "" if hidden(case) else how_it_came(turn, case),
        phone,
        _files(turn, case, files),
        unheard(turn, case),
        _waiting(turn, case),
        _supervised(case),
        _("Asked for again: {count}×", count=case.urged) if case.urged else "",
        _result(case),
        _redone(case),
        hands(turn, case),
        case.number,
    )
    seen = opening(case) if hidden(case) and role is Role.HOLDER else ()
    choices = (
        *seen,
        *listening(case, files),
        *(write_it_down(case) if role is Role.HOLDER and unheard(turn, case) else ()),
        *_choices(case, role, own=case.reporter_id == me.person_id),
        *_whistle(turn, case, role),
        *more(turn, case, by),
        *show,
    )
    return Card(text, choices)


def _clock(case: Case) -> AnyText:
    day = When(case.result_due, date_only=True)
    if case.state is State.CLOSED:
        return ended(case)
    if case.emergency and (case.danger or case.state is State.ASSIGNED):
        return _("Emergency, reported {when}", when=When(case.opened_at))
    if case.state is State.ASSIGNED:
        return _("Contact by {when}, done by {day}", when=When(case.contact_due), day=day)
    return dates(case)


def _who(case: Case) -> AnyText:
    if case.state is State.ASSIGNED:
        return _("with {holder}, not taken yet", holder=holder(case))
    if case.state is State.WORKING and case.accepted_at:
        return _("{holder} took it {when}", holder=holder(case), when=When(case.accepted_at))
    return line(holder(case), STATES[case.state] if case.state is not State.CLOSED else "")


def _supervised(case: Case) -> AnyText:
    if not case.supervised:
        return ""
    return _("Supervision note: {note}", note=STILL.get(case.supervised, case.supervised))


def _result(case: Case) -> AnyText:
    if case.outcome is None:
        return ""
    note = "" if hidden(case) else _short(case.outcome_note)
    return line(_("Result: {what}", what=OUTCOMES[case.outcome]), note)


def _redone(case: Case) -> AnyText:
    if case.state not in {State.ASSIGNED, State.WORKING} or not case.redo_words:
        return ""
    words = STILL.get(case.redo_words, "…" if hidden(case) else case.redo_words)
    if case.found_by_handler:
        return _("Somebody has looked, and it is not right: {words}", words=words)
    return _("The resident says it is not right: {words}", words=words)


def _files(turn: Turn, case: Case, files: Sequence[File]) -> AnyText:
    photos = [f for f in files if f.kind == "photo" and f.state in {"waiting", "stored"}]
    voices = [f for f in files if f.kind == "voice" and f.state in {"waiting", "stored"}]
    waiting = any(f.state == "waiting" for f in files)
    used = next((f for f in reversed(photos) if f.used_in is not None), None)
    before = used_before(turn, case, used) if used is not None else ""
    doubt = _("⚠ a photo of the result {before}", before=before) if before else ""
    counted = line(
        ngettext("{count} photo", "{count} photos", len(photos)) if photos else "",
        ngettext("{count} voice message", "{count} voice messages", len(voices)) if voices else "",
        _("on its way") if waiting else "",
    )
    return lines(counted, doubt)


def _waiting(turn: Turn, case: Case) -> AnyText:
    more = len(following.followers(turn.db, case))
    if not more:
        return ""
    return ngettext("{count} household waits", "{count} households wait", more + 1)


_ABOVE_GRIDS = frozenset({PostKind.COMMUNITY_DUTY, PostKind.STREET_DUTY, PostKind.DISTRICT_DESK})


def _whistle(turn: Turn, case: Case, role: Role) -> tuple[Choice, ...]:
    """From the community upwards several units can be called to it at once."""
    if hidden(case):
        return ()
    high = role is Role.SUPERIOR or (role is Role.HOLDER and case.holder_post in _ABOVE_GRIDS)
    if not high or case.state in {State.ANSWERED, State.CLOSED}:
        return ()
    if not authority.may(turn, Power.BLOW_DEMAND, area_id=case.area_id):
        return ()
    return (Choice(_("Whistle for units"), f"whistles.blow:{case.id}"),)


def _choices(case: Case, role: Role, *, own: bool) -> tuple[Choice, ...]:
    settled = {State.SUSPENDED, State.ANSWERED, State.CLOSED}
    if role is Role.PARTNER and case.state not in settled:
        return (Choice(_("Feed back"), f"cases.feed_back:{case.id}"),)
    if role not in {Role.HOLDER, Role.SUPERIOR} or case.state in settled:
        return ()
    on = case.id
    if case.state is State.ASSIGNED:
        if case.emergency:
            return (Choice(_("I am on my way"), f"cases.accept:{on}"),)
        accept = (Choice(_("I take it"), f"cases.accept:{on}"),)
        if role is Role.SUPERIOR:
            return accept
        done = (
            Choice(_("Report the result"), f"cases.answer:{on}")
            if case.redone
            else Choice(_("Settled on the spot"), f"cases.settle:{on}")
        )
        return (*accept, done, *_upwards(case), *_elsewhere(case))
    if role is Role.SUPERIOR:
        return (Choice(_("Supervise"), f"cases.supervise:{on}"),)
    many = (Choice(_("Call volunteers"), f"tasks.from_case:{on}"),)
    write = (Choice(_("Write to the resident"), f"cases.word:{on}"),)
    return (
        Choice(_("Report the result"), f"cases.answer:{on}"),
        *(many if case.holder_post is PostKind.COMMUNITY_DUTY and case.public else ()),
        *(() if own else write),
        *_upwards(case),
    )


def _upwards(case: Case) -> tuple[Choice, ...]:
    """A unit does not hand up; it gives back."""
    return () if case.holder_unit_id else (Choice(_("Hand up"), f"cases.up:{case.id}"),)


def _elsewhere(case: Case) -> tuple[Choice, ...]:
    return () if case.holder_unit_id else (Choice(_("Not ours"), f"cases.not_ours:{case.id}"),)


# ── taps and their conversations ─────────────────────────────────────────────


@choice("cases.accept")
def accept(turn: Turn, case_id: int, _arg: str) -> None:
    desk = load(turn, case_id)
    case = desk.case
    if case.state is State.WORKING and desk.by.role is Role.HOLDER:
        turn.post.toast = _("You have it already.")
        return
    case.accept(desk.by, desk.rungs, turn.now)
    cases.record(turn.db, case)
    own = case.reporter_id == turn.speaker.person_id
    turn.post.toast = _("It is yours.") if own else _("It is yours; the resident has been told.")
    turn.post.refresh(case.id, (WORK,))
    turn.post.show(WORK, case.id, turn.speaker.person_id, kind="reply")
    if case.emergency:
        seen = _(
            "{holder} saw it {when} and is on the way. Telephone {phone}.",
            holder=holder(case),
            when=When(turn.now),
            phone=case.holder_phone,
        )
        for person_id in parties(case):
            turn.post.to(person_id, Card(seen), kind="alert")
        tell_family(turn, case, seen)
    else:
        text = lines(
            _("{holder} has taken it: {title}.", holder=holder(case), title=title(turn, case)),
            _(
                "To be done by {day} at the latest. Telephone {phone}.",
                day=When(case.result_due, date_only=True),
                phone=case.holder_phone,
            ),
        )
        tell_reporter(turn, case, text)


@choice("cases.up")
def hand_up(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("hand_up", {"case": case_id})


@choice("cases.not_ours")
def not_ours(_turn: Turn, case_id: int, _arg: str) -> Start:
    return Start("not_ours", {"case": case_id})


@conversation("hand_up", act=True)
def hand_up_talk(talk: Talk, turn: Turn) -> None:
    """The holder cannot settle it; the next level takes over."""
    desk = load_to_work(turn, talk.given("case"))
    question = _("{title}: why does it have to go up? One line.", title=title(turn, desk.case))
    reason = talk.ask("reason", question, Text(2, 200)).text
    before = holder(desk.case)
    desk.case.escalate(desk.by, desk.rungs, reason, turn.policy, turn.now)
    _handed_on(talk, turn, desk.case, before, reason)


@conversation("not_ours", act=True)
def not_ours_talk(talk: Talk, turn: Turn) -> None:
    """The holder says whose it is; the next level decides."""
    desk = load_to_work(turn, talk.given("case"))
    said = talk.ask(
        "reason",
        _("{title}: whose is it? Tap one or type it.", title=title(turn, desk.case)),
        Text(2, 200),
        options=(
            Option("property", _("The property firm's")),
            Option("other_unit", _("Another department's")),
            Option("elsewhere", _("Not in my grid")),
            Option("private_home", _("Inside a private home")),
        ),
    )
    words = said.text or str(said.value)
    before = holder(desk.case)
    desk.case.not_ours(desk.by, desk.rungs, words, turn.policy, turn.now)
    _handed_on(talk, turn, desk.case, before, words)


def _handed_on(talk: Talk, turn: Turn, case: Case, before: Words, reason: str) -> None:
    cases.record(turn.db, case)
    put_before_holder(turn, case)
    text = lines(
        _("{before} says: {reason}.", before=before, reason=REASONS.get(reason, reason)),
        _(
            "Passed on to {holder}, who will contact you by {when}; done by {day} at the latest, "
            "that day has not changed.",
            holder=holder(case),
            when=When(case.contact_due),
            day=When(case.result_due, date_only=True),
        ),
        case.number,
    )
    tell_reporter(turn, case, text)
    talk.say(
        _(
            "Passed on to {holder}; the resident has been told. {number}",
            holder=holder(case),
            number=case.number,
        )
    )


def ask_resident(turn: Turn, case: Case) -> None:
    """The question "is it solved?" goes out; silence counts from its delivery."""
    if not case.asks:
        return
    at = turn.policy.waking(turn.now)
    turn.post.show(
        VERDICT,
        case.id,
        whom_to_ask(turn, case),
        kind="notice",
        fresh=True,
        receipt=f"cases.question:{case.id}",
        release_at=at if at > turn.now else None,
    )
    for helper_id in family_of(turn, case):
        turn.post.show(
            VERDICT,
            case.id,
            helper_id,
            kind="notice",
            fresh=True,
            release_at=at if at > turn.now else None,
        )


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
