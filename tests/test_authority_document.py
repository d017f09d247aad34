"""docs/authority.md shows the table of governance/authority.py, as it is now.

After a change of the table: SHAODAO_TEST_REFRESH=1 pytest tests/test_authority_document.py
writes the document anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.workbooks.roster_leaves import pen_for
from governance.authority import TABLE, Power
from governance.org import PostKind
from governance.scopes import Scope
from handlers.posts import POSTS

DOCUMENT = Path(__file__).parents[1] / "docs" / "authority.md"
REFRESH = "SHAODAO_TEST_REFRESH"

ACTS: dict[Power, tuple[str, str]] = {
    Power.IMPORT_ROSTER: ("导入花名册", "bring in or change the roster"),
    Power.EXPORT_ROSTER: ("导出花名册", "take the roster out"),
    Power.INVITE: ("邀请上岗", "invite somebody to a post"),
    Power.BIND_GROUP: ("绑定群", "say whose a group is"),
    Power.SET_DUTY: ("排班", "set the duty calendar of others"),
    Power.SWAP_DUTY: ("替班", "take over a turn of duty"),
    Power.CONFIRM_REPORTIN: ("确认双报到", "register units and members at communities"),
    Power.SEE_REPORTIN: ("看报到情况", "see who has not reported in"),
    Power.SEE_PHONE: ("看完整电话", "see a telephone number in full"),
    Power.SEE_PEOPLE: ("看花名册", "see names and posts of the roster"),
    Power.BLOW_EMERGENCY: ("吹应急处置哨", "call units to an emergency"),
    Power.BLOW_JOINT: ("吹综合执法哨", "call units to enforce the law together"),
    Power.BLOW_KEY: ("吹重点工作哨", "call units to a work of weight"),
    Power.BLOW_DEMAND: ("吹群众诉求哨", "call units to what residents ask for"),
    Power.REVIEW_WHISTLE: ("审哨", "say yes to a whistle before it is blown, or look at it after"),
    Power.ANSWER_WHISTLE: ("应哨", "answer for a unit that was called"),
    Power.END_WHISTLE: ("终哨", "end a whistle whatever its whistler says"),
    Power.RULE_REFUSAL: ("裁定拒哨", "rule whether a unit was right to refuse"),
    Power.SET_PLAN: ("定预案", "decide beforehand which units come to an emergency"),
    Power.SEE_WHISTLES: ("看哨情", "see how units and places answer whistles"),
    Power.SEE_CASES: ("看事项", "find cases of others, and read how they stand"),
    Power.SEE_FIGURES: ("看三率", "see how what residents report is answered, and by whom"),
    Power.REVIEW_WISH: ("审核微心愿", "look at wishes before others read them"),
    Power.POST_WISH_FOR: ("代发微心愿", "post a wish for an old person who agrees"),
    Power.KEEP_BOARD: ("管承诺墙", "confirm deeds, take promises off the board"),
    Power.PUBLISH_TASK: ("发布志愿任务", "publish a volunteer task and confirm it"),
    Power.KEEP_GUIDE: ("管办事指南", "write the guide, and read what it had no answer to"),
    Power.AWARD_POINTS: ("加分", "give points by hand"),
    Power.DECIDE_POINTS: ("定积分", "second look, objections, appeals, taking points back"),
    Power.RUN_SHOP: ("管兑换点", "goods, prices and stock of the points shop"),
    Power.HAND_OVER: ("核销", "hand over what was redeemed"),
    Power.SUPPLY: ("供给清单", "a unit's menu, the bookings on it, the needs it claims"),
    Power.BOOKING: ("需求清单与点单", "a community's needs and what it books for them"),
    Power.RUN_PROJECT: ("办项目", "a community's projects and what arrives for them"),
    Power.PLEDGE: ("单位认领", "what a unit promises for a project"),
    Power.SEE_PLEDGES: ("看认领台账", "see who has pledged what"),
    Power.FILE_FOR: (
        "代报",
        "file what was found on patrol, said in a group, asked by an old person",
    ),
    Power.EXPORT_CASES: ("导出事项", "take the cases of an area out for another system"),
    Power.SEND_BULLETIN: ("发通知", "send a bulletin to an area, a unit, a team or a list"),
    Power.REVISIT: ("电话回访", "ask residents on the telephone whether it is solved"),
}
SCOPES: dict[Scope, tuple[str, str]] = {
    Scope.GRID: ("本网格", "own grid"),
    Scope.COMMUNITY: ("本社区", "own community"),
    Scope.STREET: ("本街道", "own street"),
    Scope.DISTRICT: ("全区", "whole district"),
    Scope.OWN: ("岗位所在的区域", "area of the post"),
    Scope.UNIT: ("本单位", "own unit"),
}
ABOUT = """\
# Who may do what 谁能做什么

What belongs to others is changed only by somebody who serves in a post today, whatever a message, a link or a card says. Each cell names the posts that may do the act of its row, as far as its column says. 没有岗位的人只能办自己的事；有岗位的人能办什么、管到哪里，看下表。

{table}

- "Area of the post": the area the post is held at and everything below it; an administrator may be of the district, a street or a community. Where a district leaves a level out, a scope means the post's own area instead.
- A term that has not begun, or is over, gives nothing. A partner has their own post and what it gives, no more.
- These posts have no act here: {silent}.
- Whoever may invite to a post somewhere may also invite the members there who are in the roster and hold none.
- Whoever was alerted or taken along for a unit may answer a whistle for it too, in that whistle only.
- Acts on a case follow from who holds it, or stands above its holder: `governance/cases.py`.
- Whoever lacks the post reads which posts have it, the nearest first.

The table is `TABLE` in `governance/authority.py`, and every handler asks it through `handlers/authority.py`. A test compares this page with it, and another plays random chains of acts by a person without a post: nothing of others changes.
"""


def posts(wanted: list[PostKind]) -> str:
    chinese, english = pen_for("zh_CN"), pen_for("en")
    return "<br>".join(f"{chinese(POSTS[p])} {english(POSTS[p])}" for p in wanted)


def table() -> str:
    """A row for each act, a column for each scope; in the cells the posts."""
    rows = [["事项 Act", *(" ".join(SCOPES[scope]) for scope in Scope)], ["---"] * (1 + len(Scope))]
    for power in Power:
        held = TABLE[power]
        cells = [posts([p for p in PostKind if held.get(p) is scope]) for scope in Scope]
        rows.append([" ".join(ACTS[power]), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def page() -> str:
    silent = [post for post in PostKind if not any(post in held for held in TABLE.values())]
    return ABOUT.format(table=table(), silent=posts(silent).replace("<br>", ", "))


def test_the_document_is_the_table() -> None:
    if os.environ.get(REFRESH):
        DOCUMENT.write_text(page(), "utf-8")
    told = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else ""
    command = f"{REFRESH}=1 pytest {Path(__file__).relative_to(DOCUMENT.parents[1])}"
    assert told == page(), f"docs/authority.md is not the table any more; refresh it: {command}"


def test_every_power_has_its_row_and_its_posts() -> None:
    assert set(TABLE) == set(Power) == set(ACTS)
    assert set(SCOPES) == set(Scope)
    rows = {line.split(" | ")[0][2:]: line for line in DOCUMENT.read_text("utf-8").splitlines()}
    for power, (zh, en) in ACTS.items():
        row = rows[f"{zh} {en}"]
        assert all(posts([post]) in row for post in TABLE[power])
        assert sum(row.count(posts([post])) for post in PostKind) == len(TABLE[power])
