"""Which building people mean when they say or send a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot import decisions, sample, settings
from bot.sample.areas import APART, CENTRE
from governance.org import Area, AreaKind
from governance.people import Speaker
from handlers import places
from handlers.places import Found
from handlers.turn import Post, Turn
from storage import org
from storage.database import connect

POLICY = decisions.policy(settings.Settings(), decisions.categories())
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
HOME = "QH-LL-CH-1-3"  # building 3 of the Cuihu community


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = connect(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def db(sqlite_engine: Engine) -> Iterator[Session]:
    """The sample district."""
    with sqlite_engine.begin() as conn:
        sample.load(conn, POLICY, NOW.date())
        with Session(conn) as session:
            yield session


def turn(db: Session, home: str = HOME) -> Turn:
    home_id = org.by_code(db, home).id if home else None
    speaker = Speaker(1, 1, "周兰", "zh_CN", "local/bot/zhou", home_id, noticed=True)
    return Turn(speaker, NOW, POLICY, lambda: db, Post())


def code_of(db: Session, found: Found | None) -> str | None:
    return db.get_one(Area, found.area_id).code if found else None


# ── in words ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3号楼路灯不亮", "翠湖社区3号楼"),
        ("三号楼路灯不亮", "翠湖社区3号楼"),
        ("3栋路灯不亮", "翠湖社区3号楼"),
        ("3#楼路灯不亮", "翠湖社区3号楼"),
        ("3 号楼路灯不亮", "翠湖社区3号楼"),
        ("路灯不亮,在3号楼", "翠湖社区3号楼"),
        ("The lamp at building 3 is out", "翠湖社区3号楼"),
        ("明月3号楼路灯", "翠湖社区3号楼"),
        ("3号楼东头路灯黑了", "翠湖社区3号楼东头"),
        ("3号楼2单元5楼水管漏了", "翠湖社区3号楼2单元5楼"),
        ("3号楼门口有垃圾", "翠湖社区3号楼门口"),
        ("3号楼北门坏了", "翠湖社区3号楼北门"),
        ("3号楼下水道堵了", "翠湖社区3号楼"),
        ("3号楼门禁坏了", "翠湖社区3号楼"),
        ("翠湖社区3号楼路灯", "翠湖社区3号楼"),
    ],
)
def test_a_building_is_found_with_the_words_that_say_where_at_it(
    db: Session, text: str, words: str
) -> None:
    found = places.in_text(turn(db), text)
    assert code_of(db, found) == HOME
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("春晓社区3号楼路灯不亮", "QH-LL-CX-1-3"),
        ("春晓3号楼路灯不亮", "QH-LL-CX-1-3"),
        ("春晓那边路灯不亮", "QH-LL-CX"),
        ("两号楼", "QH-LL-CH-1-2"),
        ("五号楼", "QH-LL-CH-2-5"),
    ],
)
def test_a_place_is_looked_for_where_the_words_say_else_around_home(
    db: Session, text: str, code: str
) -> None:
    assert code_of(db, places.in_text(turn(db), text)) == code


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮",
        "",
        "99号楼路灯不亮",  # there is none
        "来了二三十号人",
        "十二三号人在吵",
        "一百零三号",
        "我的电话是0421-0000103号",
        "10003号楼",
        "11月3号开始不亮",
        "三楼漏水",
        "2号线旁边",
        "3号门坏了",
    ],
)
def test_words_that_name_no_building_find_none(db: Session, text: str) -> None:
    assert places.in_text(turn(db), text) is None


@pytest.mark.parametrize(
    "text",
    [
        "11月23号晚上3号楼路灯黑了",
        "从5号起3号楼路灯就不亮",
        "2号线旁边99号楼对面的3号楼",
        "来了二三十号人，在3号楼下",
        "5楼漏水，3号楼的",
    ],
)
def test_another_number_before_it_hides_no_building(db: Session, text: str) -> None:
    assert code_of(db, places.in_text(turn(db), text)) == HOME


@pytest.mark.parametrize(
    ("said", "number"),
    [("3", 3), ("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("两", 2),
     ("〇三", 3), ("12", 12), ("零", 0), ("一二", 12), ("二三十", None), ("十十", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(said: str, number: int | None) -> None:
    assert places.number_in(f"{said}号楼") == number


def test_somebody_whose_home_nobody_knows_has_to_name_the_community(db: Session) -> None:
    assert places.in_text(turn(db, home=""), "3号楼路灯不亮") is None
    found = places.in_text(turn(db, home=""), "春晓社区3号楼路灯不亮")
    assert code_of(db, found) == "QH-LL-CX-1-3"


def test_of_two_names_the_longer_one_is_meant(db: Session) -> None:
    street = org.by_code(db, "QH-LL")
    path = f"{street.path}9000/"
    db.add(Area(street.id, AreaKind.COMMUNITY, "QH-LL-CD", "翠湖东社区", path))
    db.flush()
    assert code_of(db, places.in_text(turn(db), "翠湖东社区路灯不亮")) == "QH-LL-CD"
    assert code_of(db, places.in_text(turn(db), "翠湖社区路灯不亮")) == "QH-LL-CH"


said = st.text(
    st.sampled_from("0123456789零〇一二两三四五六七八九十百号楼栋#幢院月 东单元层翠湖春晓,")
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=said | st.text(max_size=80))
def test_no_words_at_all_are_too_strange(db: Session, text: str) -> None:
    found = places.in_text(turn(db), text)
    assert found is None or (found.words and len(found.words) <= 200)


# ── at home, at a point ──────────────────────────────────────────────────────


def test_home_is_the_building_with_its_community(db: Session) -> None:
    found = places.at_home(turn(db))
    assert code_of(db, found) == HOME
    assert found is not None
    assert found.words == "翠湖社区3号楼"
    assert places.at_home(turn(db, home="")) is None


@pytest.mark.parametrize(
    ("north", "code"),
    [(3.0, "QH-LL-CH-1-3"), (3.4, "QH-LL-CH-1-3"), (3.6, "QH-LL-CH-1-4"), (9.0, "QH-LL-CH-2-8")],
)
def test_a_location_is_about_the_nearest_building(db: Session, north: float, code: str) -> None:
    latitude, longitude = CENTRE[0] + north * APART, CENTRE[1]
    found = places.at_point(turn(db), latitude, longitude)
    assert code_of(db, found) == code
    assert found is not None
    assert (found.latitude, found.longitude) == (latitude, longitude)


def test_a_location_far_from_every_building_is_about_none(db: Session) -> None:
    assert places.at_point(turn(db), CENTRE[0] + 0.02, CENTRE[1]) is None
    assert places.at_point(turn(db), 0.0, 0.0) is None


def test_what_was_found_can_be_kept_by_a_conversation(db: Session) -> None:
    found = places.at_home(turn(db))
    assert found is not None
    assert Found(**found.as_json()) == found  # type: ignore[arg-type]
