"""The verdict: what the database holds against what people did and what the platform showed.

Three accounts that know nothing of each other. Each rule is a function that returns how many
things are not as they must be, and says which.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, text

from tests.chaos.book import MARK, MARK_LENGTH, Book, Press, Report
from tests.chaos.platform import Shown
from tests.chaos.remains import Stranded

Row = Any


@dataclass(slots=True)
class Record:
    """The three accounts of one run."""

    book: Book
    shown: dict[int, Shown]
    remains: list[Stranded]
    rows: dict[str, list[Row]]
    """What the database holds, by the name of the question (`QUESTIONS`)."""
    until_row: int
    """The last row of the part in which nobody's quiet hours hold anything back."""
    why: list[str] = field(default_factory=list)
    """A line for everything that is not as it must be."""

    def wrong(self, what: str, count: int = 1) -> int:
        """So many things are not as they must be; 0 is worth no line."""
        if count:
            self.why.append(f"{what} ({count})" if count > 1 else what)
        return count


QUESTIONS = {
    "cases": "SELECT id, number, text FROM cases ORDER BY id",
    "case_acts": "SELECT case_id, act, count(*) AS times FROM case_events"
    " WHERE act IN ('accept', 'answer', 'strike_off') GROUP BY case_id, act ORDER BY case_id, act",
    "messages": "SELECT id, lane, kind, priority, state, message_id, error, payload,"
    " attempts, since, started FROM outbox ORDER BY id",
    "claims": "SELECT shift_id, state, place, external FROM claims"
    " JOIN accounts ON accounts.person_id = claims.person_id ORDER BY claims.id",
    "shifts": "SELECT id, taken, waiting, slots FROM shifts ORDER BY id",
    "awards": "SELECT subject_id, points, state, external FROM awards"
    " JOIN accounts ON accounts.person_id = awards.to_id WHERE about = 'case' ORDER BY awards.id",
    "balances": "SELECT balance, external,"
    " (SELECT coalesce(sum(points), 0) FROM point_entries WHERE account_id = point_accounts.id)"
    " AS entered FROM point_accounts JOIN accounts ON accounts.person_id = point_accounts.person_id"
    " WHERE point_accounts.kind = 'person' ORDER BY point_accounts.id",
    "ledger": "SELECT coalesce(sum(points), 0) AS total FROM point_entries",
    "failures": "SELECT what, error FROM failures ORDER BY id",
}
ANSWERS = {"reply", "alert"}
WORDS = {"reply", "alert", "alarm", "notice"}
NOTHING = "nothing to show any more"
TAKEN = {"claimed", "arrived", "left", "confirmed", "absent", "disputed"}
COMMITTING = 2.0  # seconds a transaction may take on a busy machine
REWARD = 2  # points for whoever reports a public problem first


def asked(engine: Engine) -> dict[str, list[Row]]:
    """What the database holds."""
    with engine.connect().execution_options(read=True) as conn:
        return {name: list(conn.execute(text(sql))) for name, sql in QUESTIONS.items()}


# ── answers ──────────────────────────────────────────────────────────────────


def answers(record: Record) -> tuple[int, int]:
    """Lost and doubled: every act of a resident has one answer, which has arrived, and what was
    done about their case was done once."""
    lost = sum(record.wrong(what) for what in record.book.unanswered)
    doubled = 0
    given: Counter[int] = Counter()
    for row in record.rows["messages"]:
        if row.kind == "reply" or (row.kind == "alert" and _is_advice(row)):
            given[_chat(row)] += 1
            if row.state != "sent":
                lost += record.wrong(f"answer {row.id} to {_chat(row)} is {row.state}: {row.error}")
    for person in sorted(record.book.reporters | record.book.pressers):
        least = most = record.book.acts[person]
        if person in record.book.pressers:
            most += sum(press.by == person and not press.worded for press in record.book.presses)
        lost += record.wrong(f"{person} lacks answers", max(0, least - given[person]))
        doubled += record.wrong(f"{person} has too many answers", max(0, given[person] - most))
    for row in record.rows["case_acts"]:
        doubled += record.wrong(f"case {row.case_id}: {row.act} again", row.times - 1)
    done = {(row.case_id, row.act) for row in record.rows["case_acts"]}
    for case, report in _reported(record):
        if report.done and (case.id, "strike_off") not in done:
            lost += record.wrong(f"the yes of {report.mark}")
    return lost, doubled


def _is_advice(row: Row) -> bool:
    return "马上打119" in str(row.payload)


def _chat(row: Row) -> int:
    return int(row.lane.rsplit("/", 1)[1])


