"""Workbooks that come in to be checked and imported, and those that are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.refused import Refused


class PaperKind(StrEnum):
    INCOMING = "incoming"  # not read yet
    ROSTER = "roster"  # 名册
    REPORTIN = "reportin"  # 报到方案, as an officer has adjusted it
    GUIDE = "guide"  # 办事指南
    LISTS = "lists"  # 供给清单、需求清单, as an officer has filled them in
    CALLED = "called"  # 回访单, as a caller has filled it in
    EXPORT = "export"  # the whole roster, asked for
    TEMPLATE = "template"  # an empty roster with examples, asked for
    PROPOSAL = "proposal"  # 报到方案, asked for
    CERTIFICATE = "certificate"  # 志愿服务证明, asked for
    SHOP = "shop"  # 兑换点台账, asked for
    CALLS = "calls"  # 回访单, asked for
    DESK = "desk"  # a list of cases, asked for
    FIGURES = "figures"  # 三率 with the cases they are made of, asked for
    FILLED = "filled"  # 三率 filled into the placeholders of somebody's own workbook
    CASES = "cases"  # 导出事项, asked for
    LEDGER = "ledger"  # 认领台账 and the lists, asked for
    LIST_SHEETS = "list_sheets"  # 供给清单、需求清单, asked for
    REACH = "reach"  # 没回已知晓的名单, asked for
    GUIDE_SHEET = "guide_sheet"  # 办事指南, asked for
    GUIDE_TEMPLATE = "guide_template"  # an empty guide with examples, asked for


MADE = frozenset(
    {
        *(PaperKind.EXPORT, PaperKind.TEMPLATE, PaperKind.PROPOSAL, PaperKind.CALLS),
        *(PaperKind.CERTIFICATE, PaperKind.SHOP, PaperKind.LEDGER, PaperKind.LIST_SHEETS),
        *(PaperKind.FIGURES, PaperKind.CASES, PaperKind.DESK, PaperKind.FILLED, PaperKind.REACH),
        *(PaperKind.GUIDE_SHEET, PaperKind.GUIDE_TEMPLATE),
    }
)
"""Kinds that are made by the bot, not sent to it."""


class PaperState(StrEnum):
    COMING = "coming"  # still with the platform
    READING = "reading"  # being checked, or being made
    CHECKED = "checked"  # the result is there; nothing was written
    WANTED = "wanted"  # its sender said yes
    DONE = "done"
    REFUSED = "refused"  # unreadable; `why` says how
    DROPPED = "dropped"  # its sender said no


@dataclass(eq=False)
class Paper:
    """One workbook. `file` lies in the media folder while it is needed; `name` is its sender's, or
    says of what one that is asked for is to be.
    `result` is the file that says what became of each row.

    `done` of `total` rows have been looked at. `counts` has the rows by what becomes of them:
    added, changed, closed, unchanged, refused.
    """

    kind: PaperKind
    person_id: int
    created_at: datetime
    state: PaperState = PaperState.READING
    name: str = ""
    media_id: int | None = None
    file: str = ""
    result: str = ""
    done: int = 0
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    why: str = ""
    skip_refused: bool = False
    id: int = field(init=False)

    @property
    def offered(self) -> str:
        """The file its owner may take away: the result, or what was made for them."""
        if self.result or self.state is not PaperState.DONE:
            return self.result
        return self.file if self.kind in MADE else ""

    @property
    def refused_rows(self) -> int:
        return self.counts.get("refused", 0)

    @property
    def other_rows(self) -> int:
        """Rows that would change something if the refused ones are left out."""
        return sum(self.counts.get(key, 0) for key in ("added", "changed", "closed"))

    def want(self, person_id: int, *, skip_refused: bool) -> None:
        """Its sender wants it imported; with refused rows only if those are left out."""
        self._decide(person_id)
        if self.refused_rows and not skip_refused:
            raise Refused("paper_has_refused")
        self.state, self.skip_refused = PaperState.WANTED, skip_refused

    def drop(self, person_id: int) -> None:
        """Its sender wants nothing of it."""
        self._decide(person_id)
        self.state = PaperState.DROPPED

    def check_again(self) -> None:
        """What its sender said yes to is no longer what it would do."""
        self.state, self.result, self.skip_refused = PaperState.READING, "", False
        self.done = self.total = 0

    def lapse(self) -> None:
        """Its files are gone; what nobody decided on in time is not imported any more."""
        self.file = self.result = ""
        if self.state is PaperState.CHECKED:
            self.state = PaperState.DROPPED

    def _decide(self, person_id: int) -> None:
        if person_id != self.person_id:
            raise Refused("paper_not_yours")
        if self.state is not PaperState.CHECKED:
            raise Refused("paper_settled")
