"""Whose phones lie on the demo's page, and what is worth saying on each of them first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.sample import GROUP, MEMBERS
from bot.web.demo import Language
from bot.web.view import Seat

_ASK: dict[Language, str] = {"zh_CN": "@哨到 怎么上报", "en": "@shaodao how do I report?"}
_GROUP: dict[Language, str] = {"zh_CN": "党员志愿者群", "en": "Members"}
_MEMBERS: dict[Language, Seat] = {
    "zh_CN": Seat(
        "",
        "党员和志愿者",
        hints=(
            *("微心愿", "志愿任务", "我的任务", "我的积分", "兑换"),
            *("微承诺", "承诺墙", "我能帮忙", "提需求"),
        ),
    ),
    "en": Seat(
        "",
        "Members",
        hints=(
            *("micro-wishes", "volunteer tasks", "my tasks", "my points", "points shop"),
            *("make a promise", "board of promises", "what I can do for others", "ask for help"),
        ),
    ),
}
_OTHERS: dict[Language, tuple[Seat, ...]] = {
    "zh_CN": (
        Seat(
            "zhou",
            "居民",
            hints=(
                *("3号楼东头路灯黑了快十天了", "着火了！三号楼冒黑烟", "进度", "转人工"),
                *("许个微心愿", "提需求", "志愿任务", "承诺墙"),
            ),
        ),
        Seat(
            "li",
            "网格员",
            hints=("待办", "许个微心愿"),
            also=(Seat("wang", "网格长", hints=("待办", "发通知")),),
        ),
        Seat(
            "zhao",
            "社区值班",
            hints=(
                *("吹哨", "哨情", "审核心愿", "发布任务", "需求清单"),
                *("点单", "新项目", "核销", "发通知"),
            ),
            also=(
                Seat(
                    "guo",
                    "社区书记",
                    hints=(
                        *("吹哨", "预案", "发布任务", "点单"),
                        *("新项目", "加分", "兑换", "认领台账", "发通知"),
                    ),
                ),
                Seat("qian", "街道值班", hints=("待办", "辖区", "哨情", "认领台账", "发通知")),
                Seat("tang", "街道负责人", hints=("预案", "审核心愿")),
                Seat("he", "区指挥中心", hints=("待办", "哨情", "发通知")),
                Seat("song", "管理员", hints=("名册", "导出名册", "双报到")),
            ),
        ),
        Seat(
            "shi",
            "市政值班",
            hints=("哨情", "值班", "供给清单", "订单", "项目", "微心愿", "发布任务", "认领台账"),
            also=(
                Seat("jiang", "市政B岗", hints=("哨情",)),
                Seat("yao", "市政负责人", hints=("哨情", "供给清单", "项目", "认领台账")),
                Seat("du", "排水值班", hints=("待办", "哨情", "供给清单", "订单")),
                Seat("feng", "路灯值班", hints=("待办", "哨情", "供给清单", "订单", "项目")),
            ),
        ),
    ),
    "en": (
        Seat(
            "zhou",
            "Resident",
            hints=(
                *("The street lamp at building 3 is out", "progress", "human"),
                *("make a wish", "ask for help", "volunteer tasks", "board of promises"),
            ),
        ),
        Seat(
            "li",
            "Grid worker",
            hints=("my cases", "make a wish"),
            also=(Seat("wang", "Grid chief", hints=("my cases", "send a notice")),),
        ),
        Seat(
            "zhao",
            "Community duty",
            hints=(
                *("whistle", "whistles", "wishes to review", "publish a task", "list of needs"),
                *("book from the menu", "a new project", "hand over goods", "send a notice"),
            ),
            also=(
                Seat(
                    "guo",
                    "Community secretary",
                    hints=(
                        *("whistle", "plans", "publish a task", "book from the menu"),
                        *("a new project", "give points", "points shop", "pledges"),
                        "send a notice",
                    ),
                ),
                Seat(
                    "qian",
                    "Street duty",
                    hints=("my cases", "whistles", "pledges", "send a notice"),
                ),
                Seat("tang", "Head of the street", hints=("plans", "wishes to review")),
                Seat("he", "District desk", hints=("my cases", "whistles", "send a notice")),
                Seat("song", "Administrator", hints=("roster", "export the roster", "report-in")),
            ),
        ),
        Seat(
            "shi",
            "Roads, duty",
            hints=(
                *("whistles", "duty", "what our unit offers", "bookings", "projects"),
                *("micro-wishes", "publish a task", "pledges"),
            ),
            also=(
                Seat("jiang", "Roads, second", hints=("whistles",)),
                Seat(
                    "yao",
                    "Roads, leader",
                    hints=("whistles", "what our unit offers", "projects", "pledges"),
                ),
                Seat(
                    "du",
                    "Drains, duty",
                    hints=("my cases", "whistles", "what our unit offers", "bookings"),
                ),
                Seat(
                    "feng",
                    "Lamps, duty",
                    hints=("my cases", "whistles", "what our unit offers", "bookings", "projects"),
                ),
            ),
        ),
    ),
}


def seats(language: Language, *, groups: bool) -> Sequence[Seat]:
    """The places of the page: the resident's, the members', and those of the officers."""
    first, *others = _OTHERS[language]
    return (first, _members(language, groups=groups), *others)


def _members(language: Language, *, groups: bool) -> Seat:
    """The members' place: their phones show the group, or their own chats where there is none."""
    each = _MEMBERS[language]
    if groups:
        ask = (_ASK[language],)
        each = replace(each, title=_GROUP[language], chat=GROUP, hints=ask, aside=each.hints)
    one, *others = (replace(each, person=someone.key) for someone in MEMBERS)
    return replace(one, also=tuple(others))
