"""The roster leaves through the console only with a line for everybody who is in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.commands import sheets as sheet_commands
from bot.settings import DatabaseSettings, Settings
from governance.people import Person
from governance.privacy import What
from storage import privacy
from storage.database import connect
from storage.people import people


def test_everybody_in_the_roster_reads_that_it_was_taken_out(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = connect(sqlite_url)
    with Session(engine) as db, db.begin():
        db.add_all([Person("李明", code="R-2"), Person("周兰")])
    chosen = Settings(database=DatabaseSettings(url=sqlite_url))
    sheet_commands.take_out(chosen, tmp_path / "roster.xlsx", "zh_CN")
    assert (tmp_path / "roster.xlsx").exists()
    with Session(engine) as db:
        worker, resident = db.scalars(select(people.c.id).order_by(people.c.id)).all()
        [(look, _name)] = privacy.views_of(db, worker)
        assert (look.what, look.viewer_id, look.context) == (What.ROSTER, None, "console")
        assert privacy.views_of(db, resident) == []
    engine.dispose()
