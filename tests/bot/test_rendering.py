"""What a message looks like where it has to fit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import Connection, create_engine

from bot.channels.base import TELEGRAM, WECHAT
from bot.sending.rendering import fitting, message, numbered
from handlers.message import Capabilities, Message, utf16_length
from handlers.words import Reader

HEADING = "\n回数字就行："
LABELS = st.lists(st.text(st.characters(exclude_characters="\n"), min_size=1), min_size=1)


@given(st.text(), st.integers(-10, 50))
def test_a_text_fits_and_keeps_its_beginning(text: str, limit: int) -> None:
    fits = fitting(text, limit)
    assert utf16_length(fits) <= max(limit, 0)
    assert fits == text or text.startswith(fits.removesuffix("…"))


@pytest.mark.parametrize(("text", "fits"), [("🔦🔦🔦", "🔦…"), ("路灯不亮了吗", "路灯不亮…")])
def test_a_sign_is_never_cut_in_half(text: str, fits: str) -> None:
    assert fitting(text, 5 if "路" in text else 4) == fits


@given(st.text(max_size=3000), LABELS.filter(lambda labels: len(labels) <= 15))
def test_a_long_text_loses_its_end_and_never_a_choice(text: str, labels: list[str]) -> None:
    numbers = range(1, len(labels) + 1)
    shown, _menu = numbered(text, HEADING, labels, numbers, WECHAT)
    assert utf16_length(shown) <= WECHAT.text_limit
    rows = shown.rpartition(HEADING)[2]
    assert len(re.findall(r"^\d+\. ", rows, re.MULTILINE)) >= len(labels)


def test_fifteen_long_choices_leave_room_for_the_question() -> None:
    shown, _menu = numbered("是哪一类?", HEADING, ["很长的选项" * 20] * 15, range(85, 100), WECHAT)
    assert shown.startswith("是哪一类?\n回数字就行：\n85. 很长的选项")
    assert shown.splitlines()[-1].startswith("99. 很长的选项")


def test_what_fits_is_left_alone() -> None:
    shown, _menu = numbered("是哪一类?", HEADING, ["路灯不亮", "都不是"], [4, 5], WECHAT)
    assert shown == "是哪一类?\n回数字就行：\n4. 路灯不亮\n5. 都不是"


def rendered(body: dict[str, Any], can: Capabilities) -> Message:
    reader = Reader("zh_CN", datetime(2026, 11, 23, 1, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    nothing = Connection(create_engine("sqlite://"))
    body = {"text": "查过了", "buttons": [], "photo": "", **body}
    with nothing:
        return message(nothing, "local/demo/li", body, can, reader, Path("media"), repeated=False)


def test_a_document_goes_along_where_files_can_be_sent() -> None:
    body = {"document": ["a1b2.xlsx", "名单 结果.xlsx"], "without": "用电脑取。"}
    assert rendered(body, TELEGRAM).document == (Path("media/a1b2.xlsx"), "名单 结果.xlsx")
    assert rendered(body, WECHAT) == Message("查过了\n用电脑取。")


def test_a_code_to_scan_is_drawn_from_its_text() -> None:
    drawn = rendered({"qr": "https://t.me/shaodao_test_bot?start=i-Ab_9"}, TELEGRAM).photo
    assert isinstance(drawn, bytes)
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.format == "PNG"
        assert picture.width == picture.height > 200
