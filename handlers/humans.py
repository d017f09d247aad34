"""转人工: a person on duty takes over, with the conversation in hand; it waits meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from governance.org import LADDER, PostKind, Rung, next_rung
from governance.refused import Refused
from handlers import files, places, telephones
from handlers.message import Body, Card, Choice, Media, SentPhoto, SentVoice
from handlers.posts import called
from handlers.registry import Due, choice, conversation, files_of, replied, tick, view
from handlers.talk.answers import Option, Rejected, Text, photo, tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Joined, When, _, line, lines
from handlers.words import Text as AnyText
from storage import humans, org
from storage.humans import Call
from storage.media import File

CALL = "humans.call"
_KINDS: dict[type[Body], str] = {SentPhoto: "photo", SentVoice: "voice"}
CHOICE = "humans.call:0"
ASK_NEXT = timedelta(minutes=10)
ASK_NEXT_IN_DANGER = timedelta(minutes=3)
ASK_AT_LEAST = timedelta(days=1)
_COMMUNITY = LADDER.index(PostKind.COMMUNITY_DUTY)


def call(
    turn: Turn,
    words: str,
    *,
    about: str = "",
    advice: AnyText = "",
    also: tuple[Choice, ...] = (),
) -> None:
    """The person on duty at this hour has the words, or whoever the speaker waits for already; the
    speaker has name and telephone.

    `advice` is said before, `also` can be chosen besides. Except in danger, what the speaker
    says next goes to that person.
    """
    known = humans.open_call(turn.db, turn.speaker.account_id)
    turn.handed_over = not about
    if known is not None and not about:
        if words not in known.words:
            _pass_on(turn, known, words)
        turn.post.reply(Card(_whom(turn, known)))
        return
    rung = on_duty(turn)
    me = turn.speaker
    wait = ASK_NEXT_IN_DANGER if about else ASK_NEXT
    made = Call(
        account_id=me.account_id,
        person_id=me.person_id,
        name=me.name,
        officer_id=rung.person_id,
        officer_name=rung.name,
        officer_phone=rung.phone,
        words=words[:2000],
        about=about,
        asked_at=turn.now,
        next_at=turn.now + wait,
    )
    turn.db.add(made)
    turn.db.flush()
    turn.post.show(CALL, made.id, rung.person_id, kind="alert", fresh=True)
    text = lines(
        advice,
        _(
            "On duty now: {who}, telephone {phone}. What you said has been passed on; no need to say it again.",
            who=called(rung.post, rung.name),
            phone=rung.phone,
        ),
        _("You will read here as soon as it has been seen. What you write now goes there too."),
    )
    leave = (Choice(_("Go on by myself"), f"humans.leave:{made.id}"),)
    turn.post.reply(
        Card(text, () if about else (*leave, *also)), kind="alert" if about else "reply"
    )


def on_duty(turn: Turn) -> Rung:
    """Who answers at this hour: the community by day; at night whoever the calendar names
    there or above, else the district's desk."""
    home = places.home_of(turn)
    path = home.path_ids if home else org.district(turn.db).path_ids
    rungs = org.ladder_above(turn.db, path, turn.now, turn.policy.work)
    if turn.policy.work.is_open(turn.now):
        found = [r for r in rungs if r.post is PostKind.COMMUNITY_DUTY]
    else:
        found = [r for r in rungs if r.on_duty and LADDER.index(r.post) >= _COMMUNITY]
    found = found or [r for r in rungs if r.post is PostKind.DISTRICT_DESK] or list(rungs[-1:])
    if not found:
        raise Refused("nobody_answers")
    return found[0]


def _whom(turn: Turn, known: Call) -> Joined:
    return lines(
        _("{name} has it; telephone {phone}.", name=known.officer_name, phone=known.officer_phone),
        _("Seen {when}.", when=When(known.taken_at))
        if known.taken_at
        else _(
            "Not seen yet; if nobody does, the next person is asked at {when}.",
            when=When(known.next_at or turn.now),
        ),
    )


@view(CALL)
def call_card(turn: Turn, call_id: int, _again: bool) -> Card | None:
    """What the person on duty sees."""
    made = turn.db.get(Call, call_id, populate_existing=True)
    if made is None:
        return None
    mine = made.officer_id == turn.speaker.person_id
    state = {
        "waiting": _("waits since {when}", when=When(made.asked_at)),
        "taken": _("{name} has taken it", name=made.officer_name),
        "ended": _("ended"),
    }[made.state]
    phone, show = telephones.show_phone(turn, made.person_id, "call", made.id)
    text = lines(
        line(
            "🚨" if made.about else "☎️",
            _("{name} wants to speak with a person", name=made.name),
            separator=" ",
        ),
        state,
        f"“{made.words}”" if made.words else "",
        phone,
    )
    choices: tuple[Choice, ...] = ()
    if made.state == "waiting":
        choices = (Choice(_("I will contact them"), f"humans.take:{made.id}"),)
    elif made.state == "taken" and mine:
        choices = (
            Choice(_("Write to them"), f"humans.write:{made.id}"),
            Choice(_("Done"), f"humans.end:{made.id}"),
        )
    return Card(text, (*choices, *show))


