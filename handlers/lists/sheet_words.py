"""What the sheets of the lists are called, what their cells may say, and why a row is refused."""

from __future__ import annotations

from collections.abc import Sequence

from governance.cells import word
from governance.list_rows import COLUMNS, ListSheet, ListTerms
from governance.lists import NeedState
from governance.policy import Policy
from governance.sheets import Form
from governance.skills import skills_in
from handlers.lists.need_cards import STATES
from handlers.sheets import NOTHING, OF_CELLS, Reasons, understood
from handlers.words import Name, Text, Words, _

TITLES: dict[ListSheet, Words] = {
    ListSheet.SUPPLY: _("What units offer"),
    ListSheet.NEEDS: _("List of needs"),
}
SERVICES = _("What members do for others")
"""A sheet of this name is sent back: nobody writes it for somebody else."""

ON, OFF = _("on the list"), _("take off")
HEADINGS: dict[ListSheet, dict[str, Words]] = {
    ListSheet.SUPPLY: {
        "number": _("List number"),
        "place": _("Unit"),
        "what": _("What"),
        "skills": _("What it is about"),
        "whom": _("For whom"),
        "monthly": _("Times a month"),
        "terms": _("Conditions"),
        "until": _("Valid until"),
        "state": _("How it stands"),
    },
    ListSheet.NEEDS: {
        "number": _("List number"),
        "place": _("Community"),
        "what": _("What is needed"),
        "skills": _("What it is about"),
        "state": _("How it stands"),
    },
}
_ALSO_TITLES = {
    ListSheet.SUPPLY: "supply 供给 供给表 菜单",
    ListSheet.NEEDS: "needs 需求 需求表",
}
_ALSO_HEADINGS: dict[ListSheet, dict[str, str]] = {
    ListSheet.SUPPLY: {
        "place": "单位名称 单位编码 供给单位",
        "what": "内容 供给内容 服务内容 项目",
        "skills": "类型 技能",
        "whom": "服务对象",
        "monthly": "次数 每月几次",
        "until": "截止日期 到期日期",
        "state": "状态",
    },
    ListSheet.NEEDS: {
        "place": "社区名称 社区编码",
        "what": "内容 需求内容",
        "skills": "类型 技能",
        "state": "状态",
    },
}
_ALSO_OFF = "下架 撤下 取消 撤回 不用了"
_TITLES = understood(TITLES, _ALSO_TITLES)
_SERVICES = understood({"service": SERVICES}, {"service": "服务清单 服务"})
FORMS = tuple(
    Form(
        sheet,
        frozenset(said for said, of in _TITLES.items() if of is sheet),
        COLUMNS[sheet],
        understood(HEADINGS[sheet], _ALSO_HEADINGS[sheet]),
        frozenset({"what", "number"}),
        strict=True,
    )
    for sheet in ListSheet
)

REASONS: Reasons = {
    **OF_CELLS,
    "computed": lambda d: _(
        "This cell is a formula. Copy it, paste it as a value, and send the workbook again."
    ),
    "hidden_row": lambda d: _(
        "This row is hidden, so you do not see what it says. Clear the filter or show it, and look at it first."
    ),
    "too_short": lambda d: _("Too short; at least {limit} characters.", **d),
    "personal": lambda d: _(
        "A telephone, identity or bank number stands here. Leave it out; the community brings both sides together."
    ),
    "bad_monthly": lambda d: _("“{value}” is no whole number from 1 to {most}.", **d),
    "past": lambda d: _("This day is over. Write a day to come, or take the row off the list."),
    "too_far": lambda d: _("At most a year ahead. It can be made longer later."),
    "unknown_supply": lambda d: _(
        "No unit is called “{value}”. Write its name or code as in the roster.", **d
    ),
    "unknown_needs": lambda d: _(
        "No community is called “{value}”. Write its name or code as in the roster.", **d
    ),
    "not_yours_supply": lambda d: _(
        "What {name} offers is written by whoever leads it or is on duty there. Pass this row on to them.",
        **d,
    ),
    "not_yours_needs": lambda d: _(
        "The needs of {name} are written by its own office. Pass this row on to them.", **d
    ),
    "of_resident": lambda d: _(
        "A resident asked for this. Only what it says here in the chat counts: send “/needs”."
    ),
    "unknown_number": lambda d: _(
        "Nothing stands under number {value}. If the row is new, leave its number empty.", **d
    ),
    "over": lambda d: _(
        "Number {value} is off the list. To have it on again, leave the number empty.", **d
    ),
    "other_place": lambda d: _(
        "This number belongs to {name}. If the row is new, leave its number empty.", **d
    ),
    "twice": lambda d: _("The same stands in “{sheet}”, row {row}. Delete one of the two.", **d),
    "busy": lambda d: _(
        "Somebody was asked about just this and it is not settled. Leave the words as they are, or write a new row without a number."
    ),
    "menu_full": lambda d: _("The menu has room for {limit} lines. Take one off first.", **d),
}
"""Why a row of a list is refused: what is wrong, and what to do."""


def is_list(title: str) -> bool:
    """Whether a sheet of this title is one of the three lists."""
    return word(title) in _TITLES or is_services(title)


def is_services(title: str) -> bool:
    """Whether a sheet of this title says what members do for others."""
    return word(title) in _SERVICES


def terms(policy: Policy) -> ListTerms:
    """The words that the cells may hold."""
    skills: dict[str, str] = {}
    for skill in policy.skills.values():
        for text in (skill.code, skill.name_zh, skill.name_en, *skill.words):
            skills.setdefault(word(text), skill.code)
    on = dict.fromkeys(understood({"on": ON}, {}), False)
    off = dict.fromkeys(understood({"off": OFF}, {"off": _ALSO_OFF}), True)
    live = {state: STATES[state] for state in (NeedState.NEW, NeedState.OPEN, NeedState.TAKEN)}
    stands = dict.fromkeys(understood(live, {}), False)
    states = {ListSheet.SUPPLY: on | off, ListSheet.NEEDS: on | stands | off}
    return ListTerms(states, skills, lambda said: skills_in(said, policy.skills), NOTHING)


def choices(policy: Policy, sheet: ListSheet, column: str) -> Sequence[Text]:
    """The words a cell of this column may hold, where there are only a few."""
    if column == "state":
        return (ON, OFF)
    if column == "skills":
        return [Name(skill.name_zh, skill.name_en) for skill in policy.skills.values()]
    return ()
