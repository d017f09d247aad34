"""What the sample district's shop has, and the points its volunteer brings from before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from governance.goods import Good, GoodAct, Shop
from governance.points import AccountKind, Posting, PostingKind, move
from governance.policy import Policy
from storage import goods, org, points

PLACE, HOURS = "翠湖社区一楼大厅", "周一到周五 9:00-17:00"
GOODS = (("毛巾", 10, 20), ("垃圾袋一卷", 6, 40), ("洗衣液", 30, 5), ("雨伞", 25, 1))
"""Name, price, pieces; of the last one there is only one."""
OPENING = {"chen": 38}
REASON = "登记簿转来"


def fill(conn: Connection, ids: Mapping[str, int], policy: Policy, today: date) -> None:
    """翠湖社区 has a shop, and those who had points before have them here."""
    at = datetime.combine(today, time(0), policy.zone).astimezone(UTC)
    with Session(conn, join_transaction_mode="rollback_only", autoflush=False) as db:
        area = org.by_code(db, "QH-LL-CH")
        db.add(Shop(area.id, HOURS, PLACE))
        for name, price, stock in GOODS:
            one = Good(area.id, name, price, stock)
            db.add(one)
            goods.changed(db, one, GoodAct.ADDED, stock, ids["guo"], at)
        pool = points.account_at(db, AccountKind.POOL, area.id)
        for key, brought in OPENING.items():
            entries = move(brought, out_of=pool, into=points.account_of(db, ids[key]))
            opening = Posting(PostingKind.OPENING, entries, "area", area.id, REASON, ids["guo"])
            points.post(db, opening, at)
        db.flush()