@choice("humans.take")
def take(turn: Turn, call_id: int, _arg: str) -> None:
    made = _load(turn, call_id)
    if made.state != "waiting":
        turn.post.toast = _("{name} has taken it already.", name=made.officer_name)
        turn.post.refresh(made.id, (CALL,))
        return
    me = turn.speaker.person_id
    mine = next((rung for rung in above(turn, made) if rung.person_id == me), None)
    if mine is None and made.officer_id != me:
        raise Refused("not_yours", holder=made.officer_name, number="")
    made.state, made.taken_at, made.next_at = "taken", turn.now, None
    made.officer_id, made.officer_name = turn.speaker.person_id, turn.speaker.name
    made.officer_phone = mine.phone if mine else made.officer_phone
    turn.post.refresh(made.id, (CALL,))
    turn.post.show(CALL, made.id, turn.speaker.person_id, kind="reply")
    text = _(
        "{name} has seen it and will contact you. Telephone {phone}.",
        name=made.officer_name,
        phone=made.officer_phone,
    )
    turn.post.to(made.person_id, Card(text), kind="alert")


@choice("humans.write")
def write(_turn: Turn, call_id: int, _arg: str) -> Start:
    return Start("write", {"call": call_id})


@conversation("write", act=True)
def write_talk(talk: Talk, turn: Turn) -> None:
    """The person on duty writes to whoever waits."""
    words = talk.ask(
        "words", _("What shall they read?"), Text(1, 1000), options=(Option("none", _("Nothing")),)
    )
    if words.kind == "text":
        written(turn, int(talk.given("call")), words.text)


@replied(CALL)
def written(turn: Turn, call_id: int, words: str) -> None:
    """The words reach the one who waits."""
    made = _load(turn, call_id)
    if made.officer_id != turn.speaker.person_id:
        raise Refused("not_yours", holder=made.officer_name, number="")
    turn.post.to(
        made.person_id,
        Card(_("{name}: “{words}”", name=turn.speaker.name, words=words)),
        kind="alert",
    )
    turn.post.reply(Card(_("Passed on to {name}.", name=made.name)))


@choice("humans.end")
def end(turn: Turn, call_id: int, _arg: str) -> None:
    made = _load(turn, call_id)
    if made.officer_id != turn.speaker.person_id:
        raise Refused("not_yours", holder=made.officer_name, number="")
    _close(turn, made)
    text = _(
        "{name} says this is settled. If it is not, send “human” again. Anything you had begun is still here: just go on.",
        name=made.officer_name,
    )
    turn.post.to(made.person_id, Card(text))


@choice("humans.leave")
def leave(turn: Turn, call_id: int, _arg: str) -> None:
    """The resident goes on alone; whoever was called sees that."""
    made = _load(turn, call_id)
    if made.person_id != turn.speaker.person_id:
        raise Refused("not_yours", holder=made.officer_name, number="")
    _close(turn, made)


def withdraw(turn: Turn) -> None:
    """The speaker waits for nobody any more, if they did; whoever was called sees that."""
    made = humans.open_call(turn.db, turn.speaker.account_id)
    if made is not None:
        _close(turn, made)


def settle(turn: Turn, person_id: int, words: str) -> None:
    """The person does not wait any more, if these words were what they called about."""
    made = humans.open_call_of(turn.db, person_id)
    if made is not None and made.words.startswith(words):
        _close(turn, made)


def _close(turn: Turn, made: Call) -> None:
    made.state, made.ended_at, made.next_at = "ended", turn.now, None
    humans.delete_files(turn.db, made.person_id)
    turn.post.refresh(made.id, (CALL,))


def forward(turn: Turn, words: str) -> bool:
    """What somebody writes while they wait goes to the person on duty; False if nobody waits."""
    made = humans.open_call(turn.db, turn.speaker.account_id)
    if made is not None:
        _pass_on(turn, made, words)
    return made is not None


def _pass_on(turn: Turn, made: Call, words: str) -> None:
    made.words = f"{made.words}\n{words}"[-2000:]
    turn.post.refresh(made.id, (CALL,))
    turn.post.to(
        made.officer_id,
        Card(_("{name}: “{words}”", name=made.name, words=words[:500])),
        kind="alert",
    )


