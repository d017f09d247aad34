"""docs/kinds.md shows every kind of problem with its code and hours, as they ship.

After a change of bot/data/categories.json: SHAODAO_TEST_REFRESH=1 pytest
tests/test_kinds_document.py writes the document anew.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from bot import decisions
from bot.settings import Settings
from governance.policy import Category

DOCUMENT = Path(__file__).parents[1] / "docs" / "kinds.md"
REFRESH = "SHAODAO_TEST_REFRESH"
HEAD = """# Kinds of problem

What people may report, each with its code, the working hours until somebody has contacted them, and the hours until it is done. A district promises something else for a kind under `[limits] kinds` in its configuration. Of the hours for the contact, `first_contact_hours` is the most that counts.

Hours until it is done are calendar hours and run on to the end of a working day, unless a district says `working = true` for a kind. 公开: neighbours may join it and see how it stands. 保密: one named person handles it, and nobody else sees it. 照片: the result is shown with a photo.
"""


def document() -> str:
    kinds = decisions.policy(Settings(), decisions.categories()).categories
    return "\n".join([HEAD, *rows(kinds.values())]) + "\n"


def rows(kinds: Collection[Category]) -> Iterator[str]:
    for kind in kinds:
        if not kind.parent:
            yield f"## {kind.name_zh} {kind.name_en}\n"
            yield "| code | kind | contact | done | |"
            yield "|---|---|---|---|---|"
            yield from (row(k) for k in kinds if k.parent == kind.code)
            yield ""


def row(kind: Category) -> str:
    marks = {"公开": kind.public, "保密": kind.private, "照片": kind.photo}
    name = f"{kind.name_zh} {kind.name_en}"
    done = f"{kind.resolve_hours:g}" + (" working" if kind.working else "")
    marked = " ".join(mark for mark, is_so in marks.items() if is_so)
    return f"| {kind.code} | {name} | {kind.respond_hours:g} | {done} | {marked} |"


def test_the_document_shows_the_kinds_as_they_are() -> None:
    if REFRESH in os.environ:
        DOCUMENT.write_text(document(), "utf-8")
    assert DOCUMENT.read_text("utf-8") == document()
