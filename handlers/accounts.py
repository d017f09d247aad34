"""Several accounts of one person: a code shown on one is typed on the other.

Messages go to the account its person spoke from last, alerts to those marked for them as well;
every account keeps its language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from governance.people import Person
from governance.refused import Refused
from handlers.message import Card, Choice, Said
from handlers.refusals import words_for
from handlers.registry import COMMANDS, Moment, choice, command, conversation, follow
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text as AnyText
from handlers.words import When, _, line, lines, paragraphs
from storage import merging, org, people, tokens
from storage.tokens import Purpose, Token

GOOD_FOR = timedelta(minutes=10)
MESSENGERS: dict[str, AnyText] = {
    "telegram": "Telegram",
    "wechat": _("WeChat"),
    "wecom": _("WeCom"),
    "local": _("the messenger of the demo"),
}


def is_somebody(turn: Turn, person_id: int) -> bool:
    """Whether the roster knows this person, or they hold a post."""
    known = turn.db.get_one(Person, person_id).code is not None
    return known or bool(org.posts_of(turn.db, person_id))


# ── linking ──────────────────────────────────────────────────────────────────


@command("link", menu=_("Link another account"), also=("绑定", "绑定账号", "link"))
def link(turn: Turn) -> Start | None:
    """A code for the other account; with digits behind it, the code of the other account."""
    said = turn.event.body.text if turn.event and isinstance(turn.event.body, Said) else ""
    typed = _digits(said)
    if typed:
        return Start("link", {"code": typed})
    tokens.forget_codes(turn.db, turn.speaker.account_id)
    _token, secret = tokens.make(
        turn.db,
        Purpose.ACCOUNT,
        now=turn.now,
        expires_at=turn.now + GOOD_FOR,
        maker_id=turn.speaker.person_id,
        subject_id=turn.speaker.account_id,
    )
    text = lines(
        _("Code of this account: {code}", code=f"{secret[:4]} {secret[4:]}"),
        _("Good for 10 minutes, once. On your other account send “link” and then this code."),
        _("Give it to nobody else: whoever has it could read what is yours."),
    )
    turn.post.reply(Card(text, (Choice(_("I have a code already"), "link.enter:0"),), secret=True))
    return None


@choice("link.enter")
def enter(_turn: Turn, _subject: int, _arg: str) -> Start:
    return Start("link")


@conversation("link")
def link_talk(talk: Talk, turn: Turn) -> None:
    """The account that showed the code and this one belong to one person."""
    code = talk.given("code") or _digits(
        talk.ask("code", _("Which eight digits does your other account show?"), Text(1, 40)).text
    )
    found = talk.once("found", lambda: _look_up(turn, code))
    if not found:
        return
    token = turn.db.get_one(Token, found)
    if talk.choose("sure", _question(turn, token), (_YES, _NO)) != "yes":
        talk.say(_("Nothing was linked."))
        return
    try:
        _join(turn, token)
    except Refused as refused:
        talk.say(words_for(refused))


_YES = Option("yes", _("Link them"))
_NO = Option("no", _("Leave it"))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _look_up(turn: Turn, code: str) -> int:
    """The token of a code; 0 after saying why it leads nowhere. Wrong ones are counted."""
    me = turn.speaker
    barred = tokens.barred_until(turn.db, me.account_id, turn.now)
    if barred is not None:
        why = _("That was wrong too often. Try again from {when} on.", when=When(barred))
        turn.post.reply(Card(lines(why, _("If you are stuck, send “human”."))))
        return 0
    try:
        token = tokens.find(turn.db, Purpose.ACCOUNT, code)
        token.require_open(turn.now)
    except Refused as refused:
        if refused.code == "link_unknown":
            tokens.guessed_wrong(turn.db, me.account_id, turn.now)
        turn.post.reply(Card(_NOT_GOOD[refused.code]))
        return 0
    if token.subject_id == me.account_id:
        turn.post.reply(
            Card(_("That is the code of this account. Send it from your other account."))
        )
        return 0
    if token.maker_id == me.person_id:
        turn.post.reply(Card(_("These two accounts are linked already.")))
        return 0
    return token.id


_NOT_GOOD = {
    "link_unknown": _(
        "These are not the digits your other account shows. Look again, and send “link” and then the eight digits."
    ),
    "link_used": _("This code was used already. Send “link” on your other account for a new one."),
    "link_expired": _("This code is over. Send “link” on your other account for a new one."),
    "link_revoked": _("This code is over. Send “link” on your other account for a new one."),
}


def _question(turn: Turn, token: Token) -> AnyText:
    other = people.account(turn.db, token.subject_id or 0)
    assert other is not None  # noqa: S101 - an account is never deleted
    return paragraphs(
        _(
            "Link this account with the one of {name} on {messenger}?",
            name=other.shown or org.person_name(turn.db, other.person_id),
            messenger=_messenger(other.channel),
        ),
        _("Only if both are yours: afterwards each reads and does what the other may."),
    )


def _join(turn: Turn, token: Token) -> None:
    """One person remains: the one the roster knows, else the one who showed the code."""
    other = people.account(turn.db, token.subject_id or 0)
    assert other is not None  # noqa: S101 - an account is never deleted
    mine, theirs = turn.speaker.person_id, other.person_id
    if mine == theirs:
        raise Refused("link_used")
    kept, gone = (mine, theirs) if is_somebody(turn, mine) else (theirs, mine)
    if is_somebody(turn, gone):
        raise Refused("two_persons")
    tokens.use(turn.db, token, turn.now, turn.speaker.account_id)
    merge(turn, gone, kept)
    people.speaks_now(turn.db, turn.speaker.account_id)
    name = org.person_name(turn.db, kept)
    turn.post.reply(
        Card(
            lines(
                _("Linked. Both accounts are {name} from now on.", name=name),
                _("What is for you goes to the one you wrote from last."),
                _("To separate them, or to have alerts on both, send “my accounts”."),
            )
        )
    )
    told = _("Another account of yours was linked. If that was not you, separate it here.")
    separate = Choice(_("Separate it"), f"accounts.unlink:{turn.speaker.account_id}")
    turn.post.to_group(other.lane, Card(told, (separate,)), other.language)


def merge(turn: Turn, gone: int, kept: int) -> merging.Moved:
    """Everything of `gone` is `kept`'s, and every room has seen to what both had. Returns what
    has moved."""
    moved = merging.merge(turn.db, gone, kept)
    for said in follow(Moment.MERGED, turn, kept):
        turn.post.reply(Card(said))
    return moved


# ── one's accounts ───────────────────────────────────────────────────────────


@command("accounts", menu=_("My accounts"), also=("我的账号", "账号", "my accounts"))
def my_accounts(turn: Turn) -> None:
    """The accounts that belong to the speaker, and a way to separate each."""
    mine = people.listed(turn.db, turn.speaker.person_id)
    link_one = Choice(COMMANDS["link"].menu, "menu:0:link")
    if len(mine) == 1:
        text = lines(
            _("This is your only account here."),
            _("To use a second one as well, link it."),
        )
        turn.post.reply(Card(text, (link_one,)))
        return
    rows = [_row(turn, n, account) for n, account in enumerate(mine, 1)]
    choices = [
        one
        for n, account in enumerate(mine, 1)
        for one in (
            _mark(n, account),
            Choice(_("Separate {n}", n=n), f"accounts.unlink:{account.id}"),
        )
    ]
    where = _("Answers come where you wrote last. Alerts come there, and to those marked 🔔.")
    turn.post.reply(Card(lines(_("Your accounts:"), *rows, where), (*choices, link_one)))


def _mark(n: int, account: Any) -> Choice:
    if account.alerts:
        return Choice(_("No alerts on {n}", n=n), f"accounts.alerts:{account.id}:off")
    return Choice(_("Alerts on {n} too", n=n), f"accounts.alerts:{account.id}:on")


@choice("accounts.alerts")
def mark(turn: Turn, account_id: int, arg: str) -> None:
    """Alerts go to this account of the speaker as well, or no longer."""
    account = _mine(turn, account_id)
    people.mark_for_alerts(turn.db, account.id, on=arg == "on")
    my_accounts(turn)


def _row(turn: Turn, n: int, account: Any) -> AnyText:
    here = _("the one you are using") if account.id == turn.speaker.account_id else ""
    bell = "🔔" if account.alerts else ""
    return line(
        f"{n}.", line(_messenger(account.channel), account.shown, bell, here), separator=" "
    )


@choice("accounts.unlink")
def ask_to_unlink(turn: Turn, account_id: int, _arg: str) -> Start | None:
    _mine(turn, account_id)
    return Start("unlink", {"account": account_id})


@conversation("unlink")
def unlink_talk(talk: Talk, turn: Turn) -> None:
    """The account belongs to somebody new, who begins with nothing."""
    account_id = int(talk.given("account"))
    try:
        account = _mine(turn, account_id)
    except Refused as refused:
        talk.say(words_for(refused))
        return
    here = account_id == turn.speaker.account_id
    question = _(
        "Separate {messenger} {name}? It starts anew; reports, posts and everything else stay with your other account.",
        messenger=_messenger(account.channel),
        name=account.shown,
    )
    options = (Option("yes", _("Separate it")), Option("no", _("Leave it")))
    if talk.choose("sure", question, options) != "yes":
        talk.say(_("Nothing was changed."))
        return
    part(turn, turn.speaker.person_id, [account], account.shown, {})
    if here:
        talk.say(_("Separated. Whatever you write here now is from somebody new."))
        return
    talk.say(_("Separated. That account starts anew."))
    told = _("This account was separated from your other one and starts anew.")
    turn.post.to_group(account.lane, Card(told), account.language)


def part(
    turn: Turn, person_id: int, accounts: Sequence[Any], name: str, moved: merging.Moved
) -> None:
    """These accounts start anew as somebody of this name, with what they had brought."""
    ids = [account.id for account in accounts]
    for account_id in ids:
        tokens.forget_codes(turn.db, account_id)
    merging.part(turn.db, person_id, ids, name or "?", moved)


def _mine(turn: Turn, account_id: int) -> Any:
    """One of the speaker's accounts that is not the only one."""
    found = people.listed(turn.db, turn.speaker.person_id)
    one = next((account for account in found if account.id == account_id), None)
    if one is None:
        raise Refused("link_unknown")
    if len(found) == 1:
        raise Refused("only_account")
    return one


def _messenger(channel: str) -> AnyText:
    return MESSENGERS.get(channel, channel)
