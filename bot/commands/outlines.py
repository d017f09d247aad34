"""`shaodao outlines`: where grids and communities end, from a GeoJSON file.

The file is a FeatureCollection in WGS-84, as RFC 7946 has it: one Polygon or MultiPolygon for
an area, whose code in the roster is the property "code". Either all of it goes in, or nothing
does and every fault is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from bot.commands import beginning
from bot.settings import Settings
from governance.org import AreaKind, metres
from storage import outlines

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SHAPES = frozenset({"Polygon", "MultiPolygon"})
FARTHEST = 100_000  # metres from the middle of the roster's buildings
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many outlines went in; or, where any is wrong, each fault, and nothing went in."""

    count: int = 0
    faults: tuple[str, ...] = ()

    def told(self) -> list[str]:
        """One line for each fault, then what came of it."""
        if not self.faults:
            return [f"{self.count} outlines are in"]
        return [*self.faults, "nothing was changed; mend the file and run this again"]


class _Fault(Exception):
    """One outline cannot be used; the text says why."""


def run(chosen: Settings, file: Path) -> Outcome:
    """Brings the file into the configured database, which is migrated."""
    with beginning.opened(chosen) as engine, engine.begin() as conn:
        return bring_in(conn, file)


def bring_in(conn: Connection, file: Path) -> Outcome:
    """The outlines of the file are those of its areas; those of other areas stay."""
    try:
        features = _features(file)
    except _Fault as fault:
        return Outcome(faults=(f"{file.name}: {fault}",))
    district = _District(outlines.known_areas(conn), outlines.middle(conn))
    shapes: dict[int, str] = {}
    faults: list[str] = []
    for number, feature in enumerate(features, 1):
        try:
            area_id, shape = district.outline(feature)
            if area_id in shapes:
                raise _Fault("this code has an outline further up already")
        except _Fault as fault:
            faults.append(f"outline {number} ({_code(feature) or 'no code'}): {fault}")
        else:
            shapes[area_id] = shape
    if faults:
        return Outcome(faults=tuple(faults))
    outlines.replace(conn, shapes)
    return Outcome(len(shapes))


def _features(file: Path) -> list[Any]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _Fault(f"larger than {MOST_BYTES // 1_000_000} MB; simplify the outlines")
        content = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise _Fault(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _Fault("this is no JSON in UTF-8; export it as GeoJSON") from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise _Fault("this is no GeoJSON FeatureCollection")
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise _Fault("there is no outline in it")
    return features


def _code(feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    return str(code).strip() if isinstance(code, str | int) else ""


@dataclass(frozen=True, slots=True)
class _District:
    """What an outline must fit: the areas of the roster, and about where they are."""

    areas: Mapping[str, tuple[int, AreaKind]]
    middle: tuple[float, float] | None

    def outline(self, feature: Any) -> tuple[int, str]:
        """The area and its shape as it is stored. Raises `_Fault`."""
        code = _code(feature)
        if not code:
            raise _Fault('the property "code" is missing')
        if code not in self.areas:
            raise _Fault("the roster has no area with this code")
        area_id, kind = self.areas[code]
        if kind not in outlines.OUTLINED:
            raise _Fault(f"this is a {kind}; outlines are for grids and communities")
        shape = _shape(feature.get("geometry"))
        self._require_near(shape)
        return area_id, shape.wkb_hex

    def _require_near(self, shape: BaseGeometry) -> None:
        west, south, east, north = shape.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            raise _Fault("not in degrees, or latitude first; WGS-84 with longitude first is needed")
        if self.middle is None:
            return
        here = (shape.centroid.y, shape.centroid.x)
        if metres(self.middle, here) > FARTHEST:
            far = f"more than {FARTHEST // 1000} km from the district's buildings"
            raise _Fault(f"{far}; is longitude first?")


def _shape(geometry: object) -> BaseGeometry:
    import shapely
    from shapely.geometry import shape

    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in SHAPES:
        raise _Fault("a Polygon or MultiPolygon is needed")
    try:
        found = shape(geometry)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise _Fault("its coordinates cannot be read") from error
    except shapely.errors.ShapelyError as error:
        raise _Fault("its coordinates cannot be read") from error
    if not shapely.is_valid(found):
        raise _Fault(f"the outline is not valid: {shapely.is_valid_reason(found)}")
    if found.is_empty or found.area == 0:
        raise _Fault("the outline encloses nothing")
    return shapely.force_2d(found)
