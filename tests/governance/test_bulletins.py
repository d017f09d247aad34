"""A bulletin's own rules: how soon the next page, what a moment is, what can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.bulletins import PAGE, Bulletin, Level, State, Whom, pause
from governance.refused import Refused
from governance.shift_times import parse_moment

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
HERE = NOW.astimezone(ZoneInfo("Asia/Shanghai"))


def bulletin(level: Level = Level.EMERGENCY) -> Bulletin:
    return Bulletin(
        1, None, "翠湖社区", "0421-0000101", level, Whom.AREA, "暴雨", NOW, NOW, area_id=1
    )


@pytest.mark.parametrize("pace", [0.04, 0.025, 1.0])
def test_the_sender_never_runs_dry_and_never_looks_through_more_than_two_pages(pace: float) -> None:
    left, waiting = 20 * PAGE, 0.0
    for _look in range(10_000):
        if waiting <= PAGE and left:
            left, waiting = left - PAGE, waiting + PAGE
        assert waiting <= 2 * PAGE
        assert waiting > 0 or not left
        if not left:
            return
        waiting -= pause(int(waiting), pace).total_seconds() / pace
    raise AssertionError("it never ends")


def test_what_has_not_begun_is_withdrawn_at_once_and_nothing_is_taken_back_twice() -> None:
    one, begun = bulletin(), bulletin()
    one.recall(NOW)
    assert (one.state, one.next_at) == (State.RECALLED, None)
    begun.begin(NOW, {"telegram/1": 3}, {})
    begun.recall(NOW)
    assert (begun.state, begun.next_at) == (State.RECALLING, NOW)
    with pytest.raises(Refused, match="bulletin_recalled"):
        begun.recall(NOW)


def test_only_an_emergency_asks_and_only_until_it_is_over() -> None:
    for level, asks in ((Level.EMERGENCY, True), (Level.ORDINARY, False)):
        one = bulletin(level)
        one.begin(NOW, {}, {})
        one.ended(NOW, timedelta(minutes=30), timedelta(hours=24))
        assert one.asks(NOW) is asks
        assert (one.list_at is not None) is asks
        assert not one.asks(NOW + timedelta(hours=24))
        assert one.next_look(NOW + timedelta(hours=24), late=3) is None


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("今晚9点半", "2026-11-23 21:30"),
        ("明早7点", "2026-11-24 07:00"),
        ("周五下午3点", "2026-11-27 15:00"),
        ("8:00", "2026-11-24 08:00"),
        ("下午5点", "2026-11-23 17:00"),
        ("12月1日 10:30", "2026-12-01 10:30"),
        ("tomorrow 9:00", "2026-11-24 09:00"),
        ("今天8点", ""),
        ("每天9点", ""),
        ("明天", ""),
        ("25点", ""),
    ],
)
def test_a_moment_is_the_next_one_that_the_words_can_mean(said: str, moment: str) -> None:
    found = parse_moment(said, HERE)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else "") == moment
