"""Whose a row is: what one person's acts have changed of what belongs to others.

A snapshot is every row of every table. Whatever differs between two of them must be the
person's own, or a direct consequence of their own affairs: what the bot sends about them,
a digest, a counter. Everything that is not listed here belongs to others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, event

from storage.schema import metadata

Row: TypeAlias = Mapping[str, Any]
Snapshot: TypeAlias = dict[str, dict[tuple[Any, ...], Row]]
KEYS = {table.name: [c.name for c in table.primary_key] for table in metadata.sorted_tables}


def snapshot(conn: Connection, tables: Iterable[str] = KEYS) -> Snapshot:
    """Every row of every table, or of these, by its key."""
    found: Snapshot = {}
    for table in tables:
        rows = conn.exec_driver_sql(f"select * from {table}").mappings()
        found[table] = {tuple(row[key] for key in KEYS[table]): dict(row) for row in rows}
    return found


_WRITES = re.compile(r'\s*(?:insert\s+into|update|delete\s+from)\s+"?(\w+)', re.IGNORECASE)
_WRITES_SOMETHING = re.compile(r"\b(?:insert|update|delete|replace)\b", re.IGNORECASE)


@contextmanager
def written(conn: Connection) -> Iterator[set[str]]:
    """The tables that statements on this connection write to meanwhile."""
    found: set[str] = set()

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if table := _WRITES.match(statement):
            found.add(table[1])
        elif _WRITES_SOMETHING.search(statement):
            found.update(KEYS)

    event.listen(conn, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(conn, "before_cursor_execute", note)


@dataclass(frozen=True, slots=True)
class Change:
    """A row before and after; None where there was or is none."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def columns(self) -> set[str]:
        before, after = self.before or {}, self.after or {}
        return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    return [
        Change(table, before[table].get(key), after[table].get(key))
        for table in KEYS
        for key in {**before[table], **after[table]}
        if before[table].get(key) != after[table].get(key)
    ]


def _both(table: str, before: Snapshot, after: Snapshot) -> list[Row]:
    return [*before[table].values(), *after[table].values()]


class Owner:
    """One person by the lane of their private chat, with what they own before and after."""

    def __init__(self, lane: str, before: Snapshot, after: Snapshot) -> None:
        was = [a for a in before["accounts"].values() if a["lane"] == lane]
        now = [a for a in after["accounts"].values() if a["lane"] == lane]
        self.lanes = {lane}
        self.accounts = {a["id"] for a in (*was, *now)}
        # Somebody known before is not theirs because an account of theirs now says so.
        new = {a["person_id"] for a in now if (a["person_id"],) not in before["people"]}
        self.people = {a["person_id"] for a in was} | new
        self.cases = {
            c["id"] for c in _both("cases", before, after) if c["reporter_id"] in self.people
        }
        self.public = {c["id"] for c in _both("cases", before, after) if c["public"]}
        self.wishes = {
            w["id"]
            for w in _both("wishes", before, after)
            if w["poster_id"] in self.people or w["claimer_id"] in self.people
        }
        self.deeds = {
            d["id"] for d in _both("deeds", before, after) if d["person_id"] in self.people
        }
        # What they have said against an award, the award meant, and their orders.
        said = [d for d in _both("award_disputes", before, after) if d["person_id"] in self.people]
        self.disputes = {d["id"] for d in said}
        self.doubted = {d["award_id"] for d in said}
        self.orders = {
            o["id"] for o in _both("orders", before, after) if o["person_id"] in self.people
        }
        mine = [*before["orders"].values(), *after["orders"].values()]
        self.goods = {o["good_id"] for o in mine if o["id"] in self.orders}
        self.calls = {
            c["id"] for c in _both("calls", before, after) if c["person_id"] in self.people
        }
        self.needs = {
            n["id"] for n in _both("list_needs", before, after) if n["person_id"] in self.people
        }
        helped = [o for o in _both("bookings", before, after) if o["person_id"] in self.people]
        self.bookings = {o["id"] for o in helped} | {
            o["id"] for o in _both("bookings", before, after) if o["need_id"] in self.needs
        }
        self.helped = {o["need_id"] for o in helped}
        self.projects = {
            row["project_id"]
            for table in ("pledges", "project_words")
            for row in _both(table, before, after)
            if row["person_id"] in self.people
        }

    def others(self, found: list[Change]) -> list[Change]:
        """The changes that are not this person's to make."""
        return [change for change in found if not self._may(change)]

    def _may(self, change: Change) -> bool:
        rule = _RULES.get(change.table)
        if rule is None:
            return False
        # What was somebody else's before is not taken over by writing one's own name on it.
        rows = [row for row in (change.before, change.after) if row is not None]
        return all(rule(self, row, change) for row in rows)


