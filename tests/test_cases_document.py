"""docs/cases.md shows the table of governance/cases.py, as it is now.

After a change of the table: SHAODAO_TEST_REFRESH=1 pytest tests/test_cases_document.py
writes the document anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bot.workbooks.roster_leaves import pen_for
from governance.cases import TABLE, Act, Ending, Ground, Reason, Role, Rule, State
from governance.fields import Field
from handlers.cases.fields import HEADINGS
from handlers.cases.hands import GROUNDS
from handlers.cases.history import INSIDE_ONLY, OPEN_TO_ALL
from handlers.cases.wording import REASONS
from handlers.posts import POSTS

DOCUMENT = Path(__file__).parents[1] / "docs" / "cases.md"
REFRESH = "SHAODAO_TEST_REFRESH"

STATES: dict[State, tuple[str, str, str]] = {
    State.ASSIGNED: (
        "待处置",
        "assigned",
        "somebody holds it and has not accepted yet, or not again",
    ),
    State.WORKING: ("处置中", "working", "its holder has accepted and works on it"),
    State.SUSPENDED: ("挂账", "suspended", "nothing can be done until a known day"),
    State.ANSWERED: (
        "待回访",
        "answered",
        "the handler says it is done; the resident has not said so",
    ),
    State.CLOSED: ("已结案", "closed", "it has ended, and says how"),
}
ENDINGS: dict[Ending, tuple[str, str]] = {
    Ending.SOLVED: ("解决", "solved"),
    Ending.EXPLAINED: ("解释", "explained"),
    Ending.NOT_ACCEPTED: ("不予受理", "not accepted"),
    Ending.DUPLICATE: ("并案", "joined with another"),
    Ending.DEFAULT: ("默认", "nobody answered, not counted as satisfied"),
    Ending.WITHDRAWN: ("撤回", "withdrawn"),
}
ROLES: dict[Role, tuple[str, str]] = {
    Role.REPORTER: ("上报人", "reporter"),
    Role.HELPER: ("帮办人", "helper"),
    Role.FOLLOWER: ("同报人", "follower"),
    Role.HOLDER: ("承办人", "holder"),
    Role.PARTNER: ("协办单位", "helping unit"),
    Role.SUPERIOR: ("上级", "superior"),
    Role.CALLER: ("回访员", "caller"),
    Role.CLOCK: ("时钟", "clock"),
    Role.STRANGER: ("旁人", "stranger"),
}
ACTS: dict[Act, tuple[str, str]] = {
    Act.OPEN: ("上报", "open"),
    Act.ADD: ("补充", "add words or photos"),
    Act.LATER: ("还没看", "not looked yet"),
    Act.STRIKE_OFF: ("销号", "strike off: it is solved"),
    Act.REDO: ("重办", "not solved: do it again"),
    Act.URGE: ("催办", "ask again"),
    Act.WITHDRAW: ("撤回", "withdraw"),
    Act.ACCEPT: ("接件", "take it"),
    Act.ESCALATE: ("上报上级", "hand up"),
    Act.NOT_OURS: ("不归我们", "say that it is not theirs"),
    Act.ASSIGN: ("交办", "assign to somebody"),
    Act.GIVE: ("派遣", "give to a unit"),
    Act.GIVE_BACK: ("退单", "give back, with the ground"),
    Act.DESIGNATE: ("指定", "decide whose it is"),
    Act.ADD_UNIT: ("加派", "add a unit that helps"),
    Act.DROP_UNIT: ("撤派", "let a helping unit go"),
    Act.FEED_BACK: ("反馈", "feed back to whoever leads"),
    Act.CONTACT: ("首次联系", "speak with the reporter"),
    Act.WORD: ("回话", "write to the reporter"),
    Act.NOTE: ("内部备注", "write a note for colleagues"),
    Act.MEDIATE: ("记调解", "record a mediation"),
    Act.MISSED: ("回访未接通", "telephoned without an answer"),
    Act.WRITE_DOWN: ("听写语音", "write down a voice message"),
    Act.SORT: ("改类别", "change the category"),
    Act.SPLIT: ("拆件", "split one message into several cases"),
    Act.ANSWER: ("办结", "report the result"),
    Act.DECLINE: ("不予受理", "not accept, with reason and right channel"),
    Act.MERGE: ("并案", "join with another case"),
    Act.SUPERVISE: ("督办", "supervise"),
    Act.ASK_EXTENSION: ("申请延期", "ask for more time"),
    Act.EXTEND: ("同意延期", "allow more time"),
    Act.ASK_SUSPENSION: ("申请挂账", "ask to suspend"),
    Act.SUSPEND: ("同意挂账", "suspend"),
    Act.DENY: ("不同意", "allow neither"),
    Act.RESUME: ("恢复办理", "go on with it"),
    Act.WAKE: ("挂账到期", "the suspension is over"),
    Act.WARN: ("临期提醒", "warn that the day comes near"),
    Act.CHASE: ("超时上转", "nobody accepted: pass it on"),
    Act.OVERDUE: ("逾期", "the promised day has passed"),
    Act.ASKED: ("已问到", "the question has reached the reporter"),
    Act.UNREACHED: ("没问到", "the question cannot reach the reporter"),
    Act.ASK_AGAIN: ("再问", "put the question anew"),
    Act.REMIND: ("提醒", "ask a second and last time"),
    Act.LAPSE: ("默认结案", "close after silence"),
}
ABOUT = """\
# The life of a case 一件事怎么办

