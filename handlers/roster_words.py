"""The roster's words: titles, headings and kinds in both languages (handlers/sheets.py)."""

from __future__ import annotations

from collections.abc import Iterable

from governance.cells import word
from governance.org import SEATS, AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.policy import Policy
from governance.roster import COLUMNS, Sheet, Terms
from governance.sheets import Form
from handlers.posts import POSTS
from handlers.sheets import NOTHING, understood
from handlers.words import Words, _
from storage.secrets import fingerprint

TITLES: dict[Sheet, Words] = {
    Sheet.AREAS: _("Areas"),
    Sheet.UNITS: _("Units"),
    Sheet.PEOPLE: _("People and posts"),
}
HEADINGS: dict[Sheet, dict[str, Words]] = {
    Sheet.AREAS: {
        "code": _("Code"),
        "name": _("Name"),
        "kind": _("Level"),
        "parent": _("Code of the area above"),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "households": _("Households"),
    },
    Sheet.UNITS: {
        "code": _("Code"),
        "name": _("Name"),
        "kind": _("Kind of unit"),
        "area": _("Code of its area"),
        "phone": _("Telephone"),
        "hours": _("Hours"),
        "categories": _("Codes of its categories"),
    },
    Sheet.PEOPLE: {
        "code": _("Code"),
        "name": _("Person's name"),
        "phone": _("Telephone"),
        "post": _("Post"),
        "place": _("Code of the post's area or unit"),
        "duty_phone": _("Duty telephone"),
        "partner": _("Partner's code"),
        "since": _("Since"),
        "until": _("Until"),
        "member": _("Member or volunteer"),
        "unit": _("Code of the home unit"),
        "home": _("Code of the home"),
        "skills": _("Skills"),
    },
}
AREA_KINDS: dict[AreaKind, Words] = {
    AreaKind.DISTRICT: _("district"),
    AreaKind.STREET: _("street"),
    AreaKind.COMMUNITY: _("community"),
    AreaKind.GRID: _("grid"),
    AreaKind.BUILDING: _("building"),
    AreaKind.STAIRWELL: _("stairwell"),
}
UNIT_KINDS: dict[UnitKind, Words] = {
    UnitKind.DEPARTMENT: _("department"),
    UnitKind.UTILITY: _("utility"),
    UnitKind.PROPERTY: _("property firm"),
    UnitKind.RESIDENT: _("resident unit"),
    UnitKind.SENT_DOWN: _("sent-down unit"),
}
MEMBERS: dict[Member | None, Words] = {
    Member.PARTY: _("party member"),
    Member.VOLUNTEER: _("volunteer"),
    None: _("neither"),
}
_ALSO_TITLES: dict[Sheet, str] = {
    Sheet.AREAS: "areas 区域表 辖区 网格 网格划分 区划 楼栋",
    Sheet.UNITS: "units 单位表 单位名单 部门 责任单位",
    Sheet.PEOPLE: "people 人员 人员表 人员名单 人员岗位 岗位 网格员 党员",
}
_ALSO_HEADINGS: dict[Sheet, dict[str, str]] = {
    Sheet.AREAS: {
        "code": "区域编码 区域代码 代码 编号 areacode",
        "name": "区域名称 area areaname",
        "kind": "类型 类别 区域级别 kind type",
        "parent": "上级 所属上级 上级区域 上级代码 parent",
        "latitude": "lat",
        "longitude": "lng lon",
        "households": "户 住户 住户数",
    },
    Sheet.UNITS: {
        "code": "单位编码 单位代码 代码 编号 unitcode",
        "name": "单位 单位名称 unit unitname",
        "kind": "类型 类别 性质 单位性质 kind type",
        "area": "所在区域 区域编码 所属区域 area",
        "phone": "联系电话 值班电话 电话号码 phone",
        "hours": "办公时间 联系时间 值班时间",
        "categories": "负责事项 职责 类别编码 事项编码 categories",
    },
    Sheet.PEOPLE: {
        "code": "人员编码 工号 编号 代码 personcode",
        "name": "名字 人员 name",
        "phone": "手机 手机号 手机号码 联系电话 电话号码 phone mobile",
        "post": "职务 岗位名称",
        "place": "岗位所在 任职区域 所在网格 负责区域 place",
        "duty_phone": "工作电话 岗位电话 dutyphone",
        "partner": "ab岗 b岗 搭档 partner",
        "since": "任职日期 起始日期 开始日期",
        "until": "截止日期 到期日期 结束日期",
        "member": "政治面貌 身份 member",
        "unit": "所属单位 所在单位 单位编码 unit",
        "home": "居住地 住址编码 现居住地 home",
        "skills": "技能 专长",
    },
}
_ALSO_AREAS = {
    AreaKind.DISTRICT: "区县 市 县 city county",
    AreaKind.STREET: "镇 乡 乡镇 街道办 town",
    AreaKind.COMMUNITY: "村 行政村 village",
    AreaKind.BUILDING: "楼 幢 栋",
    AreaKind.STAIRWELL: "楼门 门栋 entrance",
}
_ALSO_UNITS = {
    UnitKind.DEPARTMENT: "部门",
    UnitKind.UTILITY: "公用事业 水电气热",
    UnitKind.PROPERTY: "物业公司 物业企业",
    UnitKind.RESIDENT: "驻区 辖区单位",
    UnitKind.SENT_DOWN: "下沉 包联单位",
}
_ALSO_POSTS = {
    PostKind.COMMUNITY_HEAD: "社区书记 总网格长 社区党组织书记",
    PostKind.BUILDING_HEAD: "楼长 楼门长",
}
_ALSO_MEMBERS = {
    Member.PARTY: "中共党员 预备党员",
    Member.VOLUNTEER: "群众志愿者",
    None: "no 不是 群众",
}
_TITLES = understood(TITLES, _ALSO_TITLES)
_AREAS = understood(AREA_KINDS, _ALSO_AREAS)
_UNITS = understood(UNIT_KINDS, _ALSO_UNITS)
_POSTS = understood(POSTS, _ALSO_POSTS)
_MEMBERS = understood(MEMBERS, _ALSO_MEMBERS)

FORMS = tuple(
    Form(
        sheet,
        frozenset(said for said, of in _TITLES.items() if of is sheet),
        COLUMNS[sheet],
        understood(HEADINGS[sheet], _ALSO_HEADINGS[sheet]),
        frozenset({"code", "phone"} if sheet is Sheet.PEOPLE else {"code"}),
    )
    for sheet in Sheet
)
"""What the sheets of a roster are."""


def terms(policy: Policy) -> Terms:
    """The words a roster of this district may use."""
    categories: dict[str, str] = {}
    for code, category in policy.categories.items():
        for text in (code, category.name_zh, category.name_en, category.short_zh):
            categories.setdefault(word(text), code)
    return Terms(
        areas=_AREAS,
        units=_UNITS,
        posts=_POSTS,
        members=_MEMBERS,
        categories=categories,
        nothing=NOTHING,
        mark=fingerprint,
    )


def choices(sheet: Sheet, column: str) -> tuple[Words, ...]:
    """The words a cell of this column may hold, where there are only a few."""
    if column == "kind":
        return tuple(AREA_KINDS.values() if sheet is Sheet.AREAS else UNIT_KINDS.values())
    if column == "post":
        return tuple(POSTS.values())
    return tuple(MEMBERS.values()) if column == "member" else ()


def seats(post: PostKind) -> Iterable[Words]:
    """The kinds of area at which a post is held; none means at a unit."""
    return (AREA_KINDS[kind] for kind in AreaKind if kind in SEATS[post])
