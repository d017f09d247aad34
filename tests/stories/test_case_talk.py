"""Talking on a case, and how it looks to whoever reported it or waits for it."""

from __future__ import annotations

from tests.robot import DARK, LIT, Robot, Town
from tests.stories.test_lamp import report_lamp, solve_lamp

NUMBER = "QH-20261123-0001"


async def answers(robot: Robot, seen: str, words: str) -> None:
    """Replies to the newest message in which these words stand."""
    await robot.says(words, reply_to=robot.sees(seen).id)


async def acts(town: Town) -> list[str]:
    return [act for (act,) in await town.rows("select act from case_events order by id")]


# ── talking ──────────────────────────────────────────────────────────────────


async def test_a_reply_to_any_message_about_a_case_lands_on_it(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await answers(town.resident, "收到了", "灯杆也有点歪")
    town.worker.sees("灯杆也有点歪")
    await answers(town.worker, "我接了", "我下午两点到")
    town.resident.sees("我下午两点到")
    town.worker.sees("已转给居民")
    await answers(town.resident, "我下午两点到", "好的，我在家")
    town.worker.sees("好的，我在家")
    assert await acts(town) == ["open", "add", "accept", "word", "add"]
    assert len(await town.rows("select 1 from cases")) == 1


async def test_a_photo_in_a_reply_lands_on_the_case_on_the_right_side(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.resident.sends(DARK, reply_to=town.resident.sees("收到了").id)
    town.resident.sees("记上了")
    assert any(bubble.photo for bubble in town.worker.read())
    await town.worker.sends(LIT, caption="灯买到了", reply_to=town.worker.sees("我接了").id)
    town.resident.sees("灯买到了")
    assert any(bubble.photo for bubble in town.resident.read())
    parts = [part for (part,) in await town.rows("select part from media order by id")]
    assert parts == ["report", "word"]


async def test_a_photo_with_the_number_in_its_caption_lands_on_the_case(town: Town) -> None:
    await report_lamp(town)
    await town.resident.sends(DARK, caption="0001 灯杆也歪")
    town.worker.sees("灯杆也歪")
    assert len(await town.rows("select 1 from cases")) == 1
    assert await town.rows("select part from media") == [("report",)]


async def test_an_internal_note_is_read_by_those_who_work_on_it_and_by_nobody_else(
    town: Town,
) -> None:
    await report_lamp(town)
    await town.worker.taps("我接了")
    town.resident.looks_away()
    await town.worker.says("0001 内部：灯杆编号QH-77，要带梯子")
    town.worker.sees("居民看不到")
    await town.chief.says("0001 内部:梯子在社区")
    town.worker.sees("梯子在社区")
    assert town.resident.read() == []
    await town.resident.says("我的上报")
    await town.resident.taps("看经过")
    assert not any("梯子" in bubble.text for bubble in town.resident.read())
    [(on,)] = await town.rows("select id from cases")
    await town.chief.presses(f"cases.history:{on}")
    assert "要带梯子" in town.chief.sees("李明内部留言").text


async def test_a_note_and_a_contact_are_among_the_further_steps(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await town.worker.taps("更多办法")
    await town.worker.taps("打过电话了")
    town.worker.sees("联系过居民")
    await town.worker.taps("更多办法")
    await town.worker.taps("内部留言")
    await town.worker.says("住户要求晚上来")
    assert await acts(town) == ["open", "accept", "contact", "note"]
    town.resident.does_not_see("住户要求晚上来")
    await town.worker.taps("报结果")
    await town.worker.taps("办好了")
    await town.worker.taps("属实")
    town.worker.does_not_see("怎么跟居民联系的")


async def test_nobody_speaks_on_somebody_elses_case(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    [(on,)] = await town.rows("select id from cases")
    await town.neighbour.says("0001 别修了")
    await town.neighbour.says(f"{NUMBER} 别修了")
    for verb in ("note", "word", "add", "phoned", "visited", "photos", "supervise"):
        await town.neighbour.presses(f"cases.{verb}:{on}")
        await town.neighbour.says("别修了")
    assert await acts(town) == ["open"]
    town.worker.does_not_see("别修了")
    town.resident.does_not_see("别修了")


async def test_the_last_four_digits_mean_ones_own_case(telegram_town: Town) -> None:
    """The same four digits are given out every day."""
    town = telegram_town
    await report_lamp(town)
    await town.until("08:00")
    await town.neighbour.says("3号楼门口垃圾桶满了没人清")
    await town.neighbour.taps("垃圾没人清")
    await town.neighbour.taps("对，报上去")
    town.neighbour.sees("QH-20261124-0001")
    await town.resident.says("0001 灯杆也有点歪")
    said = await town.rows(
        "select number from cases join case_events on case_id = cases.id where act = 'add'"
    )
    assert said == [(NUMBER,)]


async def test_a_reply_to_a_closed_case_asks_whether_it_is_to_be_opened_again(
    telegram_town: Town,
) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await town.resident.taps("好了，满意")
    await answers(town.resident, "销号了", "对了，灯罩有点松")
    town.resident.sees("是不是其实没办好")
    await town.resident.taps("没修好")
    await town.resident.says("灯罩掉下来了")
    assert await town.rows("select state, redone from cases") == [("assigned", 1)]


async def test_a_reply_to_the_question_says_what_is_still_wrong(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.worker.taps("我接了")
    await solve_lamp(town)
    await answers(town.resident, "现在好了吗", "没修好，还是黑的")
    assert await town.rows("select state, redone from cases") == [("assigned", 1)]


# ── the resident's view ──────────────────────────────────────────────────────


async def test_the_card_says_with_whom_it_is_since_when_and_until_when(town: Town) -> None:
    await report_lamp(town)
    await town.resident.says("我的上报")
    await town.resident.taps("看经过")
    card = town.resident.sees("经过：").text
    assert "起转给网格员李明，还没接" in card
    assert "说好11月25日办完" in card
    assert "您报了，转给网格员李明" in card
    await town.worker.taps("不归我们")
    await town.worker.taps("归物业管")
    await town.resident.says("进度0001")
    card = town.resident.sees("经过：").text
    assert "网格长王敏" in card.splitlines()[1]
    assert "李明说不归他管，转给网格长王敏" in card or "转给网格长王敏" in card


async def test_the_residents_card_changes_in_its_place(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.resident.says("查0001")
    card = town.resident.sees("经过：")
    await town.worker.taps("我接了")
    changed = next(bubble for bubble in town.resident.read() if bubble.id == card.id)
    assert "起在网格员李明手上" in changed.text
    await solve_lamp(town)
    changed = next(bubble for bubble in town.resident.read() if bubble.id == card.id)
    assert "答复：办好了 · 换了新灯泡" in changed.text


async def test_a_neighbour_follows_a_public_case_reads_no_words_and_leaves_it_again(
    town: Town,
) -> None:
    await report_lamp(town)
    await town.resident.says("0001 我家孩子晚上不敢走")
    await town.neighbour.says(f"查{NUMBER}")
    seen = town.neighbour.sees("路灯不亮").text
    assert "网格员李明" in seen
    assert "黑了快十天" not in seen
    await town.neighbour.says("关注0001")
    card = town.neighbour.sees("经过：").text
    assert "居民报了" in card
    assert "不敢走" not in card
    assert "2户" in card
    await town.neighbour.taps("不再关注")
    town.neighbour.sees("不再给您发")
    assert "不敢走" not in "".join(bubble.text for bubble in town.neighbour.read())
    assert "黑了快十天" not in "".join(bubble.text for bubble in town.neighbour.read())
    assert await town.rows("select 1 from case_followers") == []
    await town.worker.taps("我接了")
    await solve_lamp(town)
    town.neighbour.looks_away()
    await town.resident.taps("好了，满意")
    await town.neighbour.comes_back()
    to_them = [b.text for b in town.neighbour.read() if "谢谢网格员" not in b.text]
    assert not any("办好了" in text for text in to_them)


async def test_a_private_case_is_found_by_nobody_else(telegram_town: Town) -> None:
    town = telegram_town
    await town.resident.says("隔壁两家为了墙根吵了半个月，能不能调解")
    await town.resident.taps("是，翠湖社区3号楼")
    await town.resident.taps("邻居闹矛盾")
    await town.resident.taps("对，报上去")
    [(on,)] = await town.rows("select id from cases")
    for words in (f"查{NUMBER}", NUMBER, "关注0001", "进度0001"):
        await town.neighbour.says(words)
        town.neighbour.does_not_see("邻居闹矛盾")
    for verb in ("follow", "history", "photos", "urge", "unfollow"):
        await town.neighbour.presses(f"cases.{verb}:{on}")
    town.neighbour.does_not_see("邻居闹矛盾")
    assert await town.rows("select 1 from case_followers") == []
    await town.resident.says("查0001")
    town.resident.sees("经过：")


async def test_one_tap_asks_again(telegram_town: Town) -> None:
    town = telegram_town
    await report_lamp(town)
    await town.resident.says("查0001")
    await town.resident.taps("催一下")
    town.worker.sees("居民在催")
    await town.resident.taps("补充一点")
    await town.resident.says("灯杆编号是77")
    town.worker.sees("灯杆编号是77")
