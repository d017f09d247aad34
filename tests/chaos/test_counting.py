"""The counting itself: a run in which all is well, and each way in which it may not be.

A verdict that cannot be anything but good would be worth nothing, so every rule is shown a record
in which one thing was tampered with.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.book import Alert, Book, Press, Report
from tests.chaos.counting import MUST_BE_ZERO, Record, holds, verdict
from tests.chaos.platform import Shown
from tests.chaos.remains import Stranded

RESIDENT, WORKER, FIRST, SECOND = 1000, 200, 3000, 3001
LANE = "telegram/8000000001/"
MARK, FIRE = "记号甲甲甲甲", "记号甲甲甲乙"


def row(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**values)


def message(number: int, chat: int, kind: str, words: str, shown: int = 0) -> SimpleNamespace:
    return row(
        id=number,
        lane=f"{LANE}{chat}",
        kind=kind,
        priority={"alarm": 0, "alert": 1, "reply": 2}[kind],
        state="sent",
        message_id=str(shown or number),
        error="",
        payload={"text": words},
        attempts=1,
        since=10.0 * number,
        started=10.0 * number + 1,
    )


def peaceful() -> Record:
    """One report from the first word to the points, one fire, and two presses for one slot."""
    book = Book()
    book.reports[MARK] = Report(MARK, RESIDENT, number="QH-1", done=True)
    book.reports[FIRE] = Report(FIRE, RESIDENT, number="QH-2")
    book.alerts[FIRE] = Alert(FIRE, [WORKER])
    book.presses = [
        Press(FIRST, 1, worded=True, told="taken"),
        Press(SECOND, 1, worded=True, told="waitlisted"),
    ]
    book.acts.update({RESIDENT: 3, FIRST: 1, SECOND: 1})
    words = [
        message(1, RESIDENT, "reply", "是哪一类？"),
        message(2, RESIDENT, "reply", "收到了"),
        message(3, RESIDENT, "alert", "🚨 马上打119"),
        message(4, WORKER, "alarm", f"着火 {FIRE}"),
        message(5, FIRST, "reply", "已认领"),
        message(6, SECOND, "reply", "您排候补第1位"),
    ]
    shown = {m.id: Shown(m.id, m.lane[len(LANE) :], m.payload["text"], 10.0 + m.id) for m in words}
    rows = {
        "cases": [
            row(id=1, number="QH-1", text=f"路灯 {MARK}"),
            row(id=2, number="QH-2", text=FIRE),
        ],
        "case_acts": [
            row(case_id=1, act="accept", times=1),
            row(case_id=1, act="strike_off", times=1),
        ],
        "messages": words,
        "claims": [
            row(shift_id=1, state="claimed", place=1, external=str(FIRST)),
            row(shift_id=1, state="waitlisted", place=2, external=str(SECOND)),
        ],
        "shifts": [row(id=1, taken=1, waiting=1, slots=1)],
        "awards": [row(subject_id=1, points=2, state="posted", external=str(RESIDENT))],
        "balances": [row(balance=2, entered=2, external=str(RESIDENT))],
        "ledger": [row(total=0)],
        "failures": [],
    }
    return Record(book, shown, [], rows, until_row=100)


def test_a_run_in_which_all_is_well_is_found_to_be_well() -> None:
    record = peaceful()
    figures = verdict(record)
    assert holds(figures), record.why
    assert not any(figures.values())


def an_answer_was_given_up(record: Record) -> None:
    record.rows["messages"][1].state = "unknown"


def an_answer_is_missing(record: Record) -> None:
    del record.rows["messages"][1]
    del record.shown[2]


def somebody_still_waits(record: Record) -> None:
    record.book.unanswered.append("居民 waits for an answer")


def a_yes_is_missing(record: Record) -> None:
    del record.rows["case_acts"][1]


def an_answer_came_of_nothing(record: Record) -> None:
    record.rows["messages"].append(message(7, RESIDENT, "reply", "收到了"))
    record.shown[7] = Shown(7, str(RESIDENT), "收到了", 30.0)


def a_press_counted_twice(record: Record) -> None:
    record.rows["case_acts"][0].times = 2


def a_case_is_missing(record: Record) -> None:
    del record.rows["cases"][1]


def a_case_has_another_number(record: Record) -> None:
    record.rows["cases"][1].number = "QH-3"


def a_case_is_there_twice(record: Record) -> None:
    record.rows["cases"].append(row(id=3, number="QH-3", text=MARK))


def nobody_has_reported_it(record: Record) -> None:
    record.rows["cases"].append(row(id=3, number="QH-3", text="路灯"))


def a_claim_is_missing(record: Record) -> None:
    del record.rows["claims"][1]
    record.rows["shifts"][0].waiting = 0


def a_claim_is_not_as_was_told(record: Record) -> None:
    record.rows["claims"][0].state = "waitlisted"
    record.rows["claims"][1].state = "claimed"


def a_slot_was_given_twice(record: Record) -> None:
    record.rows["claims"][1].state = "claimed"
    record.book.presses[1].told = "taken"
    record.rows["shifts"][0].taken, record.rows["shifts"][0].waiting = 2, 0


def a_counter_is_wrong(record: Record) -> None:
    record.rows["shifts"][0].taken = 0


def a_claim_of_nobody(record: Record) -> None:
    record.rows["claims"].append(row(shift_id=1, state="released", place=3, external="3002"))


def points_are_missing(record: Record) -> None:
    record.rows["awards"].clear()


def points_were_given_twice(record: Record) -> None:
    record.rows["awards"] *= 2


def points_for_what_nobody_finished(record: Record) -> None:
    record.rows["awards"].append(
        row(subject_id=2, points=2, state="posted", external=str(RESIDENT))
    )


def a_balance_is_not_its_entries(record: Record) -> None:
    record.rows["balances"][0].entered = 4


def the_ledger_does_not_sum_up(record: Record) -> None:
    record.rows["ledger"][0].total = 2


def an_alert_was_read_by_nobody(record: Record) -> None:
    record.shown[4].text = "着火"


def a_message_is_nowhere_to_be_seen(record: Record) -> None:
    del record.shown[2]


def a_message_came_before_an_earlier_one(record: Record) -> None:
    record.rows["messages"][0].message_id, record.rows["messages"][1].message_id = "2", "1"


def a_message_came_twice(record: Record) -> None:
    record.shown[9] = Shown(9, str(RESIDENT), "收到了", 40.0)


def something_has_failed(record: Record) -> None:
    record.rows["failures"].append(row(what="telegram/1", error="KeyError"))


Tampering = Callable[[Record], None]
FOUND: dict[str, tuple[Tampering, ...]] = {
    "answers_lost": (
        *(an_answer_was_given_up, an_answer_is_missing, somebody_still_waits, a_yes_is_missing),
    ),
    "answers_doubled": (an_answer_came_of_nothing, a_press_counted_twice),
    "cases_lost": (a_case_is_missing, a_case_has_another_number),
    "cases_doubled": (a_case_is_there_twice, nobody_has_reported_it),
    "claims_wrong": (
        *(a_claim_is_missing, a_claim_is_not_as_was_told, a_slot_was_given_twice),
        *(a_counter_is_wrong, a_claim_of_nobody),
    ),
    "points_wrong": (
        *(points_are_missing, points_were_given_twice, points_for_what_nobody_finished),
        *(a_balance_is_not_its_entries, the_ledger_does_not_sum_up),
    ),
    "alerts_lost": (an_alert_was_read_by_nobody,),
    "messages_lost": (a_message_is_nowhere_to_be_seen,),
    "messages_out_of_order": (a_message_came_before_an_earlier_one,),
    "messages_unexplained": (a_message_came_twice,),
    "failures": (something_has_failed,),
}


def test_there_is_a_tampering_for_every_figure_that_must_be_zero() -> None:
    assert set(FOUND) == set(MUST_BE_ZERO)


@pytest.mark.parametrize(
    ("figure", "tampering"),
    [pytest.param(figure, one, id=one.__name__) for figure, some in FOUND.items() for one in some],
)
def test_what_is_not_as_it_must_be_is_found(figure: str, tampering: Tampering) -> None:
    record = deepcopy(peaceful())
    tampering(record)
    figures = verdict(record)
    assert figures[figure] > 0
    assert record.why
    assert not holds(figures)


def test_a_message_that_came_twice_is_explained_by_one_kill_and_no_more() -> None:
    record = peaceful()
    record.shown[9] = Shown(9, str(RESIDENT), "收到了", 11.5)
    record.remains = [Stranded(2, str(RESIDENT), 11.0, 12.0, killed=True)]
    figures = verdict(record)
    assert holds(figures), record.why
    assert (figures["messages_duplicated"], figures["kills_between_send_and_mark"]) == (1, 1)
    record.shown[10] = Shown(10, str(RESIDENT), "收到了", 11.6)
    assert not holds(verdict(record))


def test_a_kill_that_caught_two_messages_is_one() -> None:
    record = peaceful()
    for number in (9, 10):
        record.shown[number] = Shown(number, str(RESIDENT), "收到了", 11.5)
    record.remains = [Stranded(row, str(RESIDENT), 11.0, 12.0, killed=True) for row in (1, 2)]
    figures = verdict(record)
    assert holds(figures), record.why
    assert (figures["messages_duplicated"], figures["messages_between_send_and_mark"]) == (2, 2)
    assert figures["kills_between_send_and_mark"] == 1


def test_a_message_whose_answer_was_cut_off_may_come_twice() -> None:
    record = peaceful()
    record.shown[9] = Shown(9, str(RESIDENT), "收到了", 11.5, answer="cut")
    figures = verdict(record)
    assert holds(figures), record.why
    assert figures["messages_repeated_after_a_cut_answer"] == 1
    assert figures["messages_duplicated"] == 0


def test_two_that_were_posted_at_once_have_no_order() -> None:
    record = deepcopy(peaceful())
    a_message_came_before_an_earlier_one(record)
    record.rows["messages"][0].since = record.rows["messages"][1].started - 0.1
    assert verdict(record)["messages_out_of_order"] == 0
    record.rows["messages"][0].attempts = 2  # it was there to be sent before
    assert verdict(record)["messages_out_of_order"] == 1