def _reported(record: Record) -> list[tuple[Row, Report]]:
    """Each case with the report in whose words it was opened."""
    marks = record.book.reports
    found = [(case, _mark(case.text)) for case in record.rows["cases"]]
    return [(case, marks[mark]) for case, mark in found if mark in marks]


def _mark(words: str) -> str:
    """The words of its own in a text, "" when there are none."""
    at = words.find(MARK)
    return words[at : at + MARK_LENGTH] if at >= 0 else ""


# ── cases ────────────────────────────────────────────────────────────────────


def cases(record: Record) -> tuple[int, int]:
    """Lost and doubled: each report has one case, with the number that its reporter was told."""
    lost = doubled = 0
    found: dict[str, list[str]] = defaultdict(list)
    for case in record.rows["cases"]:
        found[_mark(case.text)].append(case.number)
    for mark, report in record.book.reports.items():
        numbers = found.pop(mark, [])
        lost += record.wrong(f"no case for {mark}", not numbers)
        doubled += record.wrong(f"cases for {mark}: {numbers}", max(0, len(numbers) - 1))
        if numbers and report.number and report.number not in numbers:
            lost += record.wrong(f"{mark} was told {report.number}, not {numbers}")
    for mark, numbers in found.items():
        doubled += record.wrong(f"nobody has reported {numbers} {mark}", len(numbers))
    return lost, doubled


# ── claims and points ────────────────────────────────────────────────────────


def claims(record: Record) -> int:
    """Each press has one claim, as was told; no slot is given twice, and the counters agree."""
    wrong = 0
    held: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in record.rows["claims"]:
        held[int(row.external), row.shift_id].append(row.state)
    for press in record.book.presses:
        states = held.pop((press.by, press.shift), [])
        wrong += record.wrong(
            f"{press}: {states}", len(states) != 1 or _otherwise(press, states[0])
        )
    wrong += sum(record.wrong(f"nobody has pressed for {claim}") for claim in held)
    for shift in record.rows["shifts"]:
        states = [row.state for row in record.rows["claims"] if row.shift_id == shift.id]
        taken = sum(state in TAKEN for state in states)
        waiting = states.count("waitlisted")
        right = (shift.taken, shift.waiting) == (taken, waiting) and taken <= shift.slots
        free = taken < shift.slots and waiting > 0
        wrong += record.wrong(
            f"shift {shift}: {taken} have a slot, {waiting} wait", not right or free
        )
    return wrong


def _otherwise(press: Press, state: str) -> bool:
    """Whether the table says something else than the presser was told."""
    return bool(press.told) and press.told != ("taken" if state in TAKEN else state)


def points(record: Record) -> int:
    """Each report that is done has earned its reporter two points, once; what people hold is what
    was entered for them, and all entries together are nothing."""
    wrong = record.wrong("the ledger does not sum to zero", record.rows["ledger"][0].total != 0)
    given: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in record.rows["awards"]:
        given[int(row.external), row.subject_id].append(row)
    earned: Counter[int] = Counter()
    for case, report in _reported(record):
        found = given.pop((report.by, case.id), [])
        right = [(row.points, row.state) for row in found] == [(REWARD, "posted")]
        if report.done:
            earned[report.by] += REWARD
            wrong += record.wrong(f"points for {report.mark}: {found}", not right)
        else:
            wrong += record.wrong(f"points for {report.mark}, for nothing: {found}", bool(found))
    wrong += sum(record.wrong(f"points for nobody's report: {key}") for key in given)
    for row in record.rows["balances"]:
        if row.balance != row.entered:
            wrong += record.wrong(f"{row.external} holds {row.balance}, entered {row.entered}")
        if int(row.external) in record.book.acts and int(row.external) in record.book.reporters:
            earned_here = earned.pop(int(row.external), 0)
            wrong += record.wrong(f"{row.external} holds {row.balance}", row.balance != earned_here)
    return wrong + sum(record.wrong(f"{person} holds nothing") for person in earned)


# ── alerts and messages ──────────────────────────────────────────────────────


def alerts(record: Record) -> int:
    """Lost: somebody who must have read it has nothing of it on their phone."""
    read = {(int(m.chat), _mark(m.text)) for m in record.shown.values()}
    return sum(
        record.wrong(f"{person} has not read {alert.mark}")
        for alert in record.book.alerts.values()
        for person in alert.due
        if (person, alert.mark) not in read
    )