def forward_file(turn: Turn, media: Media, caption: str) -> bool:
    """A file that is sent while its sender waits goes to the person on duty once it has been
    fetched and checked, its words at once. False if nobody waits.

    What cannot be shown here is said to both. `caption` may be a voice message's transcript.
    """
    made = humans.open_call(turn.db, turn.speaker.account_id)
    event = turn.event
    if made is None or event is None:
        return False
    if words := tidy(caption):
        _pass_on(turn, made, words)
    kind = _KINDS.get(type(event.body))
    fits = photo(SentPhoto(media))
    if kind is None:
        _cannot_pass_on(turn, made)
    elif isinstance(fits, Rejected):
        turn.post.reply(Card(fits.why))
    else:
        sent = File(
            *(event.channel, event.account, media.ref, kind, made.person_id, turn.now),
            about=humans.FILES,
        )
        turn.db.add(sent)
    return True


def _cannot_pass_on(turn: Turn, made: Call) -> None:
    told = _("{name} sent something that cannot be shown here; please telephone.", name=made.name)
    turn.post.to(made.officer_id, Card(told), kind="alert")
    text = _(
        "{name} has been told that you sent something, but cannot open it here. Words, photos and voice messages arrive; or telephone {phone}.",
        name=made.officer_name,
        phone=made.officer_phone,
    )
    turn.post.reply(Card(text))


@files_of(humans.FILES)
def file_settled(turn: Turn, file: File, stored: bool) -> None:
    """The file of somebody who waits is before the person on duty; one that cannot be opened
    is said to its sender, and one that nobody waits with any more is deleted."""
    made = humans.open_call_of(turn.db, file.person_id)
    if made is None:
        file.state = "deleted"
    elif stored:
        turn.post.to(made.officer_id, _file_card(made, file), kind="alert")
    else:
        text = _(
            "What you sent could not be opened, so {name} has not seen it. Please send it again, or telephone {phone}.",
            name=made.officer_name,
            phone=made.officer_phone,
        )
        turn.post.to(made.person_id, Card(text), kind="reply")


def _file_card(made: Call, file: File) -> Card:
    if file.kind == "photo":
        return Card(_("{name} sends a photo.", name=made.name), photo=file.file)
    text = _("{name} sends a voice message.", name=made.name)
    return Card(text, document=files.spoken(file))


def above(turn: Turn, made: Call) -> tuple[Rung, ...]:
    """The ladder above whoever waits."""
    path = org.path_of_person(turn.db, made.person_id)
    return org.ladder_above(turn.db, path, turn.now, turn.policy.work)


def _load(turn: Turn, call_id: int) -> Call:
    made = humans.lock(turn.db, call_id)
    if made is None:
        raise Refused("no_such_case")
    return made


def words_so_far(answers: dict[str, Any]) -> str:
    """What somebody has said in an unfinished conversation, for the person who takes over."""
    said = [str(e["v"]) for e in answers.values() if e.get("k") == "text"]
    return "\n".join(said)


# ── nobody took it ───────────────────────────────────────────────────────────


def _find(db: Session, now: datetime, failed: Sequence[int]) -> Sequence[int]:
    return humans.due(db, now, failed)


def _next(turn: Turn, call_id: int) -> None:
    """The next person up is asked; at the top the same one is asked again, ever more slowly
    but at least once a day, and in danger as often as before."""
    made = _load(turn, call_id)
    rungs = above(turn, made)
    holder = next((r for r in rungs if r.person_id == made.officer_id), None)
    last = rungs[-1] if rungs else None
    rung = next_rung(rungs, holder.post, holder.person_id) if holder else last
    pause = ASK_NEXT_IN_DANGER if made.about else ASK_NEXT
    if rung is not None:
        made.officer_id, made.officer_name, made.officer_phone = (
            rung.person_id,
            rung.name,
            rung.phone,
        )
        text = _(
            "Sorry, nobody has answered yet. Now asked: {who}, telephone {phone}.",
            who=called(rung.post, rung.name),
            phone=rung.phone,
        )
        turn.post.to(made.person_id, Card(text), kind="alert")
    elif not made.about:
        # Every ten minutes would be 144 alerts a day to one person, of whom none is read any more.
        pause = min(max(pause, turn.now - made.asked_at), ASK_AT_LEAST)
    made.next_at = turn.now + pause
    turn.post.show(CALL, made.id, made.officer_id, kind="alert", fresh=True)


tick(Due("calls", _find, _next, humans.NEXT_DUE))
