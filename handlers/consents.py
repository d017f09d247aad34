"""What somebody agrees to beyond having a report dealt with: each by itself, on and off."""

from __future__ import annotations

from governance.people import Person
from governance.privacy import Purpose, mask_phone, phone_in
from handlers.message import Card, Choice
from handlers.registry import Moment, choice, command, conversation, follow, view
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, Words, _, lines, paragraphs
from storage import privacy

CONSENTS = "consents"
NAMES: dict[Purpose, Words] = {
    Purpose.PHONE: _("Call me back"),
    Purpose.NEWS: _("News of the community"),
    Purpose.PHOTO: _("Show my photos"),
    Purpose.RANKING: _("Points ranking"),
}
_MEANS: dict[Purpose, Words] = {
    Purpose.PHONE: _("whoever works on your report may see your number; every look is on record"),
    Purpose.NEWS: _("notices of the community are sent to you here"),
    Purpose.PHOTO: _("photos you sent may be shown in public, without your name"),
    Purpose.RANKING: _("your name and points stand in the community's ranking, where it has one"),
}


@command("consent", menu=_("What I agree to"), also=("授权", "同意", "consent"))
def consents(turn: Turn) -> None:
    """Each purpose, whether it is on, and the tap that changes it."""
    me = turn.speaker.person_id
    turn.post.show(CONSENTS, me, me, kind="reply", fresh=True)


@choice("consents.see")
def see(turn: Turn, _subject: int, _arg: str) -> None:
    consents(turn)


@view(CONSENTS)
def consents_card(turn: Turn, person_id: int, _again: bool) -> Card:
    """What this person agrees to now."""
    on = privacy.agreed(turn.db, person_id)
    phone = turn.db.get_one(Person, person_id).phone
    rows = [_row(purpose, phone, on=purpose in on) for purpose in Purpose]
    text = paragraphs(
        _("Reporting needs none of these. Switch each on or off whenever you like:"), lines(*rows)
    )
    return Card(text, tuple(_switch(purpose, on=purpose in on) for purpose in Purpose))


def _row(purpose: Purpose, phone: str, *, on: bool) -> Text:
    values = {"name": NAMES[purpose], "means": _MEANS[purpose]}
    row = _("✓ {name}: on; {means}", **values) if on else _("✗ {name}: off; {means}", **values)
    if purpose is Purpose.PHONE and on and phone:
        return _("{row} ({phone})", row=row, phone=mask_phone(phone))
    return row


def _switch(purpose: Purpose, *, on: bool) -> Choice:
    if on:
        return Choice(_("Off: {name}", name=NAMES[purpose]), f"consents.off:0:{purpose}")
    return Choice(_("On: {name}", name=NAMES[purpose]), f"consents.on:0:{purpose}")


@choice("consents.on")
def switched_on(turn: Turn, _subject: int, arg: str) -> Start | None:
    """The speaker agrees; where a number is missing it is asked for first."""
    me = turn.speaker.person_id
    if arg == Purpose.PHONE and not turn.db.get_one(Person, me).phone:
        return Start("phone")
    if arg in set(Purpose):
        privacy.give(turn.db, me, Purpose(arg), turn.now)
        follow(Moment.CONSENTED, turn, me)
    _again(turn)
    return None


@choice("consents.off")
def switched_off(turn: Turn, _subject: int, arg: str) -> None:
    """The speaker does not agree any more; nothing else is lost by that."""
    me = turn.speaker.person_id
    if arg in set(Purpose):
        privacy.withdraw(turn.db, me, Purpose(arg), turn.now)
        follow(Moment.CONSENTED, turn, me)
    person = turn.db.get_one(Person, me)
    if arg == Purpose.PHONE and person.code is None:
        person.phone = ""
    turn.post.toast = _("Switched off. Everything else stays as it was.")
    _again(turn)


def _again(turn: Turn) -> None:
    me = turn.speaker.person_id
    turn.db.flush()
    turn.post.show(CONSENTS, me, me, kind="reply")


@conversation("phone", menu=_("Leave my number"), also=("留电话", "换电话", "改电话"))
def phone_talk(talk: Talk, turn: Turn) -> None:
    """Whoever works on a report of the speaker can call this number."""
    person = turn.db.get_one(Person, turn.speaker.person_id)
    if person.code is not None and person.phone:
        phone = mask_phone(person.phone)
        talk.say(
            _("{phone} comes from the roster; whoever keeps the roster changes it.", phone=phone),
            _SEE,
        )
        return
    number = _ask_number(talk)
    if number is None:
        talk.say(_("No number was kept. You read here what becomes of your reports."))
        return
    person.phone = number
    privacy.give(turn.db, person.id, Purpose.PHONE, turn.now)
    text = lines(
        _("{phone} is kept, encrypted.", phone=mask_phone(number)),
        _("Only whoever works on your report can see it in full, and each look is on record."),
        _("To take it back, send “consent”."),
    )
    talk.say(text, _SEE)


_SEE = (Choice(_("What I agree to"), "consents.see:0"),)


def _ask_number(talk: Talk) -> str | None:
    """A number that can be called; None for whoever would rather leave none."""
    question: Words = _("Which number may whoever works on your report call?")
    n = 0
    while True:
        no = (Option("none", _("Rather not")),)
        said = talk.ask(f"phone{n}", question, Typed(3, 32), options=no)
        if said.kind == "option":
            return None
        number = phone_in(said.text)
        if number is not None:
            return number
        n += 1
        question = _("That is no number I know. Eleven digits, or with the area code first.")
