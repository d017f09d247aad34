"""Two datums: satellites and Telegram speak WGS-84, maps and messengers in China GCJ-02.

GCJ-02 shifts a point inside China by 100 to 700 m, by a formula that is publicly known only
in one direction (the "eviltransform" reconstruction on the Krasovsky 1940 ellipsoid). The way
back is found by iteration.
"""

from __future__ import annotations

import math

_AXIS = 6_378_245.0  # metres, Krasovsky 1940
_ECCENTRICITY = 0.00669342162296594323  # squared
_CLOSE = 1e-9  # degrees, a tenth of a millimetre
_MOST_STEPS = 20  # three are enough within China


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """A point given in GCJ-02, in WGS-84; better than 1 m. Unchanged outside China."""
    if not _in_china(latitude, longitude):
        return latitude, longitude
    north, east = latitude, longitude
    for _ in range(_MOST_STEPS):
        north_shift, east_shift = _shift(north, east)
        north_off = latitude - (north + north_shift)
        east_off = longitude - (east + east_shift)
        north, east = north + north_off, east + east_off
        if abs(north_off) < _CLOSE and abs(east_off) < _CLOSE:
            break
    return north, east


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """A point given in WGS-84, in GCJ-02. Unchanged outside China."""
    if not _in_china(latitude, longitude):
        return latitude, longitude
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def _in_china(latitude: float, longitude: float) -> bool:
    """The rectangle inside which points are shifted; it has no finer border."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """How far GCJ-02 moves a point of WGS-84, in degrees north and east."""
    y, x = latitude - 35.0, longitude - 105.0
    root = math.sqrt(abs(x))
    both = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (both + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (both + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30)))
    flat = math.radians(latitude)
    bent = 1 - _ECCENTRICITY * math.sin(flat) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / bent**1.5
    parallel = _AXIS / math.sqrt(bent) * math.cos(flat)
    return math.degrees(north / meridian), math.degrees(east / parallel)


def _waves(at: float, *waves: tuple[float, float]) -> float:
    return sum(height * math.sin(math.pi * at / length) for height, length in waves)
