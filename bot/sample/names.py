"""Invented names: streets, communities and people of the sample district.

People's names are put together from common syllables. Whoever should be called like one of
them is not meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from random import Random

STREETS: dict[str, str] = {"LL": "柳林", "SQ": "石桥", "WH": "望河", "QE": "青禾"}

COMMUNITIES: dict[str, dict[str, str]] = {
    "LL": {
        "CH": "翠湖",
        "CX": "春晓",
        "TS": "听松",
        "FD": "枫渡",
        "WS": "望舒",
        "YT": "砚田",
        "ZH": "朝晖",
        "HM": "鹤鸣",
        "YX": "云岫",
        "LT": "兰汀",
    },
    "SQ": {
        "JT": "锦棠",
        "TY": "桐荫",
        "YQ": "月泉",
        "HJ": "怀瑾",
        "SY": "松筠",
        "SW": "书坞",
        "MF": "沐风",
        "ZX": "竹溪",
        "ZQ": "知秋",
    },
    "WH": {
        "LZ": "鹭洲",
        "YH": "雁回",
        "QC": "晴川",
        "XW": "溪午",
        "CJ": "澄江",
        "YG": "渔歌",
        "HY": "浣月",
        "LD": "芦汀",
        "CL": "采菱",
    },
    "QE": {
        "HF": "禾丰",
        "MX": "麦熙",
        "GY": "耕云",
        "HX": "槐序",
        "WU": "梧声",
        "TL": "棠梨",
        "DL": "稻里",
        "FZ": "丰泽",
        "SU": "桑榆",
    },
}
"""By street, in the order of the codes' first use; 37 communities in all."""

_SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康邱秦史顾侯邵孟段"
)
# Syllables that are rarely put together, so that nobody well known comes out.
_FIRST = "沐砚清若知予望青念晏疏书云棠禾景听以怀松可言微星亦采初允舒昭"
_SECOND = "禾宁溪苗岚川竹舟棠薇荷原野田岩桐枫柏茵芸芹莲穗帆泉峰霖榆筝芷"


def people(random: Random, taken: Collection[str] = ()) -> Iterator[str]:
    """Names without end, each a new one; those in `taken` are left to their owners."""
    used = set(taken)
    while True:
        first, second = random.choice(_FIRST), random.choice(_SECOND)
        name = random.choice(_SURNAMES) + first + second
        if first != second and name not in used:
            used.add(name)
            yield name