Rule: TypeAlias = Callable[[Owner, Row, Change], bool]


def _mine(column: str = "person_id") -> Rule:
    return lambda me, row, _change: row[column] in me.people


def _new(_me: Owner, _row: Row, change: Change) -> bool:
    return change.before is None


def _sent_to_me(me: Owner, row: Row, change: Change) -> bool:
    """Others may be written to; what was sent to them before stays."""
    return change.before is None or row["lane"] in me.lanes


def _self(me: Owner, row: Row, change: Change) -> bool:
    """Name, telephone and home are one's own; what the roster says is not."""
    roster = {"code", "unit_id", "skills"}
    if change.before is not None and (change.columns & roster or not _a_volunteer(change)):
        return False
    return row["id"] in me.people


def _a_volunteer(change: Change) -> bool:
    """Whoever registers becomes a volunteer, and nothing else of the roster's."""
    before, after = change.before or {}, change.after or {}
    return "member" not in change.columns or (
        before.get("member") is None and after.get("member") == "volunteer"
    )


def _shift(me: Owner, row: Row, change: Change) -> bool:
    """Counted are the slots of a shift; who has them stands in the claims."""
    return change.before is not None and change.columns <= {
        *("taken", "waiting", "last", "offered", "version"),
    }


def _claim(me: Owner, row: Row, change: Change) -> bool:
    """One's own; whoever waits longest has a slot that was given back, or one handed it over."""
    if row["person_id"] in me.people:
        return row["settled_by"] is None or row["settled_by"] not in me.people
    before, after = change.before or {}, change.after or {}
    if change.columns in ({"seats"}, {"leader_id"}):
        return True  # a place in a team, whose leader has another claim on the shift
    moved = {("waitlisted", "claimed"), ("claimed", "released")}
    states = (before.get("state"), after.get("state"))
    if row["leader_id"] in me.people:
        return states[0] in {None, "released"}  # put down by the leader, until they say otherwise
    handed = states != ("claimed", "released") or before.get("offered_at") is not None
    return states in moved and handed and change.columns <= {"state", "offered_at"}


def _of_my_account(me: Owner, row: Row, _change: Change) -> bool:
    return row["account_id"] in me.accounts


def _my_case(me: Owner, row: Row, _change: Change) -> bool:
    return row["id"] in me.cases


def _in_my_case(me: Owner, row: Row, _change: Change) -> bool:
    return row["case_id"] in me.cases


def _wished_or_claimed(me: Owner, row: Row, change: Change) -> bool:
    """My own wish, one that is mine to bring, or one that was free when I claimed it."""
    if change.before is None:
        return row["poster_id"] in me.people
    mine = {change.before["poster_id"], change.before["claimer_id"]} & me.people
    free = change.before["state"] == "published" and change.before["claimer_id"] is None
    return bool(mine) or (free and change.after is not None and _claimed(me, change.after))


def _claimed(me: Owner, after: Row) -> bool:
    return after["claimer_id"] in me.people and after["state"] == "claimed"


def _my_need(me: Owner, row: Row, change: Change) -> bool:
    """One's own; of one that somebody helps with, only that they have taken it or let it go."""
    if row["id"] in me.needs:
        return True
    taken = {"state", "step", "next_at", "version"}
    return row["id"] in me.helped and change.before is not None and change.columns <= taken


def _my_booking(me: Owner, row: Row, _change: Change) -> bool:
    return row["id"] in me.bookings


def _shows_my_affair(me: Owner, row: Row, _change: Change) -> bool:
    """A live card on somebody's phone shows my case, my call, or what I wish, do, ask or give."""
    if row["view"] in {"tasks.card", "tasks.desk", "tasks.mine"}:
        return True  # they count together; what stands on them is in the claims
    if row["view"] == "cases.work" and row["subject"] in me.public:
        return True  # it counts who waits for a matter of public space
    affairs = {
        "wishes": me.wishes,
        "deeds": me.deeds,
        "cases": me.cases,
        "humans": me.calls,
        "points.dispute": me.disputes,
        "points.award": me.doubted,
        "goods.order": me.orders,
        "goods.good": me.goods,
        "lists.need": me.needs | me.helped,
        "lists.booking": me.bookings,
        "pledges.project": me.projects,
    }
    room, view = row["view"].partition(".")[0], row["view"]
    about = affairs.get(view) or affairs.get(room, set())
    return row["person_id"] in me.people or row["subject"] in about


def _looked_at_soon(_me: Owner, _row: Row, change: Change) -> bool:
    """Whoever acknowledges an emergency makes its card show that soon; nothing else of it changes."""
    return change.before is not None and change.columns <= {"next_at"}


