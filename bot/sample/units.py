"""The 116 units of the sample district and which categories of problems each answers for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.sample.areas import Row
from bot.sample.names import COMMUNITIES, STREETS
from governance.org import UnitKind

DAY, ALWAYS = "8:30-17:30", "24小时"
_NEVER_CLOSED = ("PCS", "HWS")

# code, name after the district's, categories
_DEPARTMENTS = (
    ("LD", "路灯管理所", "0201"),
    ("SZ", "市政工程管理处", "0202 0203"),
    ("PS", "排水管理处", "0204 0205"),
    ("YL", "园林绿化中心", "0107"),
    ("ZJ", "住房和城乡建设局", "0404 0406 0408 0605 0701 0806"),
    ("JJ", "公安交警大队", "0501 0504 0505 0507"),
    ("JT", "交通运输局", "0506"),
    ("XF", "消防救援大队", "0602"),
    ("YJ", "应急管理局", "0607"),
    ("ZR", "自然资源局", "0608"),
    ("ST", "生态环境局", "0704 0707"),
    ("SJ", "市场监督管理局", "0807"),
    ("RS", "人力资源和社会保障局", "0906 1101 1104"),
    ("MZ", "民政局", "1002 1004"),
    ("CL", "残疾人联合会", "1003"),
    ("FL", "妇女联合会", "1007"),
    ("TY", "退役军人事务局", "1007"),
    ("YB", "医疗保障局", "1102"),
    ("JY", "教育局", "1106"),
    ("XZ", "信访和热线服务中心", "1108 1208"),
)
_STREET_OFFICES = (
    ("BSC", "办事处", "0502 0606"),
    ("SQB", "社区工作办公室", "0102 0108 0207 0407 0601 0604 0702 0805 1005 1006 1202 1205"),
    ("ZFD", "综合行政执法队", "0103 0105 0503 0705 0706 0801 0802 0803 0804"),
    ("PCS", "派出所", "0902 0903 0904 0905 0907 1103"),
    ("SFS", "司法所", "0901"),
    ("BMZ", "便民服务和民政中心", "1001 1105 1107"),
    ("DQZ", "党群服务中心", "1201 1203 1204 1206 1207"),
    ("HWS", "环卫所", "0101 0104 0106"),
)
_UTILITIES = (
    ("GS", "供水公司", "0301 0302"),
    ("GD", "供电公司", "0206 0303"),
    ("RQ", "燃气公司", "0304"),
    ("GR1", "第一供热公司", "0305 0306"),
    ("GR2", "第二供热公司", "0305 0306"),
    ("TX1", "通信公司", "0206 0307"),
    ("TX2", "宽带网络公司", "0307"),
    ("DT", "电梯维保公司", "0402"),
)
_BUILDINGS = "0401 0402 0403 0405 0603 0703"
"""What a property firm answers for; in a community without one, the street's own does."""

_SENT_DOWN = (
    *("统计局", "审计局", "财政局", "发展和改革局", "工商业联合会", "总工会", "团区委", "图书馆"),
    *("文化馆", "档案馆", "气象局", "税务局", "农业农村局", "水利局", "科学技术局", "融媒体中心"),
)
_RESIDENT = ("小学", "中学", "卫生服务中心", "农贸市场", "幼儿园")
_WITH_PROPERTY = 4  # communities in each street that have a property firm of their own


def units() -> list[Row]:
    """20 departments, 32 street offices, 8 utilities, 20 property firms, 20 resident units and
    16 that only send members."""
    found = [*_of_the_district(), *_of_the_streets(), *_in_the_communities()]
    for number, row in enumerate(found):
        row["phone"] = f"0421-000{2001 + number}"
    return found


def _of_the_district() -> Iterator[Row]:
    for code, name, categories in _DEPARTMENTS:
        yield _unit(code, f"清河区{name}", UnitKind.DEPARTMENT, "QH", DAY, categories)
    for code, name, categories in _UTILITIES:
        yield _unit(code, f"清河{name}", UnitKind.UTILITY, "QH", ALWAYS, categories)
    for number, name in enumerate(_SENT_DOWN, 1):
        yield _unit(f"X{number:02d}", f"清河区{name}", UnitKind.SENT_DOWN, "QH", DAY)


def _of_the_streets() -> Iterator[Row]:
    for street, name in STREETS.items():
        for code, office, categories in _STREET_OFFICES:
            hours = ALWAYS if code in _NEVER_CLOSED else DAY
            kind, place = UnitKind.DEPARTMENT, f"QH-{street}"
            yield _unit(f"{street}-{code}", f"{name}街道{office}", kind, place, hours, categories)
        kind, firm = UnitKind.PROPERTY, f"{name}街道老旧小区物业服务中心"
        yield _unit(f"{street}-WY", firm, kind, f"QH-{street}", DAY, _BUILDINGS)


def _in_the_communities() -> Iterator[Row]:
    for street, names in COMMUNITIES.items():
        for number, (code, name) in enumerate(names.items()):
            place = f"QH-{street}-{code}"
            if number < _WITH_PROPERTY:
                kind, firm = UnitKind.PROPERTY, f"{name}物业"
                yield _unit(f"{street}-{code}-WY", firm, kind, place, ALWAYS, _BUILDINGS)
            elif number < _WITH_PROPERTY + len(_RESIDENT):
                what = f"{name}{_RESIDENT[number - _WITH_PROPERTY]}"
                yield _unit(f"{street}-{code}-ZQ", what, UnitKind.RESIDENT, place, DAY)


def _unit(code: str, name: str, kind: UnitKind, area: str, hours: str, categories: str = "") -> Row:
    return {
        "code": f"U-{code}",
        "name": name,
        "kind": kind,
        "area": area,
        "hours": hours,
        "categories": categories,
    }
