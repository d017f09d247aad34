"""A workbook is imported when its sender has seen the result and said yes, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from governance.papers import Paper, PaperKind, PaperState
from governance.refused import Refused

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
ADMIN, SOMEBODY = 1, 2


def checked(**counts: int) -> Paper:
    return Paper(PaperKind.ROSTER, ADMIN, NOW, PaperState.CHECKED, "r.xlsx", counts=counts)


def refusal(act: object) -> str:
    assert callable(act)
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_clean_workbook_is_imported_on_its_senders_word() -> None:
    paper = checked(added=3, refused=0)
    paper.want(ADMIN, skip_refused=False)
    assert paper.state is PaperState.WANTED


def test_refused_rows_stop_it_unless_they_are_left_out() -> None:
    paper = checked(added=3, refused=1)
    assert refusal(lambda: paper.want(ADMIN, skip_refused=False)) == "paper_has_refused"
    assert paper.state is PaperState.CHECKED
    paper.want(ADMIN, skip_refused=True)
    assert (paper.state, paper.skip_refused) == (PaperState.WANTED, True)


def test_nobody_else_decides() -> None:
    paper = checked()
    assert refusal(lambda: paper.want(SOMEBODY, skip_refused=False)) == "paper_not_yours"
    assert refusal(lambda: paper.drop(SOMEBODY)) == "paper_not_yours"


@pytest.mark.parametrize("state", [s for s in PaperState if s is not PaperState.CHECKED])
def test_what_is_settled_or_not_yet_checked_cannot_be_decided(state: PaperState) -> None:
    paper = checked()
    paper.state = state
    assert refusal(lambda: paper.want(ADMIN, skip_refused=True)) == "paper_settled"
    assert refusal(lambda: paper.drop(ADMIN)) == "paper_settled"
