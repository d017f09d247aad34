"""Who has points for a report, without a database."""

from __future__ import annotations

import pytest

from governance.casefile import Case
from governance.cases import Closing, Outcome, State, Verdict
from governance.points import PointsPolicy, Rule
from governance.reports import Report, disproved, earlier, proved
from tests.governance import district
from tests.governance.district import HOLDER, MONDAY, POLICY, REPORTER, RUNGS

FIRST, SECOND, THIRD, OFFICER = 1, 2, 3, 9
SOLVED = Closing(Outcome.SOLVED, "换好了")
NOT_SO = Closing(Outcome.EXPLAINED, "灯是亮的", true=False)


def answered(closing: Closing = SOLVED, *, public: bool = True) -> Case:
    case = district.reported()
    case.public = public
    case.answer(HOLDER, RUNGS, closing, MONDAY)
    return case


def ended(verdict: Verdict, closing: Closing = SOLVED, *, public: bool = True) -> Case:
    case = answered(closing, public=public)
    if verdict is Verdict.DEFAULT:
        case.asked(POLICY, MONDAY)
        case.lapse(POLICY, MONDAY)
    elif verdict is Verdict.WITHDRAWN:
        case.withdraw(REPORTER, POLICY, MONDAY)
    else:
        case.strike_off(REPORTER, verdict, POLICY, MONDAY)
    return case


@pytest.mark.parametrize("verdict", [Verdict.SATISFIED, Verdict.SO_SO, Verdict.DEFAULT])
def test_what_is_solved_earns_whatever_its_reporter_says_or_does_not_say(verdict: Verdict) -> None:
    assert proved(ended(verdict))
    assert not proved(ended(verdict, Closing(Outcome.EXPLAINED, "归物业管")))
    assert not proved(ended(verdict, Closing(Outcome.CANNOT, "修不了")))
    assert not proved(ended(verdict, public=False))


def test_what_is_open_withdrawn_or_private_earns_nothing() -> None:
    assert not proved(answered())
    assert not proved(ended(Verdict.WITHDRAWN))
    private = ended(Verdict.SATISFIED)
    private.private = True
    assert not proved(private)


def test_only_a_finding_that_stood_at_the_end_is_one() -> None:
    assert not disproved(answered(NOT_SO))  # its reporter has not been heard
    case = ended(Verdict.SATISFIED, NOT_SO)
    assert disproved(case)
    assert not proved(case)
    assert disproved(ended(Verdict.WITHDRAWN, NOT_SO))  # taking it back hides nothing
    case.redo(REPORTER, RUNGS, "晚上去看", POLICY, MONDAY)
    assert case.state is State.ASSIGNED
    assert not disproved(case)
    case.withdraw(REPORTER, POLICY, MONDAY)
    assert not disproved(case)  # nobody has looked since


def test_the_first_one_has_most_and_whoever_handled_it_or_has_no_name_nothing() -> None:
    reports = [Report(FIRST), Report(SECOND)]
    assert earlier(reports, [THIRD, FIRST], ()) == {FIRST: 0, SECOND: 1, THIRD: 2}
    assert earlier([Report(FIRST, anonymous=True)], [THIRD, FIRST], ()) == {THIRD: 1}
    assert earlier([Report(OFFICER)], [THIRD], {OFFICER}) == {THIRD: 1}


def test_a_district_may_give_nothing_for_reports() -> None:
    none = PointsPolicy(first_report=0, later_report=0)
    assert [none.for_report(n) for n in (0, 1)] == [0, 0]
    assert PointsPolicy(reports_a_day=3).most_a_day(Rule.REPORT) == 3
    assert PointsPolicy().most_a_day(Rule.TASK) is None
