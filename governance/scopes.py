"""How far a post reaches, wherever it has a power (governance/authority.py).

A kind of area names the area of that kind in which the post lies: a grid worker whose scope is
COMMUNITY may act in the whole community of their grid; where a district leaves that level out,
it is the post's own area. OWN is the area of the post, wherever it sits, and all that lies in
it. UNIT is the unit of the post.
"""

from __future__ import annotations

from enum import StrEnum

from governance.org import AreaKind


class Scope(StrEnum):
    """How far a post reaches."""

    GRID = AreaKind.GRID  # 本网格
    COMMUNITY = AreaKind.COMMUNITY  # 本社区
    STREET = AreaKind.STREET  # 本街道
    DISTRICT = AreaKind.DISTRICT  # 全区
    OWN = "own"  # 岗位所在的区域
    UNIT = "unit"  # 本单位
