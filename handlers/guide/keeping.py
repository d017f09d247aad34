"""指南台账: what whoever keeps the guide sees of it: how it stands, what ends, what was asked in
vain; and the workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from governance.authority import Power
from governance.guide import Question
from governance.org import Area
from governance.papers import PaperKind
from governance.refused import Refused
from handlers import authority, papers
from handlers.guide import ending, keepers
from handlers.message import Card, Choice
from handlers.registry import choice, command
from handlers.turn import Turn
from handlers.words import Text, When, _, line, lines
from storage import guide, org

PAGE = 5


@command(
    "guides", menu=_("Keep the guide"), also=("指南台账", "管理指南", "办事指南台账", "guides")
)
def desk(turn: Turn) -> None:
    """How the guide stands where the speaker keeps it; for whoever answers for entries, theirs."""
    paths = _reach(turn)
    if not paths:
        _of_an_owner(turn)
        return
    today = turn.policy.local_date(turn.now)
    soon = today + timedelta(days=turn.policy.guide_warn_days)
    found = [entry for path in paths for entry in guide.under(turn.db, path)]
    shown = [entry for entry in found if entry.shown(today)]
    near = [entry for entry in shown if entry.until <= soon]
    asked = _open(turn, paths)
    text = lines(
        _("The guide: {count} entries are shown.", count=len(shown)),
        _(
            "Near their last day: {near}; not shown any more: {over}",
            near=len(near),
            over=len(found) - len(shown),
        ),
        _("Questions without an answer: {count}", count=len(asked)),
        _("To change it: take it as a workbook, change it there, and send it back here as a file."),
    )
    choices = (
        *(
            (Choice(_("Look at those that end"), "guide.next:0"),)
            if len(near) + len(found) > len(shown)
            else ()
        ),
        *((Choice(_("Read the questions"), "guide.asked:0"),) if asked else ()),
        Choice(_("As a workbook"), "guide.sheet:0"),
        Choice(_("An empty one"), "guide.sheet:0:empty"),
    )
    turn.post.reply(Card(text, choices))


def _of_an_owner(turn: Turn) -> None:
    """Whoever answers for entries without keeping the guide sees those that end."""
    if not ending.ending(turn):
        authority.require(turn, Power.KEEP_GUIDE, area_id=org.district(turn.db).id)
    ending.following(turn, 0, "")


def _reach(turn: Turn) -> list[str]:
    return keepers.reach(turn.db, turn.speaker.person_id, turn.policy.local_date(turn.now))


@choice("guide.sheet")
def sheet(turn: Turn, _subject: int, which: str) -> None:
    """The guide as a workbook, or an empty one with examples."""
    papers.ask_for(turn, PaperKind.GUIDE_TEMPLATE if which else PaperKind.GUIDE_SHEET)


# ── questions without an answer ──────────────────────────────────────────────


def _open(turn: Turn, paths: Sequence[str]) -> list[Question]:
    """The newest first; those to which the guide has an answer meanwhile are not among them."""
    index, today = guide.index(turn.db), turn.policy.local_date(turn.now)
    found = {one.id: one for path in paths for one in guide.unanswered(turn.db, path)}
    return [
        one
        for _id, one in sorted(found.items(), reverse=True)
        if one.entry_id is not None
        or not index.answers(one.words, turn.db.get_one(Area, one.area_id).path_ids, today)
    ]


@choice("guide.asked")
def asked(turn: Turn, first: int, _arg: str) -> None:
    """A page of what was asked in vain, each to be struck off once its entry is written."""
    paths = _reach(turn)
    if not paths:
        authority.require(turn, Power.KEEP_GUIDE, area_id=org.district(turn.db).id)
    found = _open(turn, paths)
    if not found:
        turn.post.reply(Card(_("Every question has an answer.")))
        return
    first = first if first < len(found) else 0
    part = found[first : first + PAGE]
    rows = [_row(turn, n, one) for n, one in enumerate(part, first + 1)]
    struck = [
        Choice(_("Strike off {n}", n=n), f"guide.struck:{one.id}")
        for n, one in enumerate(part, first + 1)
    ]
    more = (Choice(_("More"), f"guide.asked:{first + PAGE}"),) if len(found) > first + PAGE else ()
    heading = _("Asked, and the guide had no answer; each went to a person:")
    turn.post.reply(Card(lines(heading, *rows), (*struck, *more)))


def _row(turn: Turn, number: int, one: Question) -> Text:
    where = turn.db.get_one(Area, one.area_id).name
    shown = guide.these(turn.db, [one.entry_id]) if one.entry_id is not None else []
    wrong = _("shown “{title}”, which was not meant", title=shown[0].title) if shown else ""
    words = _("{n}) “{words}”", n=number, words=keepers.as_read(one))
    return line(words, where, When(one.asked_at, date_only=True), wrong)


@choice("guide.struck")
def struck(turn: Turn, question_id: int, _arg: str) -> None:
    """The entry is written, or none is needed."""
    one = guide.lock_question(turn.db, question_id)
    if one is None:
        raise Refused("guide_settled")
    authority.require(turn, Power.KEEP_GUIDE, area_id=one.area_id)
    one.settle(turn.policy, turn.now)
    turn.db.flush()
    asked(turn, 0, "")