def _acknowledged(me: Owner, row: Row, change: Change) -> bool:
    """For oneself; that somebody was told is for whoever answers for them to note."""
    return change.before is None and row["person_id"] in me.people and row["told_by"] is None


def _heard_in(_me: Owner, row: Row, change: Change) -> bool:
    """A group is noticed when somebody speaks in it, and stays whose it is."""
    if change.before is None:
        return row["kind"] is None
    return change.after is not None and change.columns <= {"title", "hinted_at"}


def _refused(me: Owner, row: Row, _change: Change) -> bool:
    return row["viewer_id"] in me.people and (
        row["what"] == "refused" or row["about_id"] in me.people
    )


def _for_myself(me: Owner, row: Row, _change: Change) -> bool:
    return row["maker_id"] in me.people and row["purpose"] in {"account", "family"}


def _never(_me: Owner, _row: Row, _change: Change) -> bool:
    """Nobody without a post has anything to do here."""
    return False


def _my_lane(me: Owner, row: Row, change: Change) -> bool:
    return row[KEYS[change.table][0]] in me.lanes


def _doubted(me: Owner, row: Row, change: Change) -> bool:
    """An award on public notice waits because of one's own objection; whoever reported something
    ends their case, and everybody who reported it has points, or loses them."""
    if row["about"] == "case" and row["subject_id"] in me.cases:
        return True
    if change.before is None or change.after is None or row["id"] not in me.doubted:
        return False
    states = (change.before["state"], change.after["state"])
    return change.columns == {"state", "version"} and states == ("notice", "objected")


def _set_aside(_me: Owner, _row: Row, change: Change) -> bool:
    """Ordering and cancelling move pieces; nothing else of the goods changes."""
    return change.before is not None and change.columns <= {"stock", "version"}


def _my_account(me: Owner, row: Row, change: Change) -> bool:
    """One's own points, or what is held in an area, which has no owner."""
    return row["person_id"] in me.people or (row["person_id"] is None and change.before is None)


def _my_certificate(me: Owner, row: Row, change: Change) -> bool:
    """Everybody may have one drawn; workbooks are for those who keep what is in them."""
    return change.before is None and _mine()(me, row, change) and row["kind"] == "certificate"


def _my_posting(me: Owner, row: Row, change: Change) -> bool:
    return change.before is None and row["about"] == "order" and row["subject_id"] in me.orders


_RULES: dict[str, Rule] = {
    "people": _self,
    "accounts": _mine(),
    "dialogs": _of_my_account,
    "guesses": _of_my_account,
    "lanes": _my_lane,
    "numbers": _my_lane,
    "withheld": _my_lane,
    "family": lambda me, row, _change: {row["person_id"], row["helper_id"]} & me.people != set(),
    "inbox": _new,
    "outbox": _sent_to_me,
    "digests": _new,
    "case_numbers": lambda *_: True,
    "cases": _my_case,
    "case_events": _in_my_case,
    "case_lives": _in_my_case,
    "case_units": _in_my_case,
    "mediations": _in_my_case,
    "case_followers": _mine(),
    "cards": _shows_my_affair,
    "calls": _mine(),
    "contacts": _mine("resident_id"),
    "contact_words": _mine(),
    "media": _mine(),
    "group_words": _mine(),
    "groups": _heard_in,
    "tokens": _for_myself,
    "wishes": _wished_or_claimed,
    "wish_events": lambda me, row, _change: row["wish_id"] in me.wishes,
    "promises": _mine(),
    "deeds": _mine(),
    "consents": _mine(),
    "audits": _refused,
    "whistles": _never,
    "unit_calls": _never,
    "unit_people": _never,
    "whistle_events": _never,
    "plans": _never,
    "plan_tasks": _never,
    "claims": _claim,
    "shifts": _shift,
    "task_quiet": _mine(),
    "awards": _doubted,
    "award_disputes": _mine(),
    "goods": _set_aside,
    "orders": _mine(),
    "papers": _my_certificate,
    "point_accounts": _my_account,
    "postings": _my_posting,
    "point_entries": _new,
    "list_needs": _my_need,
    "bookings": _my_booking,
    "services": _mine(),
    "pledges": _mine(),
    "project_words": _mine(),
    "list_digests": _new,
    "guide_entries": lambda me, row, _change: row["owner_id"] in me.people,
    "guide_questions": _mine(),
    "guide_stamps": _never,
    "group_members": _mine(),
    "bulletins": _looked_at_soon,
    "bulletin_people": _never,
    "bulletin_copies": _never,
    "bulletin_acks": _acknowledged,
}
