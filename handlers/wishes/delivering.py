"""The claimer says that it was brought, and shows it without anybody's face."""

from __future__ import annotations

from itertools import count

from governance.discretion import cover
from governance.refused import Refused
from governance.wishes import Role, State
from governance.wishfile import Wish
from handlers.message import Card
from handlers.registry import choice, conversation, files_of
from handlers.talk.answers import PHOTO, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.wishes import common
from handlers.wishes.common import CLAIM, MINE, keep, load
from handlers.words import Text, _
from storage.media import File


@choice("wishes.deliver")
def brought(_turn: Turn, wish_id: int, _arg: str) -> Start:
    return Start("deliver_wish", {"wish": wish_id})


@conversation("deliver_wish", act=True)
def deliver_talk(talk: Talk, turn: Turn) -> None:
    """One line and a photo; then the wisher is asked, and only they can strike it off."""
    wish, by = load(turn, talk.given("wish"))
    if Role.CLAIMER not in by.roles or wish.state not in {State.CLAIMED, State.DELIVERING}:
        raise Refused("wish_not_yours")
    note = talk.ask(
        "note", _("What was brought or done? One line; the wisher reads it."), Typed(2, 200)
    )
    photo = ask_photo(talk)
    wish.deliver(by, cover(note.text).text, turn.policy, turn.now)
    keep(turn, wish)
    keep_photo(turn, photo, "wish", wish.id)
    common.show(turn, MINE, wish, wish.poster_id, receipt=f"wishes.question:{wish.id}")
    turn.post.show(CLAIM, wish.id, turn.speaker.person_id, kind="reply", fresh=True)


def ask_photo(talk: Talk, *, or_none: bool = False) -> str:
    """A photo of which its sender says that no face and no door number is on it; "" for none."""
    none = (Option("none", _("No photo")),) if or_none else ()
    question: Text = _("A photo, please: the thing or the work, nobody's face and no door number.")
    for n in count():
        name = f"photo{n}"
        sent = talk.ask(name, question, PHOTO, options=none)
        if sent.kind == "option":
            return ""
        options = (
            Option("none", _("No face is on it")),
            Option("again", _("There is one, I send another")),
        )
        said = talk.choose(
            f"face{n}", _("Have you looked? Is nobody's face on it?"), options, after=(name,)
        )
        if said == "none":
            return str(sent.value)
        question = _("All right, that one is not kept. Another photo, please, without a face.")
    raise AssertionError  # `count` has no end


def keep_photo(turn: Turn, ref: str, about: str, subject_id: int) -> None:
    """The reference is kept; the file follows."""
    event = turn.event
    if event is not None:
        me = turn.speaker.person_id
        file = File(
            *(event.channel, event.account, ref, "photo", me, turn.now),
            about=about,
            subject_id=subject_id,
            part="result",
        )
        turn.db.add(file)


@files_of("wish")
def settled(turn: Turn, file: File, stored: bool) -> None:
    """The wisher sees the photo; where it could not be used, its sender knows."""
    wish = turn.db.get(Wish, file.subject_id) if file.subject_id else None
    if wish is None or wish.state is not State.DELIVERED:
        return
    if not stored:
        text = _(
            "Your photo could not be opened. The wisher was asked without it; nothing else is lost."
        )
        common.tell(turn, file.person_id, text)
        return
    at = turn.policy.waking(turn.now)
    card = Card(_("A photo of {what}.", what=common.short(wish)), photo=file.file)
    turn.post.to(wish.poster_id, card, release_at=at if at > turn.now else None)
