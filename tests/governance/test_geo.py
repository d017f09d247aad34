"""Points in two datums: published pairs, the way there and back, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.geo import to_gcj02, to_wgs84
from governance.org import metres

# The test vectors of the reference implementation: WGS-84 and the same point in GCJ-02.
PUBLISHED = {
    "Shanghai": ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    "Shenzhen": ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    "Beijing": ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
}

latitudes = st.floats(3.5, 53.6)
longitudes = st.floats(73.5, 135.1)


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_points_agree_in_both_directions(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert metres(to_gcj02(*wgs84), gcj02) < 0.2
    assert metres(to_wgs84(*gcj02), wgs84) < 0.2
    assert metres(wgs84, gcj02) > 300


@given(latitude=latitudes, longitude=longitudes)
def test_every_point_of_china_comes_back_from_a_round_trip(
    latitude: float, longitude: float
) -> None:
    there = to_gcj02(latitude, longitude)
    assert 10 < metres((latitude, longitude), there) < 1500
    assert metres(to_wgs84(*there), (latitude, longitude)) < 0.01


@pytest.mark.parametrize(
    "point", [(51.5007, -0.1246), (-33.8568, 151.2153), (60.0, 100.0), (0.0, 0.0), (90.0, 180.0)]
)
def test_a_point_outside_china_stays_where_it_is(point: tuple[float, float]) -> None:
    assert to_wgs84(*point) == point
    assert to_gcj02(*point) == point
