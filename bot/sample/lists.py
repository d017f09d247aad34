"""What units of the sample offer, and what the member of the story does for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.lists import Service, Supply
from governance.org import Unit
from governance.policy import Policy
from governance.skills import skills_in
from storage import org
from storage.org import units

VALID = timedelta(days=180)
MENU = (
    ("U-LD", "QH", "电工义诊", "60岁以上和残疾人家庭", 2, "提前3天说", "luo"),
    ("U-LL-HWS", "QH-LL", "楼道大件搬运", "所有居民", 4, "堆到楼下，说清几件", "song"),
    ("U-X08", "QH", "课业辅导和借书上门", "小学生和行动不便的老人", 3, "", "song"),
)
"""Unit, where it is offered, what, for whom, how many a month, on which conditions, who wrote it."""
SERVICE = ("chen", ("appliance", "phone"), ("6a", "6p", "7a"), "QH-LL-CH")

_UNIT = select(Unit).where(units.c.code.in_([code for code, *_rest in MENU]))


def load(db: Session, ids: Mapping[str, int], policy: Policy, today: date) -> None:
    """Three units have a menu, and 陈静 stands on the service list."""
    now = datetime.combine(today, time(), policy.zone).astimezone(UTC)
    known = {unit.code: unit.id for unit in db.scalars(_UNIT)}
    for code, area, what, whom, monthly, terms, by in MENU:
        skills = list(skills_in(what, policy.skills))
        where = org.by_code(db, area).id
        db.add(
            Supply(
                *(known[code], where, ids[by], what, skills),
                *(whom, monthly, terms, today + VALID, now),
            )
        )
    who, can, free, area = SERVICE
    db.add(Service(ids[who], list(can), list(free), org.by_code(db, area).id, now))
    db.flush()