A case begins with a report and ends, if it was done, only with its reporter's own word, given in the chat or on the telephone, or after a silence that never counts as satisfied. 一件事从上报开始；办好没有，由上报人说了算；没有回音的，按公开的规则先结，不算满意。

## States 状态

{states}

A closed case reads as one of: {endings}.

## Acts 能做什么

Each row is one rule: in which states, by whom, where it leads ("—": the state stays) and who is told. "From" names the lowest post on the ladder that may, where not everybody in the role may; an officer of a unit stands below all of them.

{acts}

- Holder 承办人: whoever has it now, whoever stands in for them, and of a unit everybody who answers for it. Superior 上级: a higher post above the place; of a private case the next one only. Helping unit 协办单位: an officer of a unit that was added. Caller 回访员: a superior from the community up who neither holds the case nor answered it.
- Helper 帮办人: somebody in a post who reported it for an old person, with their consent; says whether it is solved only where that person has no account, and where the helper had no hand in it.
- Whom a case is about is a stranger to it, whatever their post.
- A unit gives a case back once, to whoever gave it; the second dispute goes to the city centre. What the centre decides is not given back.
- No act changes the promised last day; more time that was allowed stands beside it.
- Grounds for giving back 退单理由: {grounds}.
- Reasons for not accepting 不予受理理由: {reasons}. Each one names where to turn instead: `bot/data/channels.json`, or a copy of it with the district's own offices and telephones, named as `file` under `[channels]`.
- "See every step" shows the reporter and the followers every act but these, which are between those who work on it: {internal}.

## For other systems 给别的系统

Whoever works on a case takes it along as text (“Copy as text”, 复制成文); a community, a street and the district desk take the cases of their own area and a period out as a workbook (“/cases_out”, 导出事项). `[export]` in the configuration says which columns, in which order, under which headings; without it all of them: {fields}. Telephone numbers stay masked, whoever asked not to be named is not named, a private matter goes only with its holder, and the reporter can read that it was taken along. 电话只留头尾几位；要求不公开姓名的不写姓名；不公开的诉求只有经办人自己能带走；谁带走的，上报人能查到。

The table is `TABLE` in `governance/cases.py`, and every act asks it first. Tests try every act in every state as every role, play random lives, and compare this page with the table.
"""


def both(names: tuple[str, str]) -> str:
    return " ".join(names)


def table(heading: list[str], rows: Iterable[list[str]]) -> str:
    every = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in every)


def states() -> str:
    rows = [[both((zh, en)), meaning] for zh, en, meaning in (STATES[state] for state in State)]
    return table(["状态 State", "意思 Meaning"], rows)


def acts() -> str:
    heading = ["事项 Act", "在什么状态 In", "谁 By", "到 To", "告诉谁 Told", "起点 From"]
    return table(heading, (row_of(TABLE[act]) for act in Act if act in TABLE))


def row_of(rule: Rule) -> list[str]:
    chinese, english = pen_for("zh_CN"), pen_for("en")
    lowest = POSTS[rule.lowest] if rule.lowest else None
    return [
        both(ACTS[rule.act]),
        "<br>".join(both(STATES[state][:2]) for state in rule.where),
        "<br>".join(both(ROLES[role]) for role in rule.by),
        both(STATES[rule.to][:2]) if rule.to else "—",
        "<br>".join(both(ROLES[role]) for role in rule.tells) or "—",
        f"{chinese(lowest)} {english(lowest)}" if lowest else "—",
    ]


def page() -> str:
    chinese, english = pen_for("zh_CN"), pen_for("en")
    return ABOUT.format(
        states=states(),
        endings=", ".join(both(ENDINGS[ending]) for ending in Ending),
        acts=acts(),
        grounds="; ".join(f"{chinese(GROUNDS[g])} {english(GROUNDS[g])}" for g in Ground),
        reasons="; ".join(f"{chinese(REASONS[r])} {english(REASONS[r])}" for r in Reason),
        fields=", ".join(f"`{f}` {chinese(HEADINGS[f])}" for f in Field),
        internal=", ".join(both(ACTS[act]) for act in Act if act in INSIDE_ONLY),
    )


def test_the_document_is_the_table() -> None:
    if os.environ.get(REFRESH):
        DOCUMENT.write_text(page(), "utf-8")
    told = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else ""
    command = f"{REFRESH}=1 pytest {Path(__file__).relative_to(DOCUMENT.parents[1])}"
    assert told == page(), f"docs/cases.md is not the table any more; refresh it: {command}"


def test_every_act_state_and_role_has_its_names() -> None:
    assert (set(ACTS), set(STATES), set(ROLES)) == (set(Act), set(State), set(Role))
    assert len({*ACTS.values()}) == len(ACTS)
    rows = [row for row in DOCUMENT.read_text("utf-8").splitlines() if row.startswith("| ")]
    for rule in TABLE.values():
        [row] = [row for row in rows if row.startswith(f"| {both(ACTS[rule.act])} |")]
        _act, where, by, to, told, _lowest = row.strip("| ").split(" | ")
        assert [*where.split("<br>")] == [both(STATES[state][:2]) for state in rule.where]
        assert [*by.split("<br>")] == [both(ROLES[role]) for role in rule.by]
        assert (to == "—") is (rule.to is None)
        assert told.count("<br>") + (told != "—") == len(rule.tells)


def test_residents_read_every_act_but_the_internal_ones() -> None:
    assert set(OPEN_TO_ALL) | set(INSIDE_ONLY) == set(Act)
    assert set(OPEN_TO_ALL) & set(INSIDE_ONLY) == set()
