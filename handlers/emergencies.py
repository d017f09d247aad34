"""Danger to life: the advice first, then everybody near is alerted. No questions are asked."""

from __future__ import annotations

from datetime import timedelta

from governance.casefile import Case
from governance.cases import Actor, Role, State
from governance.org import PostKind, Rung
from handlers import humans, places
from handlers.cases import speech
from handlers.cases.common import WORK, ladder
from handlers.cases.report import Draft, open_from
from handlers.cases.speech import Sent
from handlers.dangers import DANGERS, Danger
from handlers.message import Card, Choice
from handlers.posts import called, reachable
from handlers.turn import Turn
from handlers.words import Joined, _, line, lines
from storage import cases, org

ALERTED = (PostKind.GRID_WORKER, PostKind.GRID_CHIEF, PostKind.COMMUNITY_DUTY)
SAME_DANGER = timedelta(hours=2)  # further words belong to the emergency already open


def alarm(turn: Turn, kind: str, words: str) -> None:
    """The advice is the first thing they read; a case is open or a person is called."""
    danger = DANGERS[kind]
    if not danger.opens_case:
        humans.call(turn, words, about=kind, advice=danger.advice)
        return
    going_on = current(turn)
    if going_on is not None:
        turn.post.reply(Card(danger.advice), kind="alert")
        _more(turn, going_on, words)
        return
    place = places.in_text(turn, words) or places.at_home(turn)
    if place is None:
        root = org.district(turn.db)
        place = places.Found(root.id, root.name)
    draft = Draft(place, turn.policy.category(danger.category), words)
    case = open_from(turn, draft, danger=kind)
    alerted = _alert(turn, case, danger)
    known = case.area_id != org.district(turn.db).id
    turn.post.reply(Card(_answer(danger, alerted, case, known=known)), kind="alert")


CONFIRMED = "emergencies.yes"


def ask(turn: Turn, kind: str) -> None:
    """What may be a danger is not taken for one unasked: the advice, and one tap that calls."""
    text = lines(
        _("If somebody is in danger:"), DANGERS[kind].advice, _("If not, just go on below.")
    )
    call = Choice(_("There is danger: call somebody now"), f"{CONFIRMED}:0:{kind}")
    turn.post.reply(Card(text, (call,)), kind="alert")


def confirmed(token: str) -> str | None:
    """The kind of danger that was tapped; None for any other tap."""
    verb, _subject, kind = (*token.split(":", 2), "", "")[:3]
    return kind if verb == CONFIRMED and kind in DANGERS else None


def add_to_current(turn: Turn, words: str) -> bool:
    """Further words belong to the speaker's open emergency; False if there is none."""
    case = current(turn)
    if case is not None:
        _more(turn, case, words)
    return case is not None


def _more(turn: Turn, case: Case, words: str) -> None:
    me = turn.speaker
    role = Role.HELPER if me.person_id == case.helper_id else Role.REPORTER
    speech.add_words(turn, case, Actor(role, me.person_id, me.name), Sent(words))


def current(turn: Turn) -> Case | None:
    """The speaker's own emergency that is still open."""
    for case in cases.last_of(turn.db, turn.speaker.person_id, 1):
        fresh = turn.now - case.opened_at < SAME_DANGER
        if case.emergency and fresh and case.state in {State.ASSIGNED, State.WORKING}:
            return case
    return None


def _alert(turn: Turn, case: Case, danger: Danger) -> list[Rung]:
    """One of each post near the place is alerted at once; a private danger goes to one person."""
    rungs = ladder(turn, case)
    alerted = [rungs[0]]
    if danger.private:
        return alerted
    for post in ALERTED:
        found = next((r for r in rungs if r.post is post), None)
        if found is None or any(r.person_id == found.person_id for r in alerted):
            continue
        receipt = f"cases.alert:{case.id}:{found.person_id}"
        turn.post.show(WORK, case.id, found.person_id, kind="alarm", fresh=True, receipt=receipt)
        alerted.append(found)
    return alerted


def _answer(danger: Danger, alerted: list[Rung], case: Case, *, known: bool) -> Joined:
    who = line(*(called(r.post, r.name) for r in alerted), separator=" / ")
    return lines(
        danger.advice,
        _("Passed on to {who}. You will read here as soon as one of them has seen it.", who=who),
        _("Telephone {who}.", who=reachable(alerted[-1])),
        "" if known else _("Where is it? Send one line or share your location."),
        case.number,
    )
