"""微承诺: somebody promises something until a day, and says themselves whether they kept it."""

from __future__ import annotations

from governance.discretion import cover
from governance.promises import Promise, PromiseState, Shown, make_promise
from governance.refused import Refused
from handlers.message import Card, Choice
from handlers.promises import common
from handlers.promises.common import PROMISE, SHOWN, on_board_as
from handlers.registry import choice, command, conversation, view
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.wishes.wishing import ask_words
from handlers.words import Text, When, Words, _, lines, ngettext, paragraphs
from storage import promises

DAYS = (7, 30, 90, 180, 365)
STATES: dict[PromiseState, Words] = {
    PromiseState.OPEN: _("open"),
    PromiseState.KEPT: _("kept"),
    PromiseState.UNKEPT: _("not kept; only you see that"),
    PromiseState.UNANSWERED: _("not answered; only you see that"),
    PromiseState.WITHDRAWN: _("taken back by you"),
}


@conversation("promise", menu=_("Make a promise"), also=("微承诺", "我承诺", "承诺"))
def promise_talk(talk: Talk, turn: Turn) -> None:
    """The promise stands, on the board as its maker has agreed to, or on none."""
    area_id = common.community(talk, turn)
    key, said = ask_words(
        talk, "text", _("What do you promise? One sentence, something you can do.")
    )
    words = cover(said.text).text
    options = [Option(str(n), ngettext("For {count} day", "For {count} days", n)) for n in DAYS]
    days = int(talk.choose("days", _("Until when?"), options))
    shown = common.ask_shown(talk, turn)
    me = turn.speaker.person_id
    summary = paragraphs(
        _("So the board of {community} will show it:", community=common.area_name(turn, area_id))
        if shown is not Shown.NOT
        else _("Nobody but you reads it:"),
        _("{who}: {words}", who=on_board_as(turn, me, shown), words=words)
        if shown is not Shown.NOT
        else words,
        _("At the end you are asked whether you kept it. One that was not kept is never shown."),
    )
    changes = (Option(key, _("Change the words")), Option("shown", _("Change who reads it")))
    if not talk.confirm("sure", summary, _("I promise it"), changes):
        talk.say(_("Nothing was sent. If it still matters, just say it again, any time."))
        return
    already = promises.count_open(turn.db, me)
    made = make_promise(me, area_id, words, shown, days, turn.policy, turn.now, already)
    turn.db.add(made)
    turn.db.flush()
    turn.post.show(PROMISE, made.id, me, kind="reply", fresh=True)


# ── the card ─────────────────────────────────────────────────────────────────


@view(PROMISE)
def card(turn: Turn, promise_id: int, _again: bool) -> Card | None:
    """How it stands, for its maker alone."""
    made = turn.db.get(Promise, promise_id, populate_existing=True)
    if made is None or made.person_id != turn.speaker.person_id:
        return None
    text = lines(_("🤝 I promise: {words}", words=made.text), *_stands(made))
    return Card(text, _choices(made))


def _stands(made: Promise) -> tuple[Text, ...]:
    down = _("The community took it off the board: {why}", why=made.off_board)
    shown = down if made.off_board else SHOWN[made.shown]
    if made.state is not PromiseState.OPEN:
        return STATES[made.state], shown if made.state is PromiseState.KEPT else ""
    if made.asked_at is not None:
        return (_("Its time is over. Did you keep it? If not, nobody else reads that."),)
    return _("Until {day}", day=When(made.until, date_only=True)), shown


def _choices(made: Promise) -> tuple[Choice, ...]:
    on = made.id
    kept = Choice(_("I kept it"), f"promises.kept:{on}")
    if made.state is PromiseState.UNANSWERED:
        return (kept,)
    if made.state is not PromiseState.OPEN:
        return _others(made) if made.state is PromiseState.KEPT else ()
    if made.asked_at is not None:
        return kept, Choice(_("I did not manage"), f"promises.failed:{on}")
    return kept, *_others(made), Choice(_("Take it back"), f"promises.withdraw:{on}")


def _others(made: Promise) -> tuple[Choice, ...]:
    """The ways in which it could stand on the board instead."""
    names: dict[Shown, Words] = {
        Shown.NAME: _("Show my name"),
        Shown.NAMELESS: _("Show it without my name"),
        Shown.NOT: _("Take it off the board"),
    }
    ways = [how for how in Shown if how is not made.shown]
    return tuple(Choice(names[how], f"promises.shown:{made.id}:{how}") for how in ways)


def load(turn: Turn, promise_id: int) -> Promise:
    """The speaker's promise, locked; of others there is none. Raises `Refused`."""
    made = promises.lock_promise(turn.db, promise_id)
    if made is None or made.person_id != turn.speaker.person_id:
        raise Refused("no_such_promise")
    return made


@choice("promises.shown")
def change_shown(turn: Turn, promise_id: int, how: str) -> None:
    """On the board, or off it, from now on."""
    made = load(turn, promise_id)
    made.show(turn.speaker.person_id, Shown(how) if how in set(Shown) else Shown.NOT)
    _kept(turn, made)


@choice("promises.failed")
def failed(turn: Turn, promise_id: int, _arg: str) -> None:
    made = load(turn, promise_id)
    made.fail(turn.speaker.person_id, turn.policy, turn.now)
    _kept(turn, made)
    turn.post.reply(
        Card(_("Thank you for saying so. Nobody else reads it. A smaller one next time is fine."))
    )


@choice("promises.withdraw")
def withdraw(turn: Turn, promise_id: int, _arg: str) -> None:
    made = load(turn, promise_id)
    made.withdraw(turn.speaker.person_id, turn.policy, turn.now)
    _kept(turn, made)


def _kept(turn: Turn, made: Promise) -> None:
    turn.db.flush()
    turn.post.refresh(made.id, (PROMISE,))
    turn.post.show(PROMISE, made.id, turn.speaker.person_id, kind="reply")


# ── the list ─────────────────────────────────────────────────────────────────


@command("mypromises", menu=_("My promises"), also=("我的承诺", "my promises"))
def my_promises(turn: Turn) -> None:
    """What the speaker has promised, the newest first."""
    found = promises.of_person(turn.db, turn.speaker.person_id)[:8]
    if not found:
        turn.post.reply(Card(_("You have made no promise here. To make one, send “/promise”.")))
        return
    rows = [
        _("{n}) {what}: {state}", n=n, what=made.text[:30], state=STATES[made.state])
        for n, made in enumerate(found, 1)
    ]
    open_ = [Choice(_("Open {n}", n=n), f"promises.see:{p.id}") for n, p in enumerate(found, 1)]
    turn.post.reply(Card(lines(_("Your promises:"), *rows), tuple(open_)))


@choice("promises.see")
def see(turn: Turn, promise_id: int, _arg: str) -> None:
    made = load(turn, promise_id)
    turn.post.show(PROMISE, made.id, turn.speaker.person_id, kind="reply", fresh=True)
