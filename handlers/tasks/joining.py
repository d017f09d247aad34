"""Becoming a volunteer in three taps, perhaps for a slot that is kept meanwhile."""

from __future__ import annotations

from governance import claims as rules
from governance.claims import Claim, ClaimState
from governance.people import Member, Person
from handlers.registry import Due, conversation, tick
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.tasks.browsing import open_tasks
from handlers.tasks.claiming import claim_for, fill
from handlers.tasks.common import MINE, changed, load, tell, title
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import claims

_NONE = Option("no", _("Rather not"))


@conversation(
    "volunteer",
    menu=_("Register as a volunteer"),
    also=("volunteer", "当志愿者", "志愿者登记", "登记志愿者"),
    act=True,
)
def volunteer(talk: Talk, turn: Turn) -> None:
    """Name and consent; then the slot that was kept is theirs."""
    person = turn.db.get_one(Person, turn.speaker.person_id)
    shift_id = talk.given("shift")
    if person.member is not None:
        _go_on(talk, turn, shift_id)
        return
    if not _old_enough(talk):
        _give_up(turn, shift_id)
        talk.say(_UNDER_14)
        return
    name = _name(talk, person)
    if talk.choose("agree", _terms(name), (Option("yes", _("I agree")), _NONE)) != "yes":
        _give_up(turn, shift_id)
        talk.say(_("Nothing was kept. If you change your mind, send “volunteer”."))
        return
    person.member = Member.VOLUNTEER
    if person.code is None:
        person.name = name
    turn.db.flush()
    talk.say(_("You are registered as a volunteer, {name}.", name=name))
    _go_on(talk, turn, shift_id)


def wants_to_help(turn: Turn) -> Start | None:
    """Somebody says so in their own words: registered first, then what is open."""
    if turn.db.get_one(Person, turn.speaker.person_id).member is None:
        return Start("volunteer")
    open_tasks(turn)
    return None


_UNDER_14 = lines(
    _("Under 14 one takes part together with a parent: let them register and bring you along."),
    _("Nothing was noted."),
)


def _old_enough(talk: Talk) -> bool:
    options = (Option("yes", _("Yes, 14 or older")), Option("under", _("Under 14")))
    return (
        talk.choose("age", _("To take part one is registered. Are you 14 or older?"), options)
        == "yes"
    )


def _name(talk: Talk, person: Person) -> str:
    if person.code is not None:
        return person.name
    known = (Option("same", person.name),) if person.name not in {"", "?"} else ()
    question = _("Which name shall stand on the list? Others in the group see it.")
    said = talk.ask("name", question, Typed(1, 20), options=known)
    return person.name if said.kind == "option" else said.text.replace("\n", " ")


def _terms(name: str) -> Text:
    return lines(
        _("As {name} you are on the list of a task you claim, and in the group.", name=name),
        _("Kept are your name, what you claimed, and the hours. To delete them send “my data”."),
        _("Do you agree?"),
    )


def _go_on(talk: Talk, turn: Turn, shift_id: int | None) -> None:
    """The slot that was kept is theirs; without one they press like everybody else."""
    if shift_id is None:
        talk.say(_("New tasks come in your group; “tasks” shows what is open."))
        return
    desk = load(turn, shift_id)
    claim = claims.one(turn.db, shift_id, turn.speaker.person_id)
    if claim is not None and claim.state is ClaimState.HELD:
        rules.register(claim, turn.now)
        changed(turn, desk)
        turn.post.show(MINE, shift_id, turn.speaker.person_id, kind="reply", fresh=True)
    else:
        turn.db.flush()
        claim_for(turn, shift_id)


def _give_up(turn: Turn, shift_id: int | None) -> None:
    """What was kept goes to whoever waits."""
    if shift_id is None:
        return
    desk = load(turn, shift_id)
    claim = claims.one(turn.db, shift_id, turn.speaker.person_id)
    if claim is not None and claim.state is ClaimState.HELD:
        rules.free(desk.shift, claim)
        fill(turn, desk)
        changed(turn, desk)


# ── the minutes are over ─────────────────────────────────────────────────────


def lapse(turn: Turn, claim_id: int) -> None:
    """A slot nobody has registered for goes to whoever waits longest."""
    found = turn.db.get_one(Claim, claim_id)
    desk = load(turn, found.shift_id)
    claim = turn.db.get_one(Claim, claim_id, populate_existing=True)
    if (
        claim.state is not ClaimState.HELD
        or claim.held_until is None
        or claim.held_until > turn.now
    ):
        return
    rules.free(desk.shift, claim)
    fill(turn, desk)
    changed(turn, desk)
    text = _(
        "The minutes for registering are over, so the slot went on: {what}.", what=title(turn, desk)
    )
    tell(turn, claim.person_id, text)


tick(Due("task_holds", claims.lapsed, lapse, claims.NEXT_LAPSE))
