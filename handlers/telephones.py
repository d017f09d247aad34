"""A resident's number, where somebody in a post needs it: masked until a tap that is recorded."""

from __future__ import annotations

from collections.abc import Callable

from governance.authority import Power
from governance.casefile import Case
from governance.cases import Role, State
from governance.people import Person
from governance.privacy import Purpose, What, mask_phone
from governance.refused import Refused
from governance.roles import role_of
from governance.wishfile import Wish
from handlers.authority import may
from handlers.cases.callers import caller
from handlers.cases.common import ladder
from handlers.message import Card, Choice
from handlers.registry import choice
from handlers.turn import Turn
from handlers.words import Text, _, lines
from storage import privacy
from storage.humans import Call


def show_phone(
    turn: Turn, person_id: int, occasion: str, subject: int
) -> tuple[Text, tuple[Choice, ...]]:
    """The number masked, and the tap that shows it to whoever may see it on this occasion.

    `occasion` is "case", "call" or "wish", `subject` its id. Both are empty where the person left no
    number or took their consent back. It writes nothing, so a live card may call it.
    """
    phone = phone_of(turn, person_id)
    if not phone:
        return "", ()
    choices: tuple[Choice, ...] = ()
    if _ALLOWED[occasion](turn, subject) is not None:
        choices = (Choice(_("Show telephone"), f"privacy.phone:{subject}:{occasion}"),)
    return _("Telephone: {phone}", phone=mask_phone(phone)), choices


def phone_of(turn: Turn, person_id: int) -> str:
    """The number its owner lets us use; "" for none."""
    if Purpose.PHONE not in privacy.agreed(turn.db, person_id):
        return ""
    return turn.db.get_one(Person, person_id).phone


@choice("privacy.phone")
def in_full(turn: Turn, subject: int, occasion: str) -> None:
    """The number in full, in private; its owner can read who saw it."""
    allowed = _ALLOWED[occasion](turn, subject) if occasion in _ALLOWED else None
    if allowed is None:
        raise Refused("phone_not_shown")
    person_id, number = allowed
    phone = phone_of(turn, person_id)
    if not phone:
        turn.post.reply(Card(_("They take no calls any more; write to them from the card.")))
        return
    privacy.viewed(turn.db, turn.speaker.person_id, person_id, What.PHONE, number, turn.now)
    text = lines(
        _("{phone} {number}", phone=phone, number=number),
        _("For this matter only. The resident can read that you have seen it."),
    )
    with turn.post.at(turn.speaker.lane):
        turn.post.reply(Card(text, secret=True))


# ── who may, on which occasion ───────────────────────────────────────────────


def _on_a_case(turn: Turn, case_id: int) -> tuple[int, str] | None:
    """Until it is closed: its holder, their partner, the community that calls people back, and
    whoever else is to ask its reporter on the telephone whether it is solved."""
    case = turn.db.get(Case, case_id)
    if case is None or case.state is State.CLOSED:
        return None
    held = role_of(case, turn.speaker.person_id, ladder(turn, case)) is Role.HOLDER
    if held or may(turn, Power.SEE_PHONE, area_id=case.area_id) or _is_to_ask(turn, case):
        return case.reporter_id, case.number
    return None


def _is_to_ask(turn: Turn, case: Case) -> bool:
    if case.state is not State.ANSWERED or not (case.needs_call or case.reminded_at):
        return False
    me = turn.speaker
    by = caller(turn, case, ladder(turn, case), me.person_id, me.name)
    return by.role is Role.CALLER


def _on_a_call(turn: Turn, call_id: int) -> tuple[int, str] | None:
    """Until it is ended: whoever was asked to answer."""
    call = turn.db.get(Call, call_id)
    if call is None or call.state == "ended" or call.officer_id != turn.speaker.person_id:
        return None
    return call.person_id, ""


def _on_a_wish(turn: Turn, wish_id: int) -> tuple[int, str] | None:
    """Until it has ended: the community, which verifies it and asks whether it came."""
    wish = turn.db.get(Wish, wish_id)
    if wish is None or wish.over or not may(turn, Power.SEE_PHONE, area_id=wish.area_id):
        return None
    return wish.poster_id, ""


_ALLOWED: dict[str, Callable[[Turn, int], tuple[int, str] | None]] = {
    "case": _on_a_case,
    "call": _on_a_call,
    "wish": _on_a_wish,
}
