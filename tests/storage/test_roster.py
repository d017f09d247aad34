"""The roster goes into the database and comes out of it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from string import ascii_uppercase, digits

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, func, insert, select, text, update

from bot import decisions, sample
from bot import settings as configuration
from bot.workbooks import roster
from governance.org import SEATS, AreaKind, PostKind, UnitKind
from governance.people import Member
from governance.policy import Policy
from governance.roster import Known, Outcome, Roster, Sheet
from governance.sheets import Change
from storage import roster as stored
from storage.cases import cases
from storage.database import connect
from storage.org import areas, posts
from storage.people import bind_account, new_person, people
from storage.secrets import fingerprint

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
Rows = dict[Sheet, list[dict[str, str]]]


def policy() -> Policy:
    return decisions.policy(configuration.Settings(), decisions.categories())


def sheets() -> Rows:
    """The small sample district."""
    return dict(zip(Sheet, sample.sheets("small"), strict=True))


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin():
        yield connection


def bring_in(conn: Connection, rows: Rows | Roster, *, skip_refused: bool = False) -> Outcome:
    found = rows if isinstance(rows, Roster) else roster.from_rows(rows)
    return roster.apply(conn, found, policy(), TODAY, skip_refused=skip_refused)


def only(sheet: Sheet, *rows: dict[str, str]) -> Rows:
    return {sheet: list(rows)}


def test_the_sample_goes_in_and_a_second_time_changes_nothing(conn: Connection) -> None:
    assert bring_in(conn, sheets()).count(Change.ADDED) == sum(map(len, sheets().values()))
    statements: list[str] = []
    event.listen(conn, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    again = bring_in(conn, sheets())
    assert again.count(Change.UNCHANGED) == sum(map(len, sheets().values()))
    assert {statement.split()[0] for statement in statements} == {"SELECT"}


def test_every_path_leads_down_from_the_district(conn: Connection) -> None:
    bring_in(conn, {**sheets(), Sheet.AREAS: sheets()[Sheet.AREAS][::-1]})
    rows = {row.id: row for row in conn.execute(select(areas))}
    for row in rows.values():
        above = rows[row.parent_id].path if row.parent_id else "/"
        assert row.path == f"{above}{row.id}/"


def test_an_area_that_moves_takes_open_cases_along_and_leaves_closed_ones(
    conn: Connection,
) -> None:
    bring_in(conn, sheets())
    ids = {row.code: row for row in conn.execute(select(areas))}
    building = ids["QH-LL-CH-1-3"]
    somebody = new_person(conn, "周兰")
    for number, closed, until in (
        ("open", None, None),
        ("closed", NOW, NOW - timedelta(days=3)),
        ("may open again", NOW, NOW + timedelta(days=3)),
    ):
        conn.execute(insert(cases), case_of(building, somebody, number, closed, until))
    new = {"code": "QH-LL-X", "name": "新社区", "kind": "community", "parent": "QH-LL"}
    bring_in(conn, only(Sheet.AREAS, new, {"code": "QH-LL-CH-1", "parent": "QH-LL-X"}))
    path = conn.execute(select(areas.c.path).where(areas.c.id == building.id)).scalar_one()
    assert path != building.path
    assert str(conn.scalar(select(areas.c.id).where(areas.c.code == "QH-LL-X"))) in path.split("/")
    found = dict(conn.execute(select(cases.c.number, cases.c.path)).all())
    assert found == {"open": path, "closed": building.path, "may open again": path}


def case_of(
    area: object, person: int, number: str, closed: datetime | None, until: datetime | None
) -> dict[str, object]:
    empty = dict.fromkeys(
        ("place", "text", "danger", "outcome_note", "redo_words", "supervised"), ""
    )
    return {
        **empty,
        "number": number,
        "area_id": area.id,  # type: ignore[attr-defined]
        "path": area.path,  # type: ignore[attr-defined]
        "category": "0201",
        "family": "02",
        **dict.fromkeys(("emergency", "public", "private", "needs_call"), False),
        "reporter_id": person,
        **dict.fromkeys(("opened_at", "contact_due", "result_due"), NOW),
        "holder_id": person,
        "holder_name": "",
        "holder_phone": "",
        "holder_post": "grid_worker",
        "holder_area_id": area.id,  # type: ignore[attr-defined]
        "state": "closed" if closed else "assigned",
        "closed_at": closed,
        "reopen_until": until,
        **dict.fromkeys(("redone", "urged"), 0),
        "version": 1,
    }


def test_telephones_lie_encrypted_and_are_found_again(conn: Connection) -> None:
    bring_in(conn, sheets())
    row = {"code": "P-9999", "name": "高明", "phone": "139 0000 0001"}
    bring_in(conn, only(Sheet.PEOPLE, row))
    lying = conn.execute(text("select phone, phone_print from people where code = 'P-9999'")).one()
    assert "139" not in lying.phone
    assert lying.phone_print
    nameless = {"phone": "+86 139-0000-0001", "name": "高明", "skills": "电工"}
    again = bring_in(conn, only(Sheet.PEOPLE, nameless))
    assert again.count(Change.CHANGED) == 1
    assert conn.scalar(select(func.count()).where(people.c.name == "高明")) == 1
    bring_in(conn, only(Sheet.PEOPLE, {"code": "P-9999", "phone": "-"}))
    gone = conn.execute(select(people).where(people.c.code == "P-9999")).one()
    assert (gone.phone, gone.phone_print) == ("", "")


def test_a_chat_account_does_not_come_to_a_post_by_telling_its_number(conn: Connection) -> None:
    bring_in(conn, sheets())
    stranger = new_person(conn, "高明")
    bind_account(conn, ("telegram", "bot", "7"), stranger, "zh_CN", "telegram/bot/7")
    mark = {"phone": "13900000001", "phone_print": fingerprint("13900000001")}
    conn.execute(update(people).where(people.c.id == stranger).values(mark))
    row = {
        "name": "高明",
        "phone": "13900000001",
        "post": "administrator",
        "place": "QH",
    }
    assert bring_in(conn, only(Sheet.PEOPLE, row)).count(Change.ADDED) == 1
    holders = conn.scalars(select(posts.c.person_id).where(posts.c.kind == "administrator")).all()
    assert stranger not in holders


def test_whoever_moves_does_not_keep_the_old_door(conn: Connection) -> None:
    bring_in(conn, sheets())
    conn.execute(update(people).where(people.c.code == sample.MEMBER.code).values(address="602"))
    bring_in(conn, only(Sheet.PEOPLE, {"code": sample.MEMBER.code, "skills": "电工"}))
    here = select(people.c.address).where(people.c.code == sample.MEMBER.code)
    assert conn.scalar(here) == "602"
    bring_in(conn, only(Sheet.PEOPLE, {"code": sample.MEMBER.code, "home": "QH-LL-CH-2-6"}))
    assert conn.scalar(here) == ""


def test_one_refused_row_keeps_all_out_unless_told_to_skip_it(conn: Connection) -> None:
    rows = sheets()
    rows[Sheet.PEOPLE] = [*rows[Sheet.PEOPLE], {"code": "X", "name": "高明", "home": "nowhere"}]
    outcome = bring_in(conn, rows)
    assert (outcome.ok, outcome.written) == (False, False)
    assert conn.scalar(select(func.count()).select_from(areas)) == 0
    skipped = bring_in(conn, rows, skip_refused=True)
    assert (skipped.ok, skipped.written) == (False, True)
    names = conn.scalars(select(people.c.name)).all()
    assert sample.WORKER.name in names
    assert "高明" not in names


def test_what_was_checked_is_judged_anew_when_the_roster_has_changed_since(
    conn: Connection,
) -> None:
    bring_in(conn, sheets())
    worker = {"code": sample.WORKER.code, "name": "李明明"}
    rows = roster.from_rows(only(Sheet.PEOPLE, worker))
    checked = roster.check(conn, rows, policy(), TODAY)
    assert checked.count(Change.CHANGED) == 1
    bring_in(conn, rows)
    late = roster.apply(conn, rows, policy(), TODAY, checked=checked)
    assert late.count(Change.UNCHANGED) == 1


def test_progress_ends_with_everything_done(conn: Connection) -> None:
    seen: list[tuple[int, int]] = []
    outcome = roster.apply(
        *(conn, roster.from_rows(sheets()), policy(), TODAY),
        lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (len(outcome.plan), len(outcome.plan))
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)


def test_checking_tells_on_the_way_how_far_it_is() -> None:
    rows = {Sheet.PEOPLE: [{"code": f"P{n}", "name": "张三"} for n in range(1_200)]}
    seen: list[int] = []
    roster.plan(
        roster.from_rows(rows), Known(), policy(), TODAY, lambda done, _total: seen.append(done)
    )
    assert seen == [0, 500, 1_000, 1_200]


# ── round trip ───────────────────────────────────────────────────────────────

NAMES = st.text("清河柳林翠湖春晓网格楼 (=+abc'", min_size=1, max_size=8).filter(
    lambda name: name.strip() not in ("", "-")
)
PHONES = st.integers(10_000_000, 99_999_999).map(lambda n: f"139{n}")
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@st.composite
def rosters(draw: st.DrawFn) -> Rows:
    """Any district that may be: a tree, units, and people who serve in it."""
    rows: Rows = {sheet: [] for sheet in Sheet}
    kinds = list(AreaKind)
    for n in range(draw(st.integers(1, 9))):
        above = draw(st.sampled_from(rows[Sheet.AREAS])) if n else None
        kind = kinds[0]
        if above:
            level = kinds.index(AreaKind(above["kind"]))
            if level == len(kinds) - 1:
                continue
            kind = draw(st.sampled_from(kinds[level + 1 :]))
        row = {"code": code("A", n), "name": draw(NAMES), "kind": str(kind)}
        row["parent"] = above["code"] if above else ""
        if draw(st.booleans()):
            row |= {
                "latitude": str(draw(st.floats(-90, 90))),
                "longitude": str(draw(st.floats(-180, 180))),
            }
        rows[Sheet.AREAS].append(row | {"households": str(draw(st.integers(0, 5000)))})
    for n in range(draw(st.integers(0, 3))):
        rows[Sheet.UNITS].append(
            {
                "code": code("U", n),
                "name": draw(NAMES),
                "kind": draw(st.sampled_from(list(UnitKind))),
                "area": draw(st.sampled_from(rows[Sheet.AREAS]))["code"],
                "phone": draw(st.sampled_from(["", "0421-0000100", "12345"])),
                "hours": draw(st.sampled_from(["", "8:30-18:00"])),
                "categories": draw(st.sampled_from(["", "0201", "0201、0405"])),
            }
        )
    phones = draw(st.lists(PHONES, min_size=4, max_size=4, unique=True))
    for n in range(draw(st.integers(0, 4))):
        rows[Sheet.PEOPLE] += person(draw, n, phones[n], rows)
    return rows


def code(start: str, n: int) -> str:
    return start + (digits + ascii_uppercase)[n]


def person(draw: st.DrawFn, n: int, phone: str, rows: Rows) -> list[dict[str, str]]:
    """Their rows: one for each post, which are of different places."""
    coded = draw(st.booleans())
    told = {
        "code": code("P", n) if coded else "",
        "name": draw(NAMES),
        "phone": phone if not coded or draw(st.booleans()) else "",
        "member": draw(st.sampled_from(["", *Member])),
        "home": draw(st.sampled_from(["", *(row["code"] for row in rows[Sheet.AREAS])])),
        "unit": draw(st.sampled_from(["", *(row["code"] for row in rows[Sheet.UNITS])])),
        "skills": draw(st.sampled_from(["", "电工", "电工、木工 水暖"])),
    }
    places = [(row["code"], AreaKind(row["kind"])) for row in rows[Sheet.AREAS]]
    seats = [(kind, at) for at, level in places for kind in PostKind if level in SEATS[kind]]
    seats += [(PostKind.UNIT_DUTY, row["code"]) for row in rows[Sheet.UNITS]]
    chosen = draw(st.lists(st.sampled_from(seats), max_size=3, unique=True)) if seats else []
    first, last = sorted([draw(DAYS), draw(DAYS)])
    coded_ones = [row["code"] for row in rows[Sheet.PEOPLE] if row["code"]]
    posts_of = [
        {
            "post": str(kind),
            "place": place,
            "duty_phone": draw(st.sampled_from(["", "0421-0000101"])),
            "partner": draw(st.sampled_from(["", *coded_ones])),
            "since": draw(st.sampled_from(["", str(first)])),
            "until": draw(st.sampled_from(["", str(last)])),
        }
        for kind, place in chosen
    ]
    return [told | post for post in posts_of] or [told]


def without_own_partners(rows: Rows) -> Rows:
    for row in rows[Sheet.PEOPLE]:
        if row.get("partner") and row["partner"] == row["code"]:
            row["partner"] = ""
    return rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rosters().map(without_own_partners), st.sampled_from(["zh_CN", "en"]))
def test_whatever_goes_in_comes_out_and_in_again_unchanged(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory, rows: Rows, language: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "roster.xlsx"
    engine = connect(sqlite_url)
    with engine.connect() as conn:
        begun = conn.begin()
        outcome = bring_in(conn, rows)
        assert [(line.row, line.reasons) for line in outcome.refused] == []
        assert outcome.count(Change.ADDED) == sum(map(len, rows.values()))
        before = stored.known(conn)
        roster.export(conn, path, language)
        again = bring_in(conn, roster.read(path))
        assert [(ln.row, ln.reasons) for j in again.tables for ln in j.lines if ln.reasons] == []
        assert len(again.plan) == 0
        assert stored.known(conn) == before
        begun.rollback()
    engine.dispose()
