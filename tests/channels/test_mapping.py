"""From the Bot API's JSON to events, and from messages to calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiogram import methods
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import NotFound, Rejected
from bot.channels.telegram import mapping
from bot.channels.telegram.driver import Upload
from handlers.message import (
    MOST_REF,
    Button,
    Chat,
    Chose,
    Event,
    Joined,
    Left,
    Media,
    Message,
    MovedTo,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
    Unsupported,
    utf16_length,
)

BOT, NAME = "8000000001", "shaodao_test_bot"
WANG = {
    "id": 101,
    "is_bot": False,
    "first_name": "秀英",
    "last_name": "王",
    "language_code": "zh-hans",
}
PRIVATE = {"id": 101, "type": "private", "first_name": "秀英"}
GROUP = {"id": -1009, "type": "supergroup", "title": "3号楼"}
ME = {"id": int(BOT), "is_bot": True, "first_name": "哨到", "username": NAME}


def message(content: dict[str, Any], chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    return {"message_id": 7, "date": 1, "chat": chat, "from": WANG, **content}


def read(kind: str, body: dict[str, Any]) -> Event | None:
    return mapping.event({"update_id": 5, kind: body}, BOT, NAME)


def body_of(content: dict[str, Any], chat: dict[str, Any] = PRIVATE) -> object:
    found = read("message", message(content, chat))
    return found and found.body


def addressed(content: dict[str, Any]) -> bool:
    found = read("message", message(content, GROUP))
    assert found
    return found.addressed


def test_a_text_says_who_spoke_where_and_in_which_language() -> None:
    assert read("message", message({"text": " 灯不亮 "})) == Event(
        channel="telegram",
        account=BOT,
        id="5",
        chat=Chat("private", "101"),
        sender="101",
        body=Said(" 灯不亮 "),
        sender_name="秀英 王",
        language="zh-hans",
        addressed=True,
        message_id="7",
    )


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("/start", Started("")),
        ("/start invite-7_x", Started("invite-7_x")),
        (f"/start@{NAME} k", Started("k")),
        ("/report", Said("/report")),
        (f"/report@{NAME.upper()} 灯不亮", Said("/report 灯不亮")),
        ("/report@other_bot", Said("/report@other_bot")),
        ("/started", Said("/started")),
        ("/5号楼", Said("/5号楼")),
        ("字" * 5000, Said("字" * 5000)),
    ],
)
def test_commands_lose_our_name_and_start_opens_the_chat(text: str, body: object) -> None:
    assert body_of({"text": text}) == body


def test_an_answer_and_an_album_keep_what_they_belong_to() -> None:
    answered = {"message_id": 3, "date": 1, "chat": PRIVATE, "from": ME, "text": "?"}
    photo = [{"file_id": "a", "width": 9, "height": 9}]
    found = read("message", message({"photo": photo, "media_group_id": "77"}))
    assert found
    assert found.album == "77"
    found = read("message", message({"text": "是", "reply_to_message": answered}))
    assert found
    assert found.reply_to == "3"
    assert not found.forwarded
    passed_on = {"type": "hidden_user", "sender_user_name": "邻居", "date": 1}
    found = read("message", message({"text": "路灯不亮", "forward_origin": passed_on}))
    assert found is not None
    assert found.forwarded


def test_a_name_of_a_file_that_is_longer_than_any_is_refused() -> None:
    assert body_of({"voice": {"file_id": "f" * MOST_REF}}) == SentVoice(Media("f" * MOST_REF))
    with pytest.raises(mapping.Malformed):
        body_of({"voice": {"file_id": "f" * (MOST_REF + 1)}})


def test_of_a_photo_the_largest_size_is_taken() -> None:
    sizes = [
        {"file_id": name, "width": width, "height": width, "file_size": width}
        for name, width in (("small", 90), ("large", 1280), ("middle", 320))
    ]
    sent = SentPhoto(Media("large", 1280), "东头")
    assert body_of({"photo": sizes, "caption": "东头"}) == sent


def test_a_picture_sent_as_a_file_is_a_photo_and_another_file_is_not() -> None:
    file = {"file_id": "d", "mime_type": "image/png", "file_size": 5}
    assert body_of({"document": file}) == SentPhoto(Media("d", 5))
    roster = file | {"mime_type": "application/zip", "file_name": "名单.xlsx"}
    assert body_of({"document": roster}) == SentDocument(Media("d", 5), "名单.xlsx")
    assert body_of({"document": {"file_id": "d"}}) == SentDocument(Media("d"))


def test_voice_and_location_are_read() -> None:
    assert body_of({"voice": {"file_id": "v", "duration": 3}}) == SentVoice(Media("v"))
    place = {"latitude": 31.2, "longitude": 121}
    assert body_of({"location": place}) == SentLocation(31.2, 121.0, "wgs84")
    assert body_of({"location": place, "venue": {}}) == SentLocation(31.2, 121.0, "wgs84")


@pytest.mark.parametrize("kind", ["sticker", "contact", "video", "animation", "poll", "dice"])
def test_what_the_bot_cannot_read_is_named(kind: str) -> None:
    gif = {"document": {"mime_type": "video/mp4"}} if kind == "animation" else {}
    assert body_of({kind: {}, **gif}) == Unsupported(kind)


def test_service_messages_channels_bots_and_anonymous_administrators_are_nobody() -> None:
    assert body_of({"new_chat_members": [ME]}, GROUP) is None
    assert body_of({"new_chat_title": "4号楼"}, GROUP) is None
    assert body_of({"text": "x"}, {"id": -1, "type": "channel", "title": "x"}) is None
    assert body_of({"text": "x", "from": ME}, GROUP) is None
    assert body_of({"text": "x", "sender_chat": GROUP}, GROUP) is None
    assert read("edited_channel_post", message({"text": "x"})) is None


def test_a_press_carries_its_token_and_its_message() -> None:
    query = {"id": "q", "from": WANG, "message": message({"text": "?"}), "data": "take:9"}
    found = read("callback_query", query)
    assert found
    assert (found.body, found.sender) == (Chose("take:9", "7"), "101")
    assert mapping.press({"update_id": 5, "callback_query": query}) == "q"
    gone = {"message_id": 7, "date": 0, "chat": GROUP}
    found = read("callback_query", query | {"message": gone})
    assert found
    assert found.chat == Chat("group", "-1009")


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        ("member", "kicked", Left()),
        ("kicked", "member", Joined()),
        ("left", "administrator", Joined()),
        ("administrator", "left", Left()),
        ("member", "administrator", None),
        ("member", "restricted", Left()),
    ],
)
def test_the_right_to_write_comes_and_goes(before: str, after: str, body: object) -> None:
    silenced = {"is_member": True, "can_send_messages": False}
    change = {
        "chat": PRIVATE,
        "from": WANG,
        "date": 1,
        "old_chat_member": {"user": ME, "status": before},
        "new_chat_member": {"user": ME, "status": after, **silenced},
    }
    found = read("my_chat_member", change)
    assert (found and found.body) == body


def test_who_added_the_bot_and_what_the_group_is_called_are_told() -> None:
    change = {
        "chat": GROUP,
        "from": WANG,
        "date": 1,
        "old_chat_member": {"user": ME, "status": "left"},
        "new_chat_member": {"user": ME, "status": "member"},
    }
    found = read("my_chat_member", change)
    assert found
    assert (found.body, found.sender, found.chat) == (Joined(), "101", Chat("group", "-1009"))
    assert found.chat.title == "3号楼"
    assert found.message_id == ""


def test_a_group_that_became_a_supergroup_says_where_it_went() -> None:
    assert body_of({"migrate_to_chat_id": -1009}, GROUP | {"type": "group"}) == MovedTo("-1009")
    assert body_of({"migrate_from_chat_id": -9}, GROUP) is None


def test_a_group_speaks_to_the_bot_by_command_mention_or_answer() -> None:
    mention = {"type": "mention", "offset": 3, "length": len(NAME) + 1}
    answered = {"message_id": 3, "date": 1, "chat": GROUP, "from": ME, "text": "?"}
    assert not addressed({"text": "灯不亮"})
    assert addressed({"text": "/report"})
    assert addressed({"text": f"/report@{NAME}"})
    assert not addressed({"text": "/report@other_bot"})
    assert addressed({"text": f"🔦 @{NAME} 灯不亮", "entities": [mention]})
    assert not addressed({"text": "🔦 @shaodao_best_bot 灯不亮", "entities": [mention]})
    named = {"type": "text_mention", "offset": 0, "length": 2, "user": ME}
    assert addressed({"text": "哨到 灯不亮", "entities": [named]})
    assert addressed({"text": "好", "reply_to_message": answered})
    assert not addressed({"text": "好", "reply_to_message": answered | {"from": WANG}})


def test_a_caption_speaks_to_the_bot_too() -> None:
    mention = {"type": "mention", "offset": 0, "length": len(NAME) + 1}
    photo = [{"file_id": "a", "width": 9, "height": 9}]
    assert not addressed({"photo": photo})
    assert addressed({"photo": photo, "caption": f"@{NAME}", "caption_entities": [mention]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SAMPLES: list[dict[str, Any]] = [
    {"message": message({"text": f"@{NAME} x", "entities": [{"type": "mention"}]}, GROUP)},
    {"message": message({"photo": [{"file_id": "a", "width": 1, "height": 1}], "caption": "x"})},
    {"message": message({"voice": {"file_id": "v", "file_size": 3}})},
    {"message": message({"document": {"file_id": "d", "mime_type": "image/png"}})},
    {"message": message({"document": {"file_id": "d", "file_name": "名单.xlsx"}})},
    {"message": message({"location": {"latitude": 1.0, "longitude": 2.0}})},
    {"message": message({"migrate_to_chat_id": -5}, GROUP)},
    {"message": message({"text": "x", "reply_to_message": message({"text": "y"})}, GROUP)},
    {"callback_query": {"id": "q", "from": WANG, "message": message({}), "data": "t"}},
    {
        "my_chat_member": {
            "chat": GROUP,
            "from": WANG,
            "old_chat_member": {"status": "left"},
            "new_chat_member": {"status": "member"},
        }
    },
]


@st.composite
def spoilt_updates(draw: st.DrawFn) -> dict[str, Any]:
    """A good update in which one place, however deep, holds anything at all or is missing."""
    update = {"update_id": 5, **json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))}
    node: Any = update
    while True:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if isinstance(node[key], dict | list) and node[key] and draw(st.booleans()):
            node = node[key]
        elif isinstance(node, dict) and draw(st.booleans()):
            del node[key]
            return update
        else:
            node[key] = draw(JSON)
            return update


@given(JSON | spoilt_updates())
def test_any_json_is_an_event_or_nothing_or_malformed(update: Any) -> None:
    try:
        found = mapping.event(update, BOT, NAME)
    except mapping.Malformed:
        return
    assert found is None or isinstance(found, Event)
    if found is not None:
        repr(found).encode()  # no half surrogates, nothing that cannot be stored


def test_half_a_surrogate_pair_is_malformed() -> None:
    with pytest.raises(mapping.Malformed):
        mapping.event({"update_id": 5, "message": message({"text": "\ud83d"})}, BOT)


def valid(call: mapping.Call) -> Any:
    """The call as aiogram's model of the method reads it: no unknown field passes."""
    model = getattr(methods, call.method[0].upper() + call.method[1:])
    return model.model_validate(call.params, extra="forbid")


