"""Somebody of the family helps: asked with a picture to scan, agreed to by both, ended by either."""

from __future__ import annotations

from datetime import timedelta

from governance.family import require_may_help
from governance.people import Person
from governance.refused import Refused
from handlers.message import Card, Choice
from handlers.refusals import words_for
from handlers.registry import Kept, choice, command, conversation, kept, leaving, opened
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Link, When, _, lines
from handlers.words import Text as AnyText
from storage import family, org, tokens
from storage.tokens import Purpose, Token

GOOD_FOR = timedelta(days=3)


@command("family", menu=_("Family helps"), also=("请家人帮忙", "找家人帮忙", "家人", "帮家人"))
def helpers(turn: Turn) -> None:
    """Who helps the speaker, whom the speaker helps, and the way to change either."""
    rows, choices = _everybody(turn)
    told = lines(*rows) if rows else _("Nobody of your family helps you here yet.")
    ask = Choice(_("Ask somebody of my family"), "family.ask:0")
    turn.post.reply(Card(told, (ask, *choices)))


def _everybody(turn: Turn) -> tuple[list[AnyText], list[Choice]]:
    me = turn.speaker.person_id
    rows: list[AnyText] = []
    choices: list[Choice] = []
    for one in family.helpers_of(turn.db, me):
        since = When(one.since, date_only=True)
        rows.append(_("{name} helps you since {day}", name=one.name, day=since))
        choices.append(Choice(_("{name} helps no more", name=one.name), f"family.end:{one.id}"))
    for one in family.helped_by(turn.db, me):
        since = When(one.since, date_only=True)
        rows.append(_("You help {name} since {day}", name=one.name, day=since))
        if not one.elder:
            larger = Choice(
                _("Make it simpler for {name}", name=one.name), f"family.simpler:{one.id}"
            )
            choices.append(larger)
        choices.append(Choice(_("Help {name} no more", name=one.name), f"family.end:{one.id}"))
    return rows, choices


# ── asked, and agreed to ─────────────────────────────────────────────────────


@choice("family.ask")
def ask(_turn: Turn, _subject: int, _arg: str) -> Start:
    return Start("family_ask")


@conversation("family_ask")
def ask_talk(talk: Talk, turn: Turn) -> None:
    """The speaker has a picture, or a line to pass on, for one of their family."""
    question = lines(
        _("Shall somebody of your family help you here?"),
        _("They read what becomes of your reports and can answer for you."),
        _("They never see your number, your door or anything private. You can end it any time."),
    )
    options = (Option("yes", _("Yes, give me the code")), Option("no", _("Not now")))
    if talk.choose("sure", question, options) != "yes":
        talk.say(_("Nothing was changed."))
        return
    _token, secret = tokens.make(
        turn.db,
        Purpose.FAMILY,
        now=turn.now,
        expires_at=turn.now + GOOD_FOR,
        maker_id=turn.speaker.person_id,
    )
    link = Link(f"f-{secret}")
    text = lines(
        _("Let them scan this picture, or pass them this line:"),
        link,
        _("It works for one person, for three days. Give it to your family only."),
    )
    turn.post.reply(Card(text, qr=link, secret=True))


@opened("f")
def open_code(turn: Turn, secret: str) -> Start:
    token = tokens.find(turn.db, Purpose.FAMILY, secret)
    token.require_open(turn.now)
    _require(turn, token)
    return Start("family_help", {"token": token.id})


def _require(turn: Turn, token: Token) -> None:
    of = token.maker_id or 0
    known = [one.id for one in family.helpers_of(turn.db, of)]
    require_may_help(turn.speaker, of, known)


@conversation("family_help")
def help_talk(talk: Talk, turn: Turn) -> None:
    """The speaker helps whoever asked, and both know."""
    token = turn.db.get_one(Token, int(talk.given("token")))
    of = token.maker_id or 0
    name = talk.recall("name", lambda: org.person_name(turn.db, of))
    question = lines(
        _("{name} asks you to help here.", name=name),
        _("You read what becomes of their reports, and can answer for them."),
        _("What you answer is recorded as yours. You can end it any time."),
    )
    options = (Option("yes", _("Yes, I help")), Option("no", _("Better not")))
    if talk.choose("sure", question, options) != "yes":
        talk.say(_("Nothing was changed."))
        return
    try:
        _require(turn, token)
        tokens.use(turn.db, token, turn.now, turn.speaker.account_id)
    except Refused as refused:
        talk.say(words_for(refused))
        return
    family.add(turn.db, of, turn.speaker.person_id, turn.now)
    mine = turn.speaker.name
    talk.say(
        _("You help {name} from now on. To see it or end it, send “family helps”.", name=name),
        (Choice(_("Make it simpler for {name}", name=name), f"family.simpler:{of}"),),
    )
    told = _("{name} helps you from now on: reads along, and can answer for you.", name=mine)
    stop = Choice(_("{name} helps no more", name=mine), f"family.end:{turn.speaker.person_id}")
    turn.post.to(of, Card(told, (stop,)))


# ── ended, and what a helper may set ─────────────────────────────────────────


@choice("family.end")
def end(turn: Turn, other: int, _arg: str) -> None:
    """Neither reads or answers for the other any more, and both know."""
    if not family.end(turn.db, turn.speaker.person_id, other):
        raise Refused("family_over")
    name = org.person_name(turn.db, other)
    turn.post.reply(Card(_("Ended: between {name} and you nobody reads along.", name=name)))
    _tell_ended(turn, other)


def _tell_ended(turn: Turn, other: int) -> None:
    mine = turn.speaker.name
    turn.post.to(other, Card(_("{name} has ended the help; nobody reads along now.", name=mine)))


@choice("family.simpler")
def simpler(turn: Turn, person_id: int, _arg: str) -> None:
    """What the person reads is laid out for old people; they are told by whom, and how to undo it."""
    if not family.helps(turn.db, turn.speaker.person_id, person_id):
        raise Refused("family_over")
    person = turn.db.get_one(Person, person_id)
    person.elder = True
    told = lines(
        _("{name} has made it simpler for you: short lines, few choices.", name=turn.speaker.name),
        _("To change back, send “standard”."),
    )
    turn.post.to(person_id, Card(told))
    turn.post.reply(Card(_("Done; {name} is told.", name=person.name)))


# ── what is kept, and what goes with somebody ────────────────────────────────


@kept
def known(turn: Turn) -> Kept:
    rows, choices = _everybody(turn)
    return Kept(lines(*rows), tuple(choices)) if rows else Kept()


@leaving()
def let_go(turn: Turn) -> None:
    """Whoever helped, or was helped, is told."""
    me = turn.speaker.person_id
    others = (*family.helpers_of(turn.db, me), *family.helped_by(turn.db, me))
    for other in sorted({one.id for one in others}):
        family.end(turn.db, me, other)
        _tell_ended(turn, other)
