"""The words of the call sheet, and what becomes of each line of one that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.casefile import Case
from governance.cases import Role
from governance.cells import Cells, plain, word
from governance.revisits import Heard, settled
from governance.sheets import Change, Form, Line, Reason
from handlers.cases.callers import load_as_caller
from handlers.cases.calls import note_call
from handlers.cases.common import Desk
from handlers.cases.wording import ended
from handlers.sheets import NOTHING, OF_CELLS, Reasons, understood
from handlers.turn import Turn
from handlers.words import Text, Words, _, in_every_language
from storage import case_numbers, cases

TITLE = _("Call sheet")
HEADINGS: dict[str, Words] = {
    "number": _("Case number"),
    "mark": _("Mark (leave as it is)"),
    "what": _("What and where"),
    "phone": _("Telephone"),
    "holder": _("Handled by"),
    "result": _("Result as reported"),
    "why": _("Why by telephone"),
    "ask": _("What to ask"),
    "missed": _("Calls in vain"),
    "reached": _("Answered?"),
    "solved": _("Solved?"),
    "content": _("Satisfied?"),
    "words": _("Remarks"),
}
FILLED = ("reached", "solved", "content", "words")
_READ = ("number", "mark", *FILLED)
_ALSO = {
    "number": "编号 工单号 工单编号",
    "mark": "核对码 核对",
    "reached": "是否接通 接通情况",
    "solved": "解决 是否办好",
    "content": "满意 是否满意",
    "words": "说明 居民意见",
}
FORM = Form(
    sheet="calls",
    titles=frozenset(word(said) for said in in_every_language(TITLE.source)),
    columns=_READ,
    headings={
        said.partition("(")[0]: column
        for said, column in understood({c: HEADINGS[c] for c in _READ}, _ALSO).items()
    },
    keys=frozenset({"number"}),
    strict=True,
)

YES, NO, NOT_COME = "yes", "no", "nobody_came"
REACHED: dict[str, Words] = {YES: _("yes"), NO: _("no")}
SOLVED: dict[str, Words] = {YES: _("yes"), NO: _("no"), NOT_COME: _("nobody came")}
CONTENT: dict[Heard, Words] = {Heard.SATISFIED: _("satisfied"), Heard.SO_SO: _("so-so")}
_REACHED = understood(
    REACHED, {YES: "接通 通了 已接通 打通 √ 1", NO: "未接通 没接通 没通 没人接 × 0"}
)
_SOLVED = understood(
    SOLVED,
    {
        YES: "解决 已解决 办好了 好了 √",
        NO: "未解决 没解决 没办好 没好 ×",
        NOT_COME: "没来过 没有来过 没人来 没人来过 已解决但没来过",
    },
)
_CONTENT = understood(CONTENT, {Heard.SATISFIED: "很满意 非常满意", Heard.SO_SO: "基本满意 还行"})
CHOICES: dict[str, list[Words]] = {
    "reached": list(REACHED.values()),
    "solved": list(SOLVED.values()),
    "content": list(CONTENT.values()),
}

REASONS: Reasons = {
    **OF_CELLS,
    "computed": lambda d: _(
        "This cell is a formula. Copy it, paste it as a value, and send the workbook again."
    ),
    "hidden_row": lambda d: _(
        "This row is hidden, so you do not see what it says. Clear the filter or show it, and look at it first."
    ),
    "no_such_call": lambda d: _("There is no case of this number that you may telephone about."),
    "handled": lambda d: _("You had a hand in this case; somebody else has to ask about it."),
    "twice": lambda d: _("The same case stands in row {row} already.", **d),
    "no_mark": lambda d: _(
        "The mark is missing. Copy it from the call sheet that was made for you."
    ),
    "not_both": lambda d: _(
        "It says that nobody answered the call, and what was said: one of the two is wrong."
    ),
    "discontent": lambda d: _(
        "Solved but not satisfied: write “so-so”, or “no” under “Solved?” if it has to be done again."
    ),
    "ended": lambda d: _("Left out: it is closed already."),
    "being_redone": lambda d: _("Left out: it is being done again already."),
    "earlier": lambda d: _(
        "Left out: this is about an earlier result. Have a new call sheet made and ask again."
    ),
    "noted": lambda d: _("Left out: this call has been noted already."),
    "not_filled": lambda d: _("Left out: nothing was filled in."),
}
LEFT_OUT = frozenset({"ended", "being_redone", "earlier", "noted", "not_filled"})
_DISCONTENT = frozenset({"不满意", "很不满意", "dissatisfied", "notsatisfied"})
MOST_WORDS = 300


@dataclass(slots=True)
class Judged:
    """A line of the sheet with what it says, and of which case; `heard` None for nothing new."""

    line: Line
    desk: Desk | None = None
    heard: Heard | None = None
    ending: Text = ""

    @property
    def words(self) -> str:
        return str(self.line.said.get("words", ""))


def judge(turn: Turn, rows: Iterable[Line], person_id: int, name: str) -> list[Judged]:
    """Every line as it would go in now, for whoever fills it in; nothing is changed."""
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        fresh = Line(row.table, row.row)
        judged = Judged(fresh)
        _read(fresh)
        _judge(turn, judged, person_id, name, seen)
        found.append(judged)
    return found


def _read(row: Line) -> None:
    cells = _CallCells(row, NOTHING)
    cells.code("number")
    cells.text("mark", 12)
    cells.choice("reached", _REACHED)
    cells.choice("solved", _SOLVED)
    cells.content()
    cells.text("words", MOST_WORDS)


class _CallCells(Cells):
    def content(self) -> None:
        if word(self._texts["content"]) in _DISCONTENT:
            self._line.said["discontent"] = True
        else:
            self.choice("content", _CONTENT)


def _judge(turn: Turn, judged: Judged, person_id: int, name: str, seen: dict[str, int]) -> None:
    row = judged.line
    if not any(row.row.cells[row.table.columns.index(column)] for column in FILLED):
        row.reasons[:] = [Reason("not_filled")]
        return
    if row.reasons:
        row.change = Change.REFUSED
        return
    number = plain(str(row.said.get("number", ""))).upper()
    if not number:
        _refuse(row, "missing", "number")
    elif number in seen:
        row.refuse("twice", "number", row=str(seen[number]))
        row.change = Change.REFUSED
    elif (heard := _heard(row)) is None:
        return
    else:
        seen[number] = row.row.number
        _of_case(turn, judged, number, heard, person_id, name)


def _heard(row: Line) -> Heard | None:
    """What was heard; None where nothing was filled in, or not rightly."""
    said = row.said
    reached, solved, content = (said.get(c) for c in ("reached", "solved", "content"))
    answered = solved is not None or content is not None or bool(said.get("discontent"))
    if reached == NO and answered:
        _refuse(row, "not_both", "reached")
        return None
    if reached == NO:
        return Heard.MISSED
    if solved == NOT_COME:
        return Heard.NOBODY_CAME
    if solved == NO:
        return Heard.NOT_SOLVED
    if solved == YES and content is not None:
        return Heard(content)
    if said.get("discontent"):
        _refuse(row, "discontent", "content")
    else:
        _refuse(row, "missing", "content" if solved == YES else "solved")
    return None


def _of_case(
    turn: Turn, judged: Judged, number: str, heard: Heard, person_id: int, name: str
) -> None:
    row = judged.line
    case = _exactly(turn, number)
    desk = load_as_caller(turn, case, person_id, name) if case is not None else None
    if case is None or desk is None or desk.by.role is Role.STRANGER:
        _refuse(row, "no_such_call", "number")
    elif desk.by.role is not Role.CALLER:
        _refuse(row, "handled", "number")
    elif not row.said.get("mark"):
        _refuse(row, "no_mark", "mark")
    elif why := settled(case, str(row.said["mark"]), heard):
        judged.ending = ended(case)
        row.reasons.append(Reason(why))
    else:
        judged.desk, judged.heard = desk, heard
        row.change = Change.CHANGED


def _exactly(turn: Turn, number: str) -> Case | None:
    if len(number) <= case_numbers.SHORT:
        return None
    today = turn.policy.local_date(turn.now)
    return next(iter(case_numbers.numbered(turn.db, number, turn.policy.district, today)), None)


def _refuse(row: Line, code: str, column: str) -> None:
    row.refuse(code, column)
    row.change = Change.REFUSED


def bring_in(turn: Turn, found: Sequence[Judged]) -> None:
    """What was heard counts, where the case still waits for it."""
    for judged in found:
        if judged.desk is None or judged.heard is None:
            continue
        case = cases.lock(turn.db, judged.desk.case.id)
        if case is not None and not settled(case, str(judged.line.said["mark"]), judged.heard):
            note_call(turn, judged.desk, judged.heard, judged.words)
