"""A conversation is a function from the answers so far to the next thing to say.

Small conversations defined here are played through the same routes as the bot's own, their
answers stored as JSON between two messages, as the database keeps them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, text
from sqlalchemy.orm import Session

from bot import decisions, settings
from governance.people import Person, Speaker
from handlers import conversing, routes
from handlers.message import Body, Card, Chat, Chose, Event, Media, Said, SentPhoto, SentVoice
from handlers.registry import CONVERSATIONS
from handlers.talk import player
from handlers.talk.answers import MAX_FILE, PHOTO, VOICE, Option, Text, token
from handlers.talk.player import (
    MOST_FILES,
    Asked,
    Conversation,
    Finished,
    Talk,
    WroteBeforeAsking,
)
from handlers.turn import Post, Start, ToLane, Turn
from handlers.words import Reader, _, lines, render
from storage.database import connect
from storage.dialogs import Dialog

NAME = "small talk"
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
POLICY = decisions.policy(settings.Settings(), decisions.categories())
WISHES = Table("wishes", MetaData(), Column("id", Integer))
ZHOU = Speaker(1, 1, "周兰", "en", "local/bot/zhou", None, noticed=True)
READER = Reader("en", NOW, ZoneInfo("Asia/Shanghai"))


OPENED: list[Session] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPENED:
        session = OPENED.pop()
        engine = session.get_bind()
        session.close()
        assert isinstance(engine, Engine)
        engine.dispose()


def in_memory() -> Session:
    """A conversation that only asks needs no tables."""
    OPENED.append(Session(connect("sqlite://")))
    return OPENED[-1]


def turn_for(event: Event | None = None) -> Turn:
    return Turn(ZHOU, NOW, POLICY, in_memory, Post(ZHOU.lane, "en"), event)


@dataclass
class Chatting:
    """Somebody in the middle of a small conversation; every act returns what the bot says."""

    function: Conversation
    dialog: Dialog = field(default_factory=lambda: Dialog(1, ""))
    sent: int = 0

    def begins(self, **given: object) -> list[str]:
        turn = turn_for()
        CONVERSATIONS[NAME] = self.function
        conversing.begin(turn, self.dialog, Start(NAME, given))
        return self._heard(turn)

    def says(self, text: str) -> list[str]:
        return self._sends(Said(text))

    def taps(self, code: str, seq: int | None = None) -> list[str]:
        return self._sends(Chose(token(self.dialog.seq if seq is None else seq, code)))

    def sends_photo(self, size: int | None = None, album: str = "") -> list[str]:
        return self._sends(SentPhoto(Media(f"p{self.sent}", size)), album)

    def sends_voice(self, transcript: str = "") -> list[str]:
        return self._sends(SentVoice(Media(f"v{self.sent}"), transcript))

    @property
    def key(self) -> str:
        """The question that waits; empty when the conversation is over."""
        return self.dialog.question["key"] if self.dialog.question else ""

    @property
    def codes(self) -> list[str]:
        return [code for code, _label in self.dialog.question["options"]]

    def replayed(self) -> Asked | Finished:
        """What the function comes to with the answers stored so far, once more."""
        answers = deepcopy(self.dialog.answers)
        return player.play(self.function, answers, self.dialog.seq, READER, turn_for())

    def _sends(self, body: Body, album: str = "") -> list[str]:
        self.sent += 1
        chat = Chat("private", "zhou")
        event = Event("local", "bot", f"e{self.sent}", chat, "zhou", body, album=album)
        turn = turn_for(event)
        CONVERSATIONS[NAME] = self.function
        routes.handle(turn, event, self.dialog)
        return self._heard(turn)

    def _heard(self, turn: Turn) -> list[str]:
        kept = json.dumps([self.dialog.answers, self.dialog.question])
        self.dialog.answers, self.dialog.question = json.loads(kept)
        cards = [item.card for item in turn.post.items if isinstance(item, ToLane)]
        return [render(card.text, READER) for card in cards]


@pytest.fixture(autouse=True)
def _no_trace() -> Iterator[None]:
    yield
    CONVERSATIONS.pop(NAME, None)


# ── asking ───────────────────────────────────────────────────────────────────


def tea(talk: Talk, _turn: Turn) -> None:
    """Which tea, how strong, and only for the strong one: with milk?"""
    talk.say("Welcome.")
    tea = talk.choose("tea", "Which tea?", (Option("green", "Green"), Option("black", "Black")))
    talk.say("Good choice.")
    strength = talk.ask("strength", "How strong?", Text(2, 20), after=("tea",))
    if tea == "black":
        talk.choose("milk", "Milk?", (Option("yes", "Yes"), Option("no", "No")), after=("tea",))
    talk.say(f"{tea}, {strength.text}.")


def test_every_question_is_asked_once_and_then_it_ends() -> None:
    zhou = Chatting(tea)
    assert zhou.begins() == ["Welcome.\n\nWhich tea?"]
    assert zhou.taps("black") == ["Good choice.\n\nHow strong?"]
    assert zhou.says("not too much") == ["Milk?"]
    assert zhou.says("yes") == ["black, not too much."]
    assert (zhou.dialog.state, zhou.dialog.answers, zhou.key) == ("done", {}, "")


def test_what_was_said_before_a_question_is_never_said_again() -> None:
    zhou = Chatting(tea)
    everything = [
        *zhou.begins(),
        *zhou.taps("black"),
        *zhou.says("x"),
        *zhou.says("very"),
        *zhou.taps("no"),
    ]
    assert sum("Welcome" in text for text in everything) == 1


def test_a_message_that_is_no_answer_gets_the_same_question_with_help_before_it() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    before, seq = deepcopy(zhou.dialog.answers), zhou.dialog.seq
    assert zhou.says("coffee") == ["Please tap one of these.\n\nWelcome.\n\nWhich tea?"]
    assert (zhou.dialog.answers, zhou.dialog.seq) == (before, seq)


def test_what_was_known_at_the_start_is_not_asked() -> None:
    def order(talk: Talk, _turn: Turn) -> None:
        kind = talk.given("kind") or talk.choose("kind", "Which?", (Option("green", "Green"),))
        talk.ask("strength", f"How strong shall the {kind} one be?", Text())

    assert Chatting(order).begins(kind="oolong") == ["How strong shall the oolong one be?"]
    assert Chatting(order).begins() == ["Which?"]


def test_a_conversation_may_end_early() -> None:
    def closed(talk: Talk, _turn: Turn) -> None:
        talk.say("We are closed.")
        talk.stop()
        talk.ask("never", "Never asked?", Text())

    zhou = Chatting(closed)
    assert zhou.begins() == ["We are closed."]
    assert zhou.dialog.state == "done"


# ── a release while somebody is in the middle of it ──────────────────────────


def test_a_question_that_a_release_inserts_is_simply_asked() -> None:
    def with_sugar(talk: Talk, turn: Turn) -> None:
        talk.choose("tea", "Which tea?", (Option("green", "Green"), Option("black", "Black")))
        talk.ask("sugar", "Sugar?", Text(1, 5))
        talk.ask("strength", "How strong?", Text(2, 20))
        talk.say("Coming.")

    zhou = Chatting(tea)
    zhou.begins()
    zhou.taps("green")
    zhou.function = with_sugar
    assert zhou.says("strong") == ["Sugar?"]
    assert zhou.says("no") == ["Coming."]


def test_a_question_that_a_release_removes_is_ignored_even_while_it_waits() -> None:
    def simply(talk: Talk, _turn: Turn) -> None:
        talk.ask("strength", "How strong?", Text(2, 20))
        talk.say("Coming.")

    zhou = Chatting(tea)
    zhou.begins()
    zhou.function = simply
    assert zhou.taps("green") == ["How strong?"]
    assert zhou.says("strong") == ["Coming."]


def test_a_list_that_changed_meanwhile_cannot_shift_what_was_tapped() -> None:
    menu = ["green", "black"]

    def from_menu(talk: Talk, _turn: Turn) -> None:
        tea = talk.choose("tea", "Which tea?", [Option(code, code) for code in menu])
        talk.say(f"{tea} it is.")

    zhou = Chatting(from_menu)
    zhou.begins()
    menu.remove("green")
    assert zhou.taps("green") == ["green it is."]


# ── back, cancel, stale ──────────────────────────────────────────────────────


def test_back_asks_the_question_before_again_and_forgets_what_depended_on_it() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    zhou.taps("black")
    zhou.says("strong")
    assert zhou.key == "milk"
    assert zhou.says("back") == ["Good choice.\n\nHow strong?"]
    assert zhou.says("back") == ["Welcome.\n\nWhich tea?"]
    assert zhou.dialog.answers == {}


def test_before_the_first_question_there_is_nothing() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    first, again = zhou.says("返回")
    assert "first question" in first
    assert again == "Welcome.\n\nWhich tea?"


def test_cancel_ends_it_and_nothing_is_kept() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    zhou.taps("black")
    assert "nothing was sent" in zhou.says("取消")[0]
    assert (zhou.dialog.state, zhou.dialog.answers) == ("done", {})


def test_a_tap_on_an_earlier_question_is_answered_and_changes_nothing() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    zhou.taps("black")
    before = deepcopy(zhou.dialog.answers)
    (answered,) = zhou.taps("green", seq=1)
    assert answered.endswith("How strong?")
    assert "answered already" in answered
    assert zhou.dialog.answers == before


def test_a_double_tap_is_answered_once() -> None:
    zhou = Chatting(tea)
    zhou.begins()
    zhou.taps("black", seq=1)
    assert "answered already" in zhou.taps("black", seq=1)[0]
    assert zhou.key == "strength"


def test_numbers_of_questions_only_grow_also_over_several_conversations() -> None:
    zhou, seen = Chatting(tea), []
    for _again in range(3):
        zhou.begins()
        seen.append(zhou.dialog.seq)
        zhou.says("cancel")
    assert seen == sorted(set(seen))
    assert "answered already" in zhou.taps("black", seq=seen[0])[0]


# ── changing an answer ───────────────────────────────────────────────────────


def test_changing_an_answer_drops_everything_that_depended_on_it() -> None:
    answers: dict[str, Any] = {
        "where": {"k": "text", "v": "3号楼", "d": []},
        "community": {"k": "option", "v": "7", "d": ["where"]},
        "similar": {"k": "found", "v": None, "d": ["community"]},
        "what": {"k": "text", "v": "路灯不亮", "d": []},
    }
    player.drop(answers, "where")
    assert list(answers) == ["what"]


def test_answers_that_depend_on_each_other_are_dropped_too() -> None:
    answers = {"a": {"k": "text", "v": "", "d": ["b"]}, "b": {"k": "text", "v": "", "d": ["a"]}}
    player.drop(answers, "a")
    assert answers == {}


def order(talk: Talk, turn: Turn) -> None:
    """A confirmed order, whose words and kind can be changed before it is sent."""
    talk.accepts(PHOTO)
    what = talk.ask("what", "What?", Text(2, 50), PHOTO).text or "(photo)"
    kind = talk.choose("kind", "Which kind?", (Option("a", "A"), Option("b", "B")), after=("what",))
    photos = len(talk.sent(PHOTO))
    summary = lines("Right?", what, kind, f"{photos} photos" if photos else "")
    changes = (Option("what", "Other words"), Option("kind", "Other kind"))
    if talk.confirm("sure", summary, _("Send it"), changes):
        turn.post.reply(Card("(sent)"))
        talk.say("Thank you.")
    else:
        talk.say("As you like.")


def test_a_change_asks_that_again_and_then_the_new_summary() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    assert zhou.taps("a") == ["Right?\n路灯\na"]
    assert zhou.taps("change.kind") == ["Which kind?"]
    assert zhou.taps("b") == ["Right?\n路灯\nb"]
    assert zhou.taps("yes") == ["(sent)", "Thank you."]


def test_a_change_of_the_words_asks_for_the_kind_anew() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    zhou.taps("a")
    assert zhou.taps("change.what") == ["What?"]
    assert zhou.says("井盖") == ["Which kind?"]


def test_nothing_is_done_without_a_yes() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    zhou.taps("a")
    assert zhou.taps("no") == ["As you like."]


def test_what_was_agreed_to_is_asked_again_once_it_says_something_else() -> None:
    price = [5]

    def paid(talk: Talk, _turn: Turn) -> None:
        if talk.confirm("sure", f"{price[0]} yuan?", "Yes"):
            talk.ask("name", "Your name?", Text(1, 20))
            talk.say("Paid.")

    zhou = Chatting(paid)
    assert zhou.begins() == ["5 yuan?"]
    assert zhou.says("好的") == ["Your name?"]
    price[0] = 6
    assert zhou.says("周兰") == ["6 yuan?"]
    assert zhou.says("好的") == ["Paid."]


# ── reads and writes ─────────────────────────────────────────────────────────


def test_what_a_branch_was_taken_on_is_remembered() -> None:
    open_now, looked = [True], [0]

    def look() -> bool:
        looked[0] += 1
        return open_now[0]

    def shop(talk: Talk, _turn: Turn) -> None:
        if talk.recall("open", look):
            talk.ask("what", "What would you like?", Text())
            talk.ask("when", "When?", Text())
            talk.say("It will be there.")
        else:
            talk.say("Closed.")

    zhou = Chatting(shop)
    zhou.begins()
    open_now[0] = False
    assert zhou.says("路灯") == ["When?"]
    assert zhou.says("明天") == ["It will be there."]
    assert looked == [1]


def test_what_was_remembered_goes_with_the_answer_it_depends_on() -> None:
    def find(talk: Talk, _turn: Turn) -> None:
        where = talk.ask("where", "Where?", Text())
        found = talk.recall("found", lambda: where.text.upper(), after=("where",))
        talk.ask("what", f"What is wrong at {found}?", Text())

    zhou = Chatting(find)
    zhou.begins()
    assert zhou.says("a1") == ["What is wrong at A1?"]
    zhou.says("back")
    assert zhou.says("b2") == ["What is wrong at B2?"]


def test_once_is_done_once_although_questions_follow() -> None:
    done = []

    def signs_up(talk: Talk, turn: Turn) -> None:
        def sign_up() -> int:
            turn.post.reply(Card("You are in."))
            done.append(1)
            return 7

        number = talk.once("signed", sign_up)
        talk.ask("size", f"You are number {number}. Which size?", Text())
        talk.ask("colour", "Which colour?", Text())

    zhou = Chatting(signs_up)
    assert zhou.begins() == ["You are in.", "You are number 7. Which size?"]
    assert zhou.says("L") == ["Which colour?"]
    assert done == [1]


@pytest.mark.parametrize("what", ["a message", "a row", "a statement"])
def test_a_conversation_that_writes_and_then_asks_is_refused(what: str) -> None:
    def hasty(talk: Talk, turn: Turn) -> None:
        if what == "a message":
            turn.post.reply(Card("Done."))
        elif what == "a row":
            turn.db.add(Person("周兰"))
        else:
            turn.db.execute(text("create table wishes (id integer)"))
            turn.db.execute(WISHES.insert())
        talk.ask("sure", "Are you sure?", Text())

    with pytest.raises(WroteBeforeAsking):
        Chatting(hasty).begins()


def test_a_tap_on_the_question_of_a_conversation_that_failed_answers_it() -> None:
    chat = Chatting(tea)
    chat.begins()
    chat.dialog.state = "parked"
    [code, *_others] = [option[0] for option in chat.dialog.question["options"]]
    chat.taps(code)
    assert chat.dialog.answers
    assert chat.dialog.state != "parked"


def test_a_conversation_that_a_release_removed_ends_with_a_word() -> None:
    chat = Chatting(tea)
    chat.begins()
    chat.dialog.name = "removed long ago"
    [said] = chat.taps("green")
    assert "once more" in said
    assert chat.dialog.state == "done"


def test_a_photo_that_completes_a_conversation_ends_it() -> None:
    def shown(talk: Talk, turn: Turn) -> None:
        talk.accepts(PHOTO)
        if not talk.sent(PHOTO):
            talk.ask("what", "What is it?", Text())
        talk.say("Thank you.")

    chat = Chatting(shown)
    chat.begins()
    assert chat.sends_photo() == ["Thank you."]
    assert chat.dialog.state == "done"


def test_a_conversation_may_write_after_its_last_question() -> None:
    def patient(talk: Talk, turn: Turn) -> None:
        talk.ask("sure", "Are you sure?", Text())
        turn.post.reply(Card("Done."))

    zhou = Chatting(patient)
    zhou.begins()
    assert zhou.says("yes") == ["Done."]


# ── photos at any time ───────────────────────────────────────────────────────


def test_photos_are_taken_at_any_time_and_are_part_of_it() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    assert zhou.sends_photo() == ["Got it; it goes along."]
    assert zhou.taps("a") == ["Right?\n路灯\na\n1 photos"]


def test_a_photo_that_changes_the_summary_shows_the_new_one() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    zhou.taps("a")
    assert zhou.sends_photo() == ["Right?\n路灯\na\n1 photos"]
    assert zhou.taps("yes") == ["(sent)", "Thank you."]


def test_a_photo_may_be_the_answer_itself() -> None:
    zhou = Chatting(order)
    zhou.begins()
    assert zhou.sends_photo() == ["Which kind?"]
    assert zhou.taps("a") == ["Right?\n(photo)\na\n1 photos"]


def test_an_album_is_acknowledged_once() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    said = [zhou.sends_photo(album="a1") for _photo in range(3)]
    assert said == [["Got it; it goes along."], [], []]
    assert zhou.taps("a") == ["Right?\n路灯\na\n3 photos"]


def test_nine_photos_are_enough() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    for _photo in range(MOST_FILES):
        assert "goes along" in zhou.sends_photo()[0]
    assert "That is enough" in zhou.sends_photo()[0]
    assert zhou.taps("a")[0].endswith("9 photos")


def test_a_photo_too_large_is_refused_with_its_size() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    (refused,) = zhou.sends_photo(size=MAX_FILE + 5_000_000)
    assert "25 MB" in refused
    assert zhou.taps("a") == ["Right?\n路灯\na"]


def test_a_voice_is_no_photo() -> None:
    zhou = Chatting(order)
    zhou.begins()
    zhou.says("路灯")
    assert zhou.sends_voice() == ["That does not answer the question yet.\n\nWhich kind?"]


def test_a_voice_that_can_be_read_answers_like_words() -> None:
    def spoken(talk: Talk, _turn: Turn) -> None:
        said = talk.ask("what", "What?", VOICE)
        talk.say(f"Heard: {said.text or '(voice)'}")

    heard = []
    for transcript in ("路灯不亮", ""):
        zhou = Chatting(spoken)
        zhou.begins()
        heard += zhou.sends_voice(transcript)
    assert heard == ["Heard: 路灯不亮", "Heard: (voice)"]


# ── whatever people do ───────────────────────────────────────────────────────


def restless(talk: Talk, turn: Turn) -> None:
    """Everything a conversation can use, over a world that never looks the same twice."""
    talk.accepts(PHOTO)
    world = turn.policy  # a read; the branch below is frozen all the same
    luck = talk.recall("luck", lambda: drawn() > 1, after=("what",))
    what = talk.ask("what", "What?", Text(2, 50), PHOTO, VOICE)
    if luck:
        talk.say("Lucky.")
        talk.choose("gift", "Which gift?", (Option("a", "A"), Option("b", "B")), after=("what",))
    where = talk.ask("where", f"Where, in {world.district}?", Text(2, 50))
    found = talk.recall("found", drawn, after=("where",))
    kind = talk.choose(
        "kind",
        f"Kind of {found}?",
        [Option(str(n), f"Kind {n}") for n in range(found % 3 + 1)],
        after=("where", "what"),
    )
    summary = lines(what.text, where.text, kind, str(len(talk.sent(PHOTO))))
    changes = [Option(key, key) for key in ("what", "where", "kind", "gift")]
    if talk.confirm("sure", summary, _("Send it"), changes):
        talk.ask("name", "Your name?", Text(1, 20), after=("where",))
        turn.post.reply(Card("(sent)"))


LUCK: list[int] = []


def drawn() -> int:
    """Another number each time."""
    LUCK.append(1)
    return len(LUCK)


acts = st.one_of(
    st.tuples(st.just("tap"), st.integers(0, 6)),
    st.tuples(st.just("say"), st.sampled_from(["back", "路灯不亮", "好的", "x", "1"])),
    st.tuples(st.just("photo"), st.sampled_from(["", "album"])),
    st.tuples(st.just("stale"), st.integers(0, 9)),
)


@given(st.lists(acts, max_size=40))
def test_whatever_people_do_a_replay_comes_to_the_same_question(
    what: list[tuple[str, Any]],
) -> None:
    LUCK.clear()
    zhou = Chatting(restless)
    zhou.begins()
    for act, detail in what:
        _does(zhou, act, detail)
        if not zhou.key:
            break
        replayed = zhou.replayed()
        assert isinstance(replayed, Asked)
        assert json.loads(json.dumps(replayed.question)) == zhou.dialog.question


def _does(zhou: Chatting, act: str, detail: Any) -> None:
    if act == "tap" and zhou.codes:
        zhou.taps(zhou.codes[detail % len(zhou.codes)])
    elif act == "say":
        zhou.says(detail)
    elif act == "photo":
        zhou.sends_photo(album=detail)
    elif act == "stale":
        zhou.taps("a", seq=zhou.dialog.seq - 1 - detail)
