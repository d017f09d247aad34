"""What a message answers to the question that was asked, and what it does not."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.message import (
    Body,
    Chose,
    Media,
    Reading,
    Said,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
)
from handlers.talk.answers import MAX_FILE, NO, YES, Entry, Question, Rejected, parse, tidy, token

SEE_PHOTO = ["see_photo", "看照片就行"]
EVERYTHING: list[list[Any]] = [["text", 2, 20], ["photo"], ["voice"], ["location"]]


def question(*kinds: list[Any], options: tuple[list[str], ...] = ()) -> Question:
    return {
        "key": "what",
        "text": "哪儿怎么了？",
        "options": list(options),
        "kinds": list(kinds),
        "deps": [],
        "digest": "",
        "path": [],
        "gathers": [],
    }


SURE = question(options=(["yes", "对，报上去"], ["change.where", "改地点"], ["no", "不发了"]))
TEXT = question(["text", 2, 20], options=(SEE_PHOTO,))


def value(asked: Question, body: Body) -> Any:
    entry = parse(asked, body, None)
    assert not isinstance(entry, Rejected)
    return entry["v"]


def is_no_answer(asked: Question, body: Body) -> bool:
    return isinstance(parse(asked, body, None), Rejected)


# ── words ────────────────────────────────────────────────────────────────────


def test_words_are_kept_as_they_were_said_without_what_nobody_sees() -> None:
    assert value(TEXT, Said("  3号楼\u200b路灯\x07不亮\n")) == "3号楼路灯不亮"


def test_what_triage_read_is_kept_beside_the_words() -> None:
    entry = parse(TEXT, Said("路灯不亮"), Reading("report", ("0501", "0502")))
    assert entry == Entry(k="text", v="路灯不亮", c=["0501", "0502"])


@pytest.mark.parametrize("words", ["", " ", "灯", "\u200b\u200b灯"])
def test_too_few_words_are_no_answer(words: str) -> None:
    assert is_no_answer(TEXT, Said(words))


def test_as_many_characters_as_allowed_and_no_more() -> None:
    assert value(TEXT, Said("灯" * 20)) == "灯" * 20
    assert is_no_answer(TEXT, Said("灯" * 21))


def test_words_where_only_a_choice_is_asked_for_are_no_answer() -> None:
    assert is_no_answer(SURE, Said("随便"))


@given(st.text(max_size=60))
def test_tidy_text_can_be_kept_and_shown_everywhere(text: str) -> None:
    kept = tidy(text)
    assert kept == kept.strip() == tidy(kept)
    assert all(c == "\n" or unicodedata.category(c)[0] != "C" for c in kept)
    kept.encode()


# ── choices ──────────────────────────────────────────────────────────────────


def test_a_tap_is_the_code_that_its_choice_carried() -> None:
    assert value(TEXT, Chose(token(7, "see_photo"))) == "see_photo"


def test_a_code_that_was_not_offered_is_no_answer() -> None:
    assert is_no_answer(TEXT, Chose(token(7, "yes")))


@pytest.mark.parametrize(
    "said", ["看照片就行", "看照片就行。", " 看照片 就行!", "see_photo", "See photo"]
)
def test_a_choice_may_be_typed(said: str) -> None:
    assert value(TEXT, Said(said)) == "see_photo"


@pytest.mark.parametrize("said", [*sorted(YES), "好的。", "OK!", "对，报上去"])
def test_there_are_many_ways_to_say_yes(said: str) -> None:
    assert value(SURE, Said(said)) == "yes"


@pytest.mark.parametrize("said", [*sorted(NO), "No.", "不发了"])
def test_there_are_many_ways_to_say_no(said: str) -> None:
    assert value(SURE, Said(said)) == "no"


def test_yes_is_an_ordinary_word_where_nobody_asks_for_it() -> None:
    assert value(TEXT, Said("好的")) == "好的"


@given(st.text(st.sampled_from("?!。，… ~🔦"), max_size=8))
def test_punctuation_chooses_nothing(said: str) -> None:
    signs = question(options=(["up", "👍"], ["down", "👎"]))
    assert is_no_answer(signs, Said(said))


# ── files and places ─────────────────────────────────────────────────────────


def test_a_photo_is_known_by_its_reference_and_a_voice_also_by_its_words() -> None:
    asked = question(*EVERYTHING)
    assert value(asked, SentPhoto(Media("p1"), "3号楼")) == "p1"
    assert value(asked, SentVoice(Media("v1"), "路灯不亮")) == ["v1", "路灯不亮"]


@pytest.mark.parametrize("send", [SentPhoto, SentVoice])
def test_a_file_may_be_as_large_as_can_be_fetched(send: type[SentPhoto]) -> None:
    asked = question(*EVERYTHING)
    assert not is_no_answer(asked, send(Media("f", MAX_FILE)))
    assert is_no_answer(asked, send(Media("f", MAX_FILE + 1)))


def test_a_shared_location_is_degrees() -> None:
    assert value(question(*EVERYTHING), SentLocation(41.8, 120.77)) == [41.8, 120.77]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (0.001, -0.001), (91.0, 0.0), (0.0, 181.0), (float("nan"), 120.0)],
)
def test_a_telephone_that_does_not_know_where_it_is_gives_no_place(
    latitude: float, longitude: float
) -> None:
    assert is_no_answer(question(*EVERYTHING), SentLocation(latitude, longitude))


@pytest.mark.parametrize(
    "body",
    [SentPhoto(Media("p")), SentVoice(Media("v")), SentLocation(41.8, 120.77)],
)
def test_what_was_not_asked_for_is_no_answer(body: Body) -> None:
    assert is_no_answer(TEXT, body)


bodies = st.one_of(
    st.builds(Said, st.text()),
    st.builds(Chose, st.text().map(lambda code: token(1, code))),
    st.builds(SentPhoto, st.builds(Media, st.text(), st.none() | st.integers(0, 2 * MAX_FILE))),
    st.builds(SentVoice, st.builds(Media, st.text())),
    st.builds(SentLocation, st.floats(), st.floats()),
    st.builds(Unsupported, st.text()),
    st.builds(Started),
)
questions = st.builds(
    lambda kinds, options: question(*kinds, options=tuple(options)),
    st.lists(st.sampled_from(EVERYTHING), unique_by=lambda kind: kind[0]),
    st.lists(st.tuples(st.text(), st.text()).map(list), max_size=4),
)


@given(questions, bodies)
def test_whatever_is_sent_is_an_answer_that_can_be_stored_or_a_helping_word(
    asked: Question, body: Body
) -> None:
    entry = parse(asked, body, None)
    if isinstance(entry, Rejected):
        assert entry.why
    else:
        assert json.loads(json.dumps(entry)) == entry
