"""The demo's page, driven by a real browser against a real server."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import segno
from playwright.async_api import Locator, Page, expect

from bot.channels.base import WECHAT
from bot.web.demo import STATIC
from handlers.message import (
    Chat,
    Chose,
    Message,
    Said,
    SentDocument,
    SentLocation,
    SentPhoto,
    SentVoice,
    Started,
)
from tests.web.district import BUTTONS, District

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP = STATIC / "samples" / "lamp-lit.jpg"
ZHOU, LI = Chat("private", "zhou"), Chat("private", "li")


def phone(page: Page, person: str) -> Locator:
    return page.locator(f"#phone-{person}")


def bubbles(page: Page, person: str) -> Locator:
    """What the phone shows in the chat that is open."""
    return phone(page, person).locator(".log:visible .bubble")


async def type_and_send(page: Page, person: str, text: str) -> None:
    field = phone(page, person).locator("textarea")
    await field.fill(text)
    await field.press("Enter")


async def test_four_phones_stand_side_by_side_with_their_owners(page: Page) -> None:
    await expect(page.locator(".phone")).to_have_count(4)
    await expect(page.locator(".owner b")).to_have_text(["居民", "议事群", "网格员", "网格长"])
    boxes = [await each.bounding_box() for each in await page.locator(".phone").all()]
    assert len({box["y"] for box in boxes if box}) == 1
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_of_phones_in_one_place_one_is_picked_up_at_a_time(
    page: Page, district: District
) -> None:
    district.together = True
    await page.reload()
    await expect(page.locator(".phone:visible")).to_have_count(3)
    await expect(phone(page, "li")).to_be_visible()
    await phone(page, "li").get_by_label("换一部手机").select_option("wang")
    await expect(phone(page, "wang")).to_be_visible()
    await expect(phone(page, "li")).to_be_hidden()
    await type_and_send(page, "wang", "待办")
    assert [event.sender for event in district.events] == ["wang"]
    await phone(page, "wang").get_by_label("换一部手机").select_option("li")
    await page.get_by_role("button", name="播放一天").click()
    await expect(phone(page, "wang")).to_be_visible()  # the story shows the phone of who acts
    await page.get_by_role("button", name="停下").click()


async def test_what_is_typed_is_sent_and_answered(page: Page, district: District) -> None:
    await type_and_send(page, "zhou", "3号楼路灯坏了")
    await expect(bubbles(page, "zhou")).to_have_text(["3号楼路灯坏了", "听到:3号楼路灯坏了"])
    await expect(phone(page, "zhou").locator(".mine .bubble")).to_have_text("3号楼路灯坏了")
    await expect(phone(page, "zhou").locator("textarea")).to_have_value("")
    assert [event.body for event in district.events] == [Said("3号楼路灯坏了")]


async def test_an_empty_chat_suggests_something_to_say(page: Page) -> None:
    await phone(page, "zhou").get_by_role("button", name="3号楼路灯坏了").click()
    await expect(phone(page, "zhou").locator("textarea")).to_have_value("3号楼路灯坏了")
    await phone(page, "zhou").get_by_role("button", name="发送").click()
    await expect(bubbles(page, "zhou")).to_have_count(2)


async def test_beside_a_group_the_private_chat_has_its_own_suggestions(page: Page) -> None:
    await expect(phone(page, "chen").locator(".hint:visible")).to_have_text("@哨到 怎么上报")
    await phone(page, "chen").locator(".switcher button").first.click()
    await expect(phone(page, "chen").locator(".hint:visible")).to_have_text("我的积分")


async def test_suggestions_stay_within_reach_when_something_was_said(page: Page) -> None:
    await type_and_send(page, "zhou", "早")
    await expect(bubbles(page, "zhou")).to_have_count(2)
    await phone(page, "zhou").get_by_role("button", name="照片、位置等").click()
    said = phone(page, "zhou").get_by_role("group", name="可以说")
    await said.get_by_role("button", name="3号楼路灯坏了").click()
    await expect(said).to_be_hidden()
    await expect(phone(page, "zhou").locator("textarea")).to_have_value("3号楼路灯坏了")


async def test_markup_in_a_message_stays_text(page: Page) -> None:
    await type_and_send(page, "zhou", "<img src=x onerror=alert(1)>")
    await expect(bubbles(page, "zhou").first).to_have_text("<img src=x onerror=alert(1)>")


async def test_a_choice_changes_its_card_in_place(page: Page, district: District) -> None:
    await district.messenger.send(LI, Message("🔦 3号楼东头\n还没有人接", BUTTONS))
    await phone(page, "li").get_by_role("button", name="我接了").click()
    await expect(bubbles(page, "li")).to_have_text(["李明接了09:14 更新"])
    await expect(phone(page, "li").locator(".choice")).to_have_count(0)
    await expect(phone(page, "li").locator(".row.changed")).to_have_count(1)
    await expect(phone(page, "li").locator(".toast")).to_have_text("归您了")
    assert [event.body for event in district.events] == [
        Chose("take:1", district.messenger.phones["li"].bubbles[0].id)
    ]


async def test_choices_are_large_enough_for_a_thumb(page: Page, district: District) -> None:
    await district.messenger.send(LI, Message("发给对方：shaodao:i-Ab_9", BUTTONS))
    await phone(page, "li").locator(".choice").first.wait_for()
    small = """() => [...document.querySelectorAll("button")].filter(b => b.checkVisibility())
        .filter(b => b.getBoundingClientRect().height < 44).map(b => b.outerHTML)"""
    assert await page.evaluate(small) == []


async def test_where_choices_are_numbered_the_person_types_the_number(
    page: Page, district: District
) -> None:
    district.messenger.capabilities = WECHAT
    await district.messenger.send(ZHOU, Message("是哪儿的灯?\n1. 小区里的\n2. 楼道里的"))
    await expect(bubbles(page, "zhou")).to_have_text("是哪儿的灯?\n1. 小区里的\n2. 楼道里的")
    await expect(phone(page, "zhou").locator(".choice")).to_have_count(0)
    await type_and_send(page, "zhou", "2")
    await expect(bubbles(page, "zhou")).to_have_count(3)
    assert district.events[0].body == Said("2")


async def test_a_sample_photo_is_sent_and_opens_large(page: Page, district: District) -> None:
    await phone(page, "zhou").get_by_role("button", name="照片、位置等").click()
    await phone(page, "zhou").get_by_role("button", name="灯亮了").click()
    await phone(page, "zhou").get_by_role("button", name="看大图").click()
    large = page.locator("#viewer img")
    await expect(large).to_be_visible()
    assert await large.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    await page.keyboard.press("Escape")
    await expect(large).to_be_hidden()
    (event,) = district.events
    assert isinstance(event.body, SentPhoto)
    sent = await district.messenger.fetch(event.body.media.ref, 10**6)
    assert sent == LAMP.read_bytes()


async def test_photos_picked_together_are_one_album(page: Page, district: District) -> None:
    files = [LAMP, STATIC / "samples" / "lamp-dark.jpg"]
    await phone(page, "zhou").locator("input.photos").set_input_files(files)
    await expect(phone(page, "zhou").locator(".thumbnail")).to_have_count(2)
    albums = {event.album for event in district.events}
    assert len(albums) == 1
    assert albums != {""}


async def test_a_photo_that_is_too_large_is_refused_in_words(
    page: Page, district: District, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(LAMP.read_bytes().ljust(10 * 1024 * 1024 + 1, b"\0"))
    await phone(page, "zhou").locator("input.photos").set_input_files(large)
    await expect(page.get_by_role("alert")).to_contain_text("照片超过 10 MB")
    assert district.events == []


async def test_a_file_is_sent_by_keyboard_and_shown_by_its_name(
    page: Page, district: District, tmp_path: Path
) -> None:
    roster = tmp_path / "名单 2026.xlsx"
    roster.write_bytes(b"PK\x03\x04 rows")
    await phone(page, "zhou").get_by_role("button", name="照片、位置等").press("Enter")
    async with page.expect_file_chooser() as chosen:
        await phone(page, "zhou").get_by_role("button", name="文件").press("Enter")
    await (await chosen.value).set_files(roster)
    await expect(bubbles(page, "zhou")).to_have_text("名单 2026.xlsx")
    (event,) = district.events
    assert isinstance(event.body, SentDocument)
    assert event.body.name == "名单 2026.xlsx"
    assert await district.messenger.fetch(event.body.media.ref, 100) == b"PK\x03\x04 rows"


async def test_a_file_that_is_too_large_or_empty_is_refused_in_words(
    page: Page, district: District, tmp_path: Path
) -> None:
    for size, words in ((20_000_001, "文件超过 20 MB"), (0, "这个文件是空的")):
        file = tmp_path / f"{size}.xlsx"
        file.write_bytes(bytes(size))
        await phone(page, "zhou").locator("input.file").set_input_files(file)
        await expect(page.get_by_role("alert")).to_contain_text(words)
    assert district.events == []


async def test_where_files_cannot_be_sent_there_is_no_button_for_them(
    page: Page, district: District
) -> None:
    district.messenger.capabilities = WECHAT
    await page.reload()
    await phone(page, "zhou").get_by_role("button", name="照片、位置等").click()
    await expect(phone(page, "zhou").get_by_role("button", name="选照片")).to_be_visible()
    await expect(phone(page, "zhou").get_by_role("button", name="文件")).to_have_count(0)


async def test_a_document_of_the_bot_is_saved_under_its_name(
    page: Page, district: District, tmp_path: Path
) -> None:
    file = tmp_path / "a1b2.xlsx"
    file.write_bytes(b"PK\x03\x04 result")
    report = Message("查过了", BUTTONS, document=(file, "名单 结果.xlsx"))
    await district.messenger.send(ZHOU, report)
    async with page.expect_download() as download:
        await phone(page, "zhou").get_by_role("link", name="下载 名单 结果.xlsx").click()
    saved = await download.value
    assert saved.suggested_filename == "名单 结果.xlsx"
    await saved.save_as(copy := tmp_path / "saved.xlsx")
    assert copy.read_bytes() == b"PK\x03\x04 result"


async def test_a_link_is_copied_on_one_phone_and_opens_the_bot_on_another(
    page: Page, district: District
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await district.messenger.send(ZHOU, Message("发给对方：shaodao:i-Ab_9。1天内有效"))
    await phone(page, "zhou").get_by_role("button", name="shaodao:i-Ab_9", exact=True).click()
    await expect(phone(page, "zhou").locator(".toast")).to_have_text("已复制，粘贴到另一部手机")
    field = phone(page, "chen").locator("textarea")  # which shows the group
    await field.focus()
    await page.keyboard.press("ControlOrMeta+V")
    await field.press("Enter")
    await expect(bubbles(page, "chen")).to_have_text("shaodao:i-Ab_9")
    await expect(phone(page, "chen").locator(".log:visible")).to_have_accessible_name(
        "陈静和哨到的对话"
    )
    (event,) = district.events
    assert (event.body, event.chat.kind) == (Started("i-Ab_9"), "private")


async def test_the_address_of_a_page_opens_beside_this_one(page: Page, district: District) -> None:
    address = "http://127.0.0.1:9/roster/Ab_9?x=1"
    await district.messenger.send(ZHOU, Message(f"在电脑上打开{address}，1小时内有效"))
    link = phone(page, "zhou").get_by_role("link", name=address, exact=True)
    await expect(link).to_have_attribute("href", address)
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_a_code_to_scan_is_shown_whole_and_opens_large(
    page: Page, district: District
) -> None:
    drawn = BytesIO()
    segno.make("shaodao:i-Ab_9", micro=False).save(drawn, kind="png", scale=8)
    await district.messenger.send(ZHOU, Message("扫一扫", photo=drawn.getvalue()))
    small = phone(page, "zhou").get_by_role("img", name="二维码")
    await expect(small).to_be_visible()
    box = await small.bounding_box()
    assert box
    assert abs(box["width"] - box["height"]) < 1
    await phone(page, "zhou").get_by_role("button", name="放大二维码").click()
    await expect(page.locator("#viewer").get_by_role("img", name="二维码")).to_be_visible()


async def test_a_message_that_was_taken_away_leaves_every_phone(
    page: Page, district: District
) -> None:
    await type_and_send(page, "chen", "我的电话是……")
    await phone(page, "li").locator(".switcher button").nth(1).click()
    await expect(bubbles(page, "li")).to_have_text("我的电话是……")
    (event,) = district.events
    assert await district.messenger.delete(event.chat, event.message_id)
    await expect(bubbles(page, "li")).to_have_count(0)
    await expect(bubbles(page, "chen")).to_have_count(0)


async def test_voice_and_location_are_sent(page: Page, district: District) -> None:
    await phone(page, "zhou").get_by_role("button", name="发一段语音样例").click()
    await phone(page, "zhou").get_by_role("button", name="照片、位置等").click()
    await phone(page, "zhou").get_by_role("button", name="位置", exact=True).click()
    await expect(bubbles(page, "zhou")).to_have_text(["[语音]", "[位置]30.12000, 120.34000"])
    voice, place = (event.body for event in district.events)
    assert isinstance(voice, SentVoice)
    assert place == SentLocation(30.12, 120.34)


async def test_a_group_is_on_every_members_phone(page: Page, district: District) -> None:
    await type_and_send(page, "chen", "周六一起扫楼道")
    await expect(bubbles(page, "chen")).to_have_text("周六一起扫楼道")
    tab = phone(page, "li").locator(".switcher button").nth(1)
    await expect(tab.locator(".badge")).to_have_text("1")
    await tab.click()
    await expect(bubbles(page, "li")).to_have_text("周六一起扫楼道")
    await expect(phone(page, "li").locator(".row .name")).to_have_text("陈静")
    await expect(tab.locator(".badge")).to_have_count(0)
    await phone(page, "li").get_by_role("button", name="@哨到").click()
    await phone(page, "li").locator("textarea").press("Enter")
    assert [event.addressed for event in district.events][:1] == [False]
    await expect(bubbles(page, "chen")).to_have_text(["周六一起扫楼道", "@哨到 ", "听到:@哨到 "])


async def test_the_clock_moves_on_every_phone(page: Page) -> None:
    await type_and_send(page, "zhou", "早")
    await expect(phone(page, "zhou").locator(".pause")).to_have_text("09:14")
    await page.get_by_role("button", name="+2 小时").click()
    await expect(page.locator(".status time")).to_have_text(["11:14"] * 4)
    await page.get_by_role("button", name="+1 天").click()
    await expect(page.locator(".clock")).to_have_text("11月24日 周二 11:14")
    await expect(phone(page, "zhou").locator(".pause")).to_have_text("昨天 09:14")


async def test_the_language_of_the_page_changes_and_drafts_stay(page: Page) -> None:
    await type_and_send(page, "zhou", "早")
    await phone(page, "zhou").locator("textarea").fill("写到一半")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator(".owner b").first).to_have_text("Resident")
    await expect(page.get_by_role("button", name="+2 hours")).to_be_visible()
    await expect(page.locator(".clock")).to_have_text("Mon 23 Nov 09:14")
    await expect(bubbles(page, "zhou")).to_have_count(2)
    await expect(phone(page, "zhou").locator("textarea")).to_have_value("写到一半")


async def test_both_languages_have_the_same_words(page: Page) -> None:
    text = (STATIC / "words.js").read_text("utf-8").replace("const WORDS", "export const WORDS")
    await page.route("**/exported.js", lambda route: route.fulfill(body=text, headers=JS))
    words = await page.evaluate("import('/static/exported.js').then(module => module.WORDS)")
    assert words["zh_CN"].keys() == words["en"].keys()
    said = "".join((*words["zh_CN"].values(), *words["en"].values()))
    assert not {"!", "\N{FULLWIDTH EXCLAMATION MARK}"} & set(said)


async def test_thirty_press_at_once_and_the_group_is_looked_at(
    page: Page, district: District
) -> None:
    button = page.get_by_role("button", name="三十人同时认领")
    await button.click()
    await expect(page.get_by_role("alert")).to_contain_text("先用社区值班的手机")
    district.task = True
    await phone(page, "chen").locator(".switcher button").first.click()
    await button.click()
    await expect(bubbles(page, "chen")).to_have_text("报名10/10")
    await page.get_by_role("button", name="播放一天").click()
    await expect(button).to_be_disabled()
    await page.get_by_role("button", name="停下").click()
    await expect(button).to_be_enabled()


async def test_on_a_narrow_screen_thirty_press_from_the_menu(
    page: Page, district: District
) -> None:
    district.task = True
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="时间、三十人同时认领、拔电源、语言、重来").click()
    button = page.get_by_role("button", name="三十人同时认领", exact=True)
    box = await button.bounding_box()
    assert box
    assert box["height"] >= 44
    await button.click()
    await expect(bubbles(page, "chen")).to_have_text("报名10/10")
    await expect(button).to_be_hidden()


async def test_where_there_are_no_groups_nobody_can_press_in_one(
    page: Page, district: District
) -> None:
    district.messenger.capabilities = WECHAT
    await page.reload()
    await expect(page.get_by_role("button", name="+2 小时")).to_be_visible()
    await expect(page.get_by_role("button", name="三十人同时认领")).to_be_hidden()


async def test_the_story_shows_that_it_plays_and_can_be_stopped(page: Page) -> None:
    await page.get_by_role("button", name="播放一天").click()
    await expect(bubbles(page, "wang").first).to_have_text("故事开始了")
    await expect(page.get_by_role("button", name="+30 分钟")).to_be_disabled()
    await page.get_by_role("button", name="停下").click()
    await expect(page.get_by_role("button", name="播放一天")).to_be_visible()
    await expect(page.get_by_role("button", name="+30 分钟")).to_be_enabled()


async def test_starting_over_asks_first_and_empties_every_phone(page: Page) -> None:
    await type_and_send(page, "zhou", "早")
    await expect(bubbles(page, "zhou")).to_have_count(2)
    await page.get_by_role("button", name="重来").click()
    await page.get_by_role("button", name="算了").click()
    await expect(bubbles(page, "zhou")).to_have_count(2)
    await page.get_by_role("button", name="重来").click()
    await page.get_by_role("button", name="从头再来").click()
    await expect(page.locator(".bubble")).to_have_count(0)


async def test_what_the_bot_did_not_take_is_explained(page: Page, district: District) -> None:
    district.closed = True
    await type_and_send(page, "zhou", "在吗")
    await expect(page.get_by_role("alert")).to_contain_text("不用重发")
    await expect(bubbles(page, "zhou")).to_have_text("在吗")


async def test_a_page_that_lost_its_stream_catches_up(page: Page, district: District) -> None:
    await type_and_send(page, "zhou", "早")
    await expect(bubbles(page, "zhou")).to_have_count(2)
    await district.messenger.close()
    await district.messenger.send(ZHOU, Message("断线时说的"))
    await expect(bubbles(page, "zhou").last).to_have_text("断线时说的")
    await expect(page.locator("#connection")).to_be_hidden()
    await type_and_send(page, "zhou", "又连上了")
    await expect(bubbles(page, "zhou")).to_have_count(5)


async def test_new_bubbles_scroll_into_view_unless_someone_reads_further_up(
    page: Page, district: District
) -> None:
    for number in range(30):
        await district.messenger.send(ZHOU, Message(f"第{number}条"))
    await expect(bubbles(page, "zhou").last).to_be_in_viewport()
    log = phone(page, "zhou").get_by_role("log")
    await log.evaluate("log => log.scrollTo(0, 0)")
    await district.messenger.send(ZHOU, Message("最新的一条"))
    await expect(bubbles(page, "zhou").first).to_be_in_viewport()
    await phone(page, "zhou").get_by_role("button", name="新消息").click()
    await expect(bubbles(page, "zhou").last).to_be_in_viewport()


async def test_narrow_screens_show_one_phone_with_tabs_that_count(
    page: Page, district: District
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator(".phone:visible")).to_have_count(1)
    await expect(page.get_by_role("tab")).to_have_count(4)
    await district.messenger.send(LI, Message("新的一件", BUTTONS))
    await district.messenger.send(LI, Message("又一件"))
    tab = page.get_by_role("tab", name="网格员")
    await expect(tab.locator(".badge")).to_have_text("2")
    await tab.click()
    await expect(bubbles(page, "li")).to_have_count(2)
    await expect(tab.locator(".badge")).to_have_count(0)
    await tab.press("ArrowRight")
    await expect(phone(page, "wang")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_keyboard_alone_is_enough(page: Page, district: District) -> None:
    await district.messenger.send(LI, Message("接吗", BUTTONS))
    await phone(page, "li").locator(".choice").first.wait_for()
    await phone(page, "li").get_by_role("log").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "li")).to_have_text(["李明接了09:14 更新"])
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("我到了")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "li")).to_have_count(3)


async def test_every_text_is_large_and_dark_enough(page: Page, district: District) -> None:
    await district.messenger.send(LI, Message("发给对方：shaodao:i-Ab_9", BUTTONS))
    await district.messenger.phones["zhou"].send_document(b"PK", "名单.xlsx")
    await type_and_send(page, "zhou", "早")
    await expect(bubbles(page, "zhou")).to_have_count(3)
    assert await page.evaluate(FAINT_OR_SMALL) == []


async def test_what_was_lost_or_doubled_would_be_told_in_words_that_can_be_read(
    page: Page, district: District
) -> None:
    outage: dict[str, object] = {"number": 1, "seconds": None, "waited": 0, "known": 0}
    district.told = {"on": False, "waiting": 2, "outage": {**outage, "counted": None}}
    power = page.locator("#power")
    await expect(power).to_contain_text("2 条先留着")
    assert await page.evaluate(FAINT_OR_SMALL) == []
    well = {"before": 4, "now": 5, "lost": 0, "doubled": 0}
    lines = {"acts": {**well, "lost": 1}, "cases": {**well, "doubled": 2}, "claims": well}
    counted = {**lines, "messages": well, "doubtful": 3, "twice": 1}
    outage |= {"seconds": 2.1, "waited": 2, "known": 1}
    district.told = {"on": True, "waiting": 0, "outage": {**outage, "counted": counted}}
    await expect(power).to_contain_text("又来电了，断了 2.1 秒")
    for words in ("没送到的 2 条", "其中 1 条断电前已经记下", "可能重复 3 条", "其中 1 条在手机上"):
        await expect(power).to_contain_text(words)
    await expect(power.locator(".wrong")).to_have_text(["1", "2"])
    assert await page.evaluate(FAINT_OR_SMALL) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


JS = {"content-type": "text/javascript"}

# Every visible text against the nearest opaque ground behind it: WCAG AA, 4.5:1, and 16 px.
FAINT_OR_SMALL = """() => {
  const channel = value => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = colour(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const [one, two] = [light(colour(style.color)), light(ground(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < 4.5 || parseFloat(style.fontSize) < 16) found.push([text, contrast]);
  }
  return found;
}"""
