"""What a district lacks is found in its roster, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from bot import decisions, sample
from bot import settings as configuration
from bot.commands.gaps import MOST, lacking, unanswered
from bot.workbooks.roster_leaves import pen_for
from governance.org import AreaKind, PostKind
from storage import gaps
from storage.lanes import lanes
from storage.org import areas, posts, responsibilities, units
from storage.people import accounts, people

TODAY = date(2026, 11, 23)
POLICY = decisions.policy(configuration.Settings(), decisions.categories())
P = PostKind


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """The small sample district, in which everybody of the story has an account."""
    with engine.connect() as connection, connection.begin():
        ids = sample.load(connection, POLICY, TODAY)
        sample.bind(connection, ids, "local", "demo", "zh_CN")
        yield connection


def change(conn: Connection, person: str, **values: Any) -> None:
    """The post of this person of the roster now reads so."""
    whose = select(people.c.id).where(people.c.code == person).scalar_subquery()
    conn.execute(update(posts).where(posts.c.person_id == whose).values(**values))


def told(conn: Connection, language: str) -> list[str]:
    pen = pen_for(language)
    return [pen(text) for text in lacking(conn, POLICY, TODAY)]


def test_each_gap_is_found_where_it_is_and_nowhere_else(conn: Connection) -> None:
    worker, chief, community, street, duty = "P0002", "P0004", "P0006", "P0007", "P0012"

    def without(area: AreaKind, post: PostKind) -> list[str]:
        return [place.code for place in gaps.areas_without(conn, area, post, TODAY)]

    # Nobody works in 春晓, and where two stand in for each other nobody lacks a partner.
    assert without(AreaKind.GRID, P.GRID_WORKER) == ["QH-LL-CX-1"]
    assert without(AreaKind.COMMUNITY, P.COMMUNITY_DUTY) == ["QH-LL-CX"]
    assert without(AreaKind.STREET, P.STREET_DUTY) == []
    assert gaps.posts_without_account(conn, TODAY) == []
    assert [held.person for held in gaps.posts_without_partner(conn, TODAY)] == [street, community]
    assert gaps.posts_ending(conn, TODAY) == []

    # A term that is over, or has not begun, leaves the place empty.
    change(conn, worker, until=TODAY - timedelta(days=1))
    change(conn, community, since=TODAY + timedelta(days=1))
    assert without(AreaKind.GRID, P.GRID_WORKER) == ["QH-LL-CH-1", "QH-LL-CX-1"]
    assert without(AreaKind.COMMUNITY, P.COMMUNITY_DUTY) == ["QH-LL-CH", "QH-LL-CX"]
    assert [held.person for held in gaps.posts_without_partner(conn, TODAY)] == [street]
    change(conn, worker, until=TODAY, partner_id=None)
    change(conn, community, since=TODAY, until=TODAY + gaps.ENDING)
    change(conn, street, until=TODAY + gaps.ENDING + timedelta(days=1))
    assert without(AreaKind.GRID, P.GRID_WORKER) == ["QH-LL-CX-1"]
    assert [(held.person, held.kind) for held in gaps.posts_ending(conn, TODAY)] == [
        (worker, P.GRID_WORKER),
        (community, P.COMMUNITY_DUTY),
    ]
    assert worker in [held.person for held in gaps.posts_without_partner(conn, TODAY)]

    # A colleague beside stands in as a partner does.
    grid = select(areas.c.id).where(areas.c.code == "QH-LL-CH-1").scalar_subquery()
    change(conn, "P0003", area_id=grid)
    assert worker not in [held.person for held in gaps.posts_without_partner(conn, TODAY)]

    # Units that are called, and only those; sent-down units need nobody.
    before = [place.code for place in gaps.units_without_duty(conn, TODAY)]
    assert sample.LAMPS not in before
    assert "U-X08" not in before
    change(conn, duty, until=TODAY - timedelta(days=1))
    assert sample.LAMPS in [place.code for place in gaps.units_without_duty(conn, TODAY)]

    # Whoever blocked the bot on their only account, or had everything forgotten, is not reached.
    chief_id, he = (
        conn.scalars(select(people.c.id).where(people.c.code == code)).one()
        for code in (chief, "P0008")
    )
    lane = select(accounts.c.lane).where(accounts.c.person_id == chief_id).scalar_subquery()
    conn.execute(update(lanes).where(lanes.c.key == lane).values(disabled="left"))
    conn.execute(update(accounts).where(accounts.c.person_id == he).values(external="forgotten-1"))
    unreached = [(held.place, held.person) for held in gaps.posts_without_account(conn, TODAY)]
    assert unreached == [("QH", "P0008"), ("QH-LL-CH-1", chief)]


def test_who_answers_for_a_family_answers_for_all_its_kinds(conn: Connection) -> None:
    conn.execute(delete(responsibilities))
    families = [c.code for c in POLICY.categories.values() if not c.parent]
    leaves = [c.code for c in POLICY.categories.values() if c.parent == families[1]]
    assert [c.code for c in unanswered(POLICY, gaps.answered_categories(conn))] == families
    unit = conn.scalars(select(units.c.id).order_by(units.c.id)).first()
    for code in (families[0], leaves[0]):
        conn.execute(responsibilities.insert().values(unit_id=unit, category=code))
    found = [c.code for c in unanswered(POLICY, gaps.answered_categories(conn))]
    assert found == sorted([*leaves[1:], *families[2:]])


def test_the_gaps_are_told_in_both_languages_with_a_cap(conn: Connection) -> None:
    conn.execute(delete(responsibilities))
    chinese, english = told(conn, "zh_CN"), told(conn, "en")
    assert "1个网格没有网格员：春晓社区第一网格（QH-LL-CX-1）" in chinese
    assert "1 grid has no grid worker: 春晓社区第一网格 (QH-LL-CX-1)" in english
    [kinds] = [line for line in chinese if "类问题没有责任单位" in line]
    assert kinds.startswith("12类问题没有责任单位：市容环卫（01）、")
    assert kinds.endswith(f"，还有{12 - MOST}个")
    assert len(chinese) == len(english)
    # The console's output may be kept anywhere, so it names nobody.
    assert not any(someone.name in line for someone in sample.EVERYBODY for line in chinese)
