"""The guide's sheet: what it is called, what its rows do, and why one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from governance.cells import word
from governance.guide import Entry, columns_of
from governance.guide_rows import COLUMNS, GUIDE, Judged, Terms, judge
from governance.policy import Policy
from governance.sheets import Change, Form, Line
from handlers import roster_words
from handlers.sheets import NOTHING, OF_CELLS, Reasons, Wording, reasons_of, understood
from handlers.words import Text, Words, _
from storage import guide
from storage.secrets import fingerprint

TITLE = _("Guide")
HEADINGS: dict[str, Words] = {
    "code": _("Code"),
    "title": _("Matter"),
    "asked": _("Other words for it"),
    "answer": _("Answer in short"),
    "bring": _("What to bring"),
    "place": _("Where it is done"),
    "hours": _("Opening hours"),
    "phone": _("Telephone"),
    "cost": _("Cost and time"),
    "source": _("Source"),
    "owner": _("Who answers for it"),
    "area": _("Where it holds"),
    "until": _("Valid until"),
    "checked": _("Last checked"),
}
_ALSO_HEADINGS = {
    "code": "编号 序号 事项编码 指南编号",
    "title": "事项名称 指南名称 名称 办理事项",
    "asked": "别的说法 常见问法 关键词 问法",
    "answer": "答案 办理说明 内容 说明 怎么办",
    "bring": "材料 所需材料 申请材料 带什么",
    "place": "地点 办理地点 窗口 地址 在哪儿办",
    "hours": "时间 办理时间 办公时间 工作时间",
    "phone": "咨询电话 联系电话 电话号码",
    "cost": "收费 费用 时限 办理时限 收费和时限",
    "source": "来源 出处 文件依据 依据文件",
    "owner": "责任人 责任单位 负责人 维护人",
    "area": "适用范围 适用区域编码 适用区域代码 范围",
    "until": "有效期 有效期止 到期日期 截止日期",
    "checked": "核对时间 更新日期 最近核对",
}
_ALSO_TITLES = "指南 便民指南 政务事项 民生事项 事项清单 指南清单 事项 guide"
_TITLES = understood({GUIDE: TITLE}, {GUIDE: _ALSO_TITLES})
FORM = Form(
    GUIDE,
    frozenset(_TITLES),
    COLUMNS,
    understood(HEADINGS, _ALSO_HEADINGS),
    frozenset({"code"}),
)

REASONS: Reasons = {
    **OF_CELLS,
    "no_area": lambda d: _(
        "“{value}” is no street or community of the roster. Write its code or name; empty means the whole district.",
        **d,
    ),
    "area_of_others": lambda d: _(
        "What holds in {name} is not yours to write. You keep: {codes}. An empty cell means the whole district.",
        **d,
    ),
    "code_of_others": lambda d: _(
        "Under this code stands an entry of {name}, which is not yours to change. Write another code.",
        **d,
    ),
    "several": lambda d: _("Several are called “{value}”. Write the code.", **d),
    "no_owner": lambda d: _(
        "“{value}” is no unit, no person and no post of the roster. Write a unit, the code or telephone of a person, or a post like 社区书记.",
        **d,
    ),
    "ended": lambda d: _("{value} is over, so nobody would see it. Write a later day.", **d),
    "too_long_valid": lambda d: _(
        "At most {days} days ahead: somebody has to look at it again by then.", **d
    ),
    "checked_later": lambda d: _("Nobody has checked it on a day to come."),
    "duplicate_title": lambda d: _(
        "“{title}” for the same area also stands in “{sheet}”, row {row}.", **d
    ),
    "title_known": lambda d: _(
        "“{title}” for the same area stands in the guide already, under code {code}.", **d
    ),
}


def is_guide(title: str) -> bool:
    """Whether a sheet of this title is a guide."""
    return word(title) in _TITLES


def _why(line: Line) -> Text:
    return reasons_of(line, HEADINGS, REASONS, lambda _column: ())


WORDING = Wording(
    {GUIDE: TITLE},
    {GUIDE: HEADINGS},
    _why,
    {
        "title": 20.0,
        "asked": 34.0,
        "answer": 44.0,
        "bring": 30.0,
        "place": 26.0,
        "hours": 22.0,
        "cost": 22.0,
        "source": 26.0,
        "code": 10.0,
    },
)


# ── what it does ─────────────────────────────────────────────────────────────


def judged(
    db: Session, lines: Sequence[Line], reach: Sequence[str], policy: Policy, today: date
) -> list[Judged]:
    """What becomes of each row now, for whoever keeps the guide under these paths of areas."""
    posts = roster_words.terms(policy).posts
    terms = Terms(posts, NOTHING, fingerprint, policy.guide_longest_days)
    return judge(lines, guide.known(db), reach, terms, today)


def bring_in(db: Session, rows: Sequence[Judged], policy: Policy, now: datetime) -> None:
    """The guide says what these rows say. The caller has called `storage.guide.changed` before
    they were judged, and commits."""
    for row in rows:
        if row.facts is None or row.line.change is Change.UNCHANGED:
            continue
        entry = guide.lock(db, row.entry_id) if row.entry_id is not None else None
        if entry is None:
            entry = Entry(**columns_of(row.facts))
            db.add(entry)
        entry.say(row.facts, policy, now)
    db.flush()