def test_a_message_is_plain_text_without_a_link_preview() -> None:
    call = mapping.send(Chat("private", "101"), Message("<b>*x*</b> https://example.org"))
    sent = valid(call)
    assert (call.method, sent.text) == ("sendMessage", "<b>*x*</b> https://example.org")
    assert sent.link_preview_options.is_disabled
    assert "parse_mode" not in call.params
    assert "reply_markup" not in call.params


def test_two_short_buttons_share_a_row() -> None:
    labels = ("亮了, 满意", "亮了, 一般", "没亮", "换一个人来看看这盏灯", "还没看")
    buttons = tuple(Button(label, f"v:{i}") for i, label in enumerate(labels))
    sent = valid(mapping.send(Chat("private", "101"), Message("亮吗?", buttons)))
    rows = [[button.text for button in row] for row in sent.reply_markup.inline_keyboard]
    assert rows == [["亮了, 满意", "亮了, 一般"], ["没亮"], ["换一个人来看看这盏灯"], ["还没看"]]
    assert sent.reply_markup.inline_keyboard[2][0].callback_data == "v:3"


def test_a_token_over_64_bytes_is_rejected_before_it_is_sent() -> None:
    chat = Chat("private", "101")
    valid(mapping.send(chat, Message("?", (Button("好", "字" * 21 + "a"),))))
    with pytest.raises(Rejected):
        mapping.send(chat, Message("?", (Button("好", "字" * 22),)))