def messages_lost(record: Record) -> int:
    """Words to somebody that were given up, or are marked as sent and nowhere to be seen."""
    lost = 0
    for row in record.rows["messages"]:
        if row.kind not in WORDS or row.error == NOTHING or row.state == "held":
            continue  # what is held goes out in the morning
        if row.state != "sent":
            lost += record.wrong(f"{row.kind} {row.id} is {row.state}: {row.error}")
        elif row.message_id and int(row.message_id) not in record.shown:
            lost += record.wrong(f"{row.kind} {row.id} is marked as sent, and was not shown")
    return lost


@dataclass(slots=True)
class Repeats:
    """Messages that people have read twice, by what had become of the first of the two."""

    killed: int = 0
    """The process was killed after the call and before the mark."""
    frozen: int = 0
    cut: int = 0
    unexplained: int = 0
    windows: int = 0
    """Messages between whose call and mark a kill fell."""
    kills: set[float] = field(default_factory=set)
    """When these kills were; one that caught two messages is one."""
    first: dict[int, int] = field(default_factory=dict)
    """The first message of a row that has two, by the row."""


def repeats(record: Record) -> Repeats:
    """What the platform has shown without any row that knows of it: each was said twice, and the
    first time must have been when nobody could learn of it."""
    known = {int(row.message_id) for row in record.rows["messages"] if row.message_id}
    found = Repeats()
    said = {row.id: row for row in record.rows["messages"]}
    left = list(record.remains)
    for message in (m for _id, m in sorted(record.shown.items()) if m.id not in known):
        one = next((s for s in left if s.covers(message)), None)
        if one is not None:
            left.remove(one)
            again = bool(said[one.row].message_id)
            found.first.setdefault(one.row, message.id)
            if one.killed:
                found.windows += 1
                found.kills.add(one.ended)
                found.killed += again
            else:
                found.frozen += again
        elif message.answer in {"cut", "late"}:
            found.cut += 1
        else:
            found.unexplained += record.wrong(f"shown twice without a reason: {message}")
    return found


def out_of_order(record: Record, first: Mapping[int, int]) -> int:
    """Messages of one chat and one urgency that came in another order than they were posted."""
    lanes: dict[tuple[str, int], list[tuple[int, Row]]] = defaultdict(list)
    seen: set[int] = set()
    for row in record.rows["messages"]:
        number = int(row.message_id or 0)
        if row.id > record.until_row or number == 0 or number in seen or "strip" in row.payload:
            continue  # an edit has the number of what it changes
        seen.add(number)
        lanes[row.lane, row.priority].append((first.get(row.id, number), row))
    wrong = 0
    for (lane, _priority), pairs in sorted(lanes.items()):
        for (before, row), (after, other) in pairwise(pairs):
            late = after < before and not _at_once(row, other)
            wrong += record.wrong(f"{lane}: row {other.id} before {row.id}: {other}, {row}", late)
    return wrong


def _at_once(row: Row, other: Row) -> bool:
    """Whether two processes posted them at the same time: a row has its number before it is
    committed, and one with a greater number may be committed, and sent, before it."""
    return bool(row.attempts == 1 and row.since > other.started - COMMITTING)


# ── the verdict ──────────────────────────────────────────────────────────────


def verdict(record: Record) -> dict[str, int]:
    """Every figure that the run is judged by."""
    answers_lost, answers_doubled = answers(record)
    cases_lost, cases_doubled = cases(record)
    twice = repeats(record)
    return {
        "answers_lost": answers_lost,
        "answers_doubled": answers_doubled,
        "cases_lost": cases_lost,
        "cases_doubled": cases_doubled,
        "claims_wrong": claims(record),
        "points_wrong": points(record),
        "alerts_lost": alerts(record),
        "messages_duplicated": twice.killed + twice.unexplained,
        "messages_out_of_order": out_of_order(record, twice.first),
        "messages_lost": messages_lost(record),
        "messages_unexplained": twice.unexplained,
        "kills_between_send_and_mark": len(twice.kills),
        "messages_between_send_and_mark": twice.windows,
        "messages_repeated_after_a_cut_answer": twice.cut,
        "messages_repeated_after_a_freeze": twice.frozen,
        "failures": sum(
            record.wrong(f"{row.what}: {row.error}") for row in record.rows["failures"]
        ),
    }


MUST_BE_ZERO = (
    *("answers_lost", "answers_doubled", "cases_lost", "cases_doubled", "claims_wrong"),
    *("points_wrong", "alerts_lost", "messages_out_of_order", "messages_lost"),
    *("messages_unexplained", "failures"),
)


def holds(figures: Mapping[str, int]) -> bool:
    """Nothing is lost, doubled, wrong or out of order, and each message that came twice was between
    its call and its mark when a process was killed or frozen, or its answer cut off."""
    return not any(figures[name] for name in MUST_BE_ZERO)
