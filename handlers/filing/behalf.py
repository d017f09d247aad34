"""帮办: somebody in a post reports for an old person who has agreed. Both hear how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance.authority import Power
from governance.casefile import Case
from governance.cases import Actor, Role
from governance.filing import Consent, Filing, Via
from governance.privacy import Purpose, phone_in
from handlers import authority, choosing
from handlers.cases.common import tell_resident, what_of
from handlers.cases.report import drafted, open_from
from handlers.message import Choice
from handlers.posts import holder
from handlers.registry import conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, lines
from storage import filing, gazetteer, privacy
from storage.gazetteer import Spot

NO_CONSENT, SOMEBODY_ELSE, NO_PHONE = "none", "other", "skip"
CONSENTS: dict[Consent, Text] = {
    Consent.IN_PERSON: _("They told me in person"),
    Consent.PHONE: _("They told me on the telephone"),
    Consent.FAMILY: _("They said it with their family beside them"),
}


@dataclass(frozen=True, slots=True)
class Whose:
    """For whom it is. `person_id` is None where nobody of this name is known there; `reached`:
    they have an account and hear and say everything themselves."""

    name: str
    home_id: int
    consent: Consent
    person_id: int | None
    reached: bool
    phone: str


@conversation(
    "for_another", menu=_("Report for an old person"), also=("帮办", "代老人上报", "帮老人上报")
)
def for_another(talk: Talk, turn: Turn) -> None:
    bases = talk.recall("bases", lambda: _bases(turn))
    if not bases:
        authority.require(turn, Power.FILE_FOR)
    whose = _ask_whose(talk, turn, bases)
    line_for = _("For {name}, who has agreed", name=whose.name)
    draft = drafted(talk, turn, near=whose.home_id, whose=line_for, own=False)
    if draft is None:
        return
    authority.require(turn, Power.FILE_FOR, area_id=whose.home_id)
    person_id = _known(turn, whose)
    me = turn.speaker
    case = open_from(
        turn,
        draft,
        reporter=Actor(Role.REPORTER, person_id, whose.name),
        filing=Filing(Via.BEHALF, me.person_id, me.name, whose.consent),
    )
    if whose.reached:
        _tell_person(turn, case)
    _receipt(talk, turn, case, whose)


def _bases(turn: Turn) -> list[int]:
    """The areas in which the speaker may file for others."""
    places_ = authority.reached(turn, Power.FILE_FOR)
    return [area for area, _unit in places_ if area is not None]


def _ask_whose(talk: Talk, turn: Turn, bases: Sequence[int]) -> Whose:
    question = _("For whom? Their name; only those who work on it read it.")
    name = talk.ask("name", question, Typed(1, 20)).text
    consent = ask_consent(talk, name)
    base = gazetteer.chain(turn.db, bases[0])[0]
    spot = choosing.pick(
        talk, "building", _("Where does {name} live?", name=name), choosing.buildings(turn, base)
    )
    home = base if isinstance(spot, str) else spot
    person_id, reached = _ask_which(talk, turn, name, home)
    phone = "" if person_id is not None else _ask_phone(talk, name)
    return Whose(name, home.id, consent, person_id, reached, phone)


def ask_consent(talk: Talk, name: str) -> Consent:
    """How somebody has agreed that it is sent for them; without that nothing goes on."""
    options = [*(Option(c, CONSENTS[c]) for c in Consent), Option(NO_CONSENT, _("Not asked yet"))]
    question = _("Has {name} agreed that you send it? How did they say so?", name=name)
    how = talk.choose("consent", question, options)
    if how == NO_CONSENT:
        talk.say(_("Ask them first, please; then begin again. Nothing was sent."))
        talk.stop()
    return Consent(how)


def _ask_which(talk: Talk, turn: Turn, name: str, home: Spot) -> tuple[int | None, bool]:
    """The person of this name who is known at this building. One with an account hears of it, so
    it is asked whether it is them."""
    found = talk.recall(
        "called", lambda: filing.called(turn.db, name, home.path), after=("name", "building.0")
    )
    for n, (person_id, reached) in enumerate(found):
        if not reached:
            return person_id, False
        question = _(
            "A {name} who lives there uses this bot. Is it them? Then they read everything here "
            "themselves, and say themselves whether it is solved.",
            name=name,
        )
        options = (Option("yes", _("Yes, it is them")), Option("no", _("No, somebody else")))
        if talk.choose(f"them{n}", question, options, after=("name",)) == "yes":
            return person_id, True
    return None, False


def _ask_phone(talk: Talk, name: str) -> str:
    """A number at which whoever works on it can call them; "" where they rather leave none."""
    question: Words = _(
        "On which number may whoever works on it call {name}? Only if they have agreed.", name=name
    )
    none = (Option(NO_PHONE, _("No number")),)
    n = 0
    while True:
        said = talk.ask(f"phone{n}", question, Typed(3, 32), options=none, after=("name",))
        number = "" if said.kind == "option" else phone_in(said.text)
        if number is not None:
            return number
        question = _("That is no number I know. Eleven digits, or with the area code first.")
        n += 1


# ── filed ────────────────────────────────────────────────────────────────────


def _known(turn: Turn, whose: Whose) -> int:
    """The person's id; somebody new is entered with what was told, and their number is theirs."""
    if whose.person_id is not None:
        return whose.person_id
    person = filing.enter(turn.db, whose.name, whose.home_id, whose.phone)
    if whose.phone:
        privacy.give(turn.db, person.id, Purpose.PHONE, turn.now)
    return person.id


def _tell_person(turn: Turn, case: Case) -> None:
    text = lines(
        _(
            "{name} has reported for you: {place}, {kind}.",
            name=turn.speaker.name,
            **_what(turn, case),
        ),
        _(
            "Passed to {holder}, who will contact you by {when}.",
            holder=holder(case),
            when=When(case.contact_due),
        ),
        _("If you did not ask for that, tap “Withdraw it”. To ask how it stands, send “progress”."),
        case.number,
    )
    withdraw = (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),)
    tell_resident(turn, case.reporter_id, text, withdraw)


def _receipt(talk: Talk, turn: Turn, case: Case, whose: Whose) -> None:
    mine = case.holder_id == turn.speaker.person_id
    talk.say(
        lines(
            _(
                "Reported for {name}: {place}, {kind}.",
                name=whose.name,
                **_what(turn, case),
            ),
            _("It is in your own hands.")
            if mine
            else _(
                "Passed to {holder}, who will contact them by {when}.",
                holder=holder(case),
                when=When(case.contact_due),
            ),
            _("{name} reads everything here too, and says whether it is solved.", name=whose.name)
            if whose.reached
            else _(
                "You read here how it goes; please tell {name}. Whether it is solved, somebody who "
                "had no part in it asks them.",
                name=whose.name,
            )
            if mine
            else _(
                "You read here how it goes; please tell {name}. At the end you are asked what they "
                "say.",
                name=whose.name,
            ),
            case.number,
        ),
        () if mine else (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),),
    )


def _what(turn: Turn, case: Case) -> dict[str, Text]:
    if case.private and not case.danger:
        return {"place": _("private matter"), "kind": case.number[-4:]}
    return {"place": case.place, "kind": what_of(turn, case)}