@given(st.text(max_size=60), st.integers(min_value=1, max_value=60))
def test_a_shortened_text_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    short = mapping.shorten(text, limit)
    assert utf16_length(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_texts_and_captions_have_their_own_limits() -> None:
    chat, long = Chat("private", "101"), "🔦" * 3000
    assert utf16_length(valid(mapping.send(chat, Message(long))).text) == 4095
    with_photo = Message(long, photo=Path("lamp.jpg"))
    assert utf16_length(valid(mapping.send(chat, with_photo)).caption) == 1023
    assert utf16_length(valid(mapping.edit(chat, "7", with_photo)).media.caption) == 1023
    assert len(str(mapping.answer("q", "字" * 300).params["text"])) == 200


def test_a_photo_is_uploaded_with_the_text_as_its_caption() -> None:
    call = mapping.send(Chat("group", "-5"), Message("换好了", photo=Path("lamp.jpg")))
    assert (call.method, call.file) == (
        "sendPhoto",
        Upload("photo", Path("lamp.jpg"), "lamp.jpg"),
    )
    assert (valid(call).photo, valid(call).caption) == ("attach://photo", "换好了")
    drawn = mapping.send(Chat("group", "-5"), Message("扫一扫", photo=b"\x89PNG"))
    assert drawn.file == Upload("photo", b"\x89PNG", "photo.png")


def test_a_document_is_uploaded_under_its_name_and_is_always_a_new_message() -> None:
    chat, buttons = Chat("private", "101"), (Button("导入", "papers.go:7"),)
    report = Message("查过了", buttons, document=(Path("a1b2.xlsx"), "名单 结果.xlsx"))
    call = mapping.send(chat, report)
    assert call.method == "sendDocument"
    assert call.file == Upload("document", Path("a1b2.xlsx"), "名单 结果.xlsx")
    assert (valid(call).document, valid(call).caption) == ("attach://document", "查过了")
    assert valid(call).reply_markup.inline_keyboard[0][0].text == "导入"
    with pytest.raises(NotFound):
        mapping.edit(chat, "7", report)


@pytest.mark.parametrize(
    ("name", "goes_by"),
    [('a"b/c\\d.xlsx', "a_b_c_d.xlsx"), ("名\r\n单.xlsx", "名__单.xlsx"), ("", "file")],
)
def test_a_documents_name_cannot_break_out_of_its_header(name: str, goes_by: str) -> None:
    call = mapping.send(Chat("private", "101"), Message("", document=(Path("a.xlsx"), name)))
    assert call.file is not None
    assert call.file.name == goes_by


def test_a_message_is_deleted_by_its_id() -> None:
    call = mapping.delete(Chat("group", "-5"), "7")
    assert (call.method, valid(call).message_id) == ("deleteMessage", 7)


def test_an_edit_without_buttons_removes_the_keyboard() -> None:
    call = mapping.edit(Chat("private", "101"), "7", Message("办好了"))
    assert call.method == "editMessageText"
    assert valid(call).reply_markup.inline_keyboard == []
    with_photo = mapping.edit(Chat("private", "101"), "7", Message("好", photo=Path("a.jpg")))
    assert with_photo.method == "editMessageMedia"
    assert valid(with_photo).reply_markup.inline_keyboard == []


def test_a_press_is_answered_with_or_without_words() -> None:
    assert mapping.answer("q", "").params == {"callback_query_id": "q"}
    assert valid(mapping.answer("q", "已记下")).text == "已记下"


def test_a_press_in_a_group_may_open_the_private_chat_instead() -> None:
    link = "https://t.me/shaodao_bot?start=t-37"
    assert valid(mapping.answer("q", "已记下", link)).url == link
