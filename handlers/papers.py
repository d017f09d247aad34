"""Workbooks by chat: one comes in and is checked, its sender decides; others are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from governance.authority import TABLE, Power
from governance.papers import MADE, Paper, PaperKind, PaperState
from governance.refused import Refused
from handlers import authority
from handlers.message import Card, Choice, SentDocument
from handlers.registry import Due, choice, command, document, files_of, leaving, tick, view
from handlers.sheets import UNREADABLE
from handlers.talk.answers import MAX_FILE
from handlers.turn import Turn
from handlers.words import Ours, Text, Value, When, Words, _, line, lines, ngettext
from storage import org, papers, tokens
from storage.media import File
from storage.tokens import Purpose

PAPERS = "papers"
LINK = timedelta(minutes=15)
_TEMPLATE = _("Send “template” for an empty one.")
KEPT = timedelta(days=3)  # a workbook holds telephone numbers in clear: over a weekend, no longer
_UNSAFE = re.compile(r"[\x00-\x1f/\\]")


@document
def received(turn: Turn, sent: SentDocument) -> None:
    """A file from somebody who may import; everybody else hears what to send instead."""
    if not _may_import(turn):
        turn.post.reply(
            Card(
                _(
                    "I cannot read files. Send it as a photo, or say in your own words what is wrong."
                )
            )
        )
        return
    if sent.media.size is not None and sent.media.size > MAX_FILE:
        turn.post.reply(Card(_not_read(_named(sent.name), "too_large")))
        return
    event = turn.event
    assert event is not None  # noqa: S101 - a file came with an event
    file = File(
        event.channel,
        event.account,
        sent.media.ref,
        "document",
        turn.speaker.person_id,
        turn.now,
        about="paper",
    )
    turn.db.add(file)
    turn.db.flush()
    _keep(
        turn,
        Paper(
            PaperKind.INCOMING,
            turn.speaker.person_id,
            turn.now,
            PaperState.COMING,
            _named(sent.name),
            media_id=file.id,
        ),
    )


def uploaded(turn: Turn, name: str, file: str) -> None:
    """A workbook that was put into the media folder through the desktop page."""
    if not _may_import(turn):
        authority.require(turn, Power.IMPORT_ROSTER)
    paper = Paper(PaperKind.INCOMING, turn.speaker.person_id, turn.now, name=_named(name))
    paper.file = file
    _keep(turn, paper)


def _named(name: str) -> str:
    return _UNSAFE.sub("", name)[-120:] or "roster.xlsx"


@files_of("paper")
def arrived(turn: Turn, file: File, stored: bool) -> None:
    """The file is there, or will never be."""
    paper = papers.of_media(turn.db, file.id)
    if paper is None or paper.state is not PaperState.COMING:
        return
    if stored:
        paper.state, paper.file = PaperState.READING, file.file
    else:
        paper.state = PaperState.REFUSED
        paper.why = "lost" if file.state == "lost" else "not_xlsx"
    turn.post.refresh(paper.id, (PAPERS,))


@view(PAPERS)
def paper_card(turn: Turn, paper_id: int, _again: bool) -> Card | None:
    """How a workbook stands, for its sender."""
    paper = turn.db.get(Paper, paper_id, populate_existing=True)
    return card_of(paper) if paper else None


def card_of(paper: Paper) -> Card:
    """The present state in words, and what its owner can decide."""
    if paper.state is PaperState.CHECKED:
        return _checked(paper)
    return Card(_STANDS[paper.state](paper))


def name_of(paper: Paper) -> Text:
    """What the file that is handed over is called."""
    if paper.kind is PaperKind.FILLED:
        return _("filled-{name}", name=paper.name)
    return _NAMES.get(paper.kind) or _("result-{name}", name=paper.name)


_NAMES: dict[PaperKind, Words] = {
    PaperKind.EXPORT: _("roster.xlsx"),
    PaperKind.TEMPLATE: _("roster-template.xlsx"),
    PaperKind.PROPOSAL: _("report-in.xlsx"),
    PaperKind.CERTIFICATE: _("certificate.png"),
    PaperKind.SHOP: _("shop.xlsx"),
    PaperKind.LEDGER: _("pledges.xlsx"),
    PaperKind.LIST_SHEETS: _("lists.xlsx"),
    PaperKind.CALLS: _("calls.xlsx"),
    PaperKind.FIGURES: _("figures.xlsx"),
    PaperKind.DESK: _("list.xlsx"),
    PaperKind.REACH: _("to-tell.xlsx"),
    PaperKind.CASES: _("cases.xlsx"),
    PaperKind.GUIDE_SHEET: _("guide.xlsx"),
    PaperKind.GUIDE_TEMPLATE: _("guide-template.xlsx"),
}


def _checked(paper: Paper) -> Card:
    leave = Choice(_("Do not import"), f"papers.drop:{paper.id}")
    if not paper.refused_rows:
        text = lines(
            _("“{name}” has been checked; nothing was changed yet.", name=paper.name),
            _counts(paper),
            _("The result is in the workbook I sent. Import it?"),
        )
        return Card(text, (Choice(_("Import"), f"papers.go:{paper.id}"), leave))
    text = lines(
        ngettext(
            "{count} row of “{name}” cannot be imported; nothing was changed.",
            "{count} rows of “{name}” cannot be imported; nothing was changed.",
            paper.refused_rows,
            name=paper.name,
        ),
        _counts(paper),
        _("The workbook I sent says why, row by row. Mend it and send it again."),
    )
    if not paper.other_rows:
        return Card(text)
    skip = Choice(_("Import the other rows"), f"papers.go:{paper.id}:skip")
    return Card(text, (skip, leave))


def _counts(paper: Paper) -> Text:
    kinds: dict[str, Words] = {
        "added": _("new {count}", count=paper.counts.get("added", 0)),
        "changed": _("changed {count}", count=paper.counts.get("changed", 0)),
        "closed": _("taken off {count}", count=paper.counts.get("closed", 0)),
        "unchanged": _("unchanged {count}", count=paper.counts.get("unchanged", 0)),
        "refused": _("refused {count}", count=paper.counts.get("refused", 0)),
    }
    return line(*(text for key, text in kinds.items() if key != "closed" or key in paper.counts))


def _progress(paper: Paper) -> Text:
    if paper.kind in MADE:
        return _("The workbook is being made; it comes here in a moment.")
    seen: Value = ""
    if paper.total:
        seen = _("{done} of {total} rows", done=paper.done, total=paper.total)
    return lines(_("“{name}” is being checked. Nothing is changed by that.", name=paper.name), seen)


def _over(paper: Paper) -> Text:
    if paper.kind in MADE:
        return _("The workbook is ready.")
    return lines(_("“{name}” has been imported.", name=paper.name), _counts(paper))


def _not_read(name: str, why: str) -> Text:
    return _("“{name}” cannot be used: {why}.", name=name, why=UNREADABLE[why])


_STANDS: dict[PaperState, Callable[[Paper], Text]] = {
    PaperState.COMING: lambda p: _("“{name}” has arrived and is being fetched.", name=p.name),
    PaperState.READING: _progress,
    PaperState.WANTED: lambda p: _("“{name}” is being imported.", name=p.name),
    PaperState.DONE: _over,
    PaperState.REFUSED: lambda p: _not_read(p.name, p.why),
    PaperState.DROPPED: lambda p: _("“{name}” was not imported; nothing was changed.", name=p.name),
}


@choice("papers.go")
def go(turn: Turn, paper_id: int, arg: str) -> None:
    paper = _load(turn, paper_id)
    require_import(turn, paper.kind)
    paper.want(turn.speaker.person_id, skip_refused=arg == "skip")
    turn.post.refresh(paper.id, (PAPERS,))


@choice("papers.drop")
def drop(turn: Turn, paper_id: int, _arg: str) -> None:
    paper = _load(turn, paper_id)
    paper.drop(turn.speaker.person_id)
    turn.post.refresh(paper.id, (PAPERS,))


@command("roster", menu=_("Roster desk"), also=("名册", "导入名册", "roster"))
def desk(turn: Turn) -> None:
    """A link that opens the roster desk on a computer, once."""
    if not offers(turn):
        authority.require(turn, Power.IMPORT_ROSTER, area_id=org.district(turn.db).id)
    empty = _TEMPLATE if _may_have(turn, PaperKind.TEMPLATE) else ""
    if not turn.policy.desk_url:
        turn.post.reply(Card(lines(_("Send me the filled-in workbook (.xlsx)."), empty)))
        return
    until = turn.now + LINK
    _token, secret = tokens.make(
        turn.db, Purpose.ROSTER, now=turn.now, expires_at=until, maker_id=turn.speaker.person_id
    )
    text = lines(
        _("Open this on your computer by {when}; it works once:", when=When(until)),
        Ours(f"{turn.policy.desk_url}/papers/open/{secret}"),
        _("You can also send the filled-in workbook here as a file."),
        empty,
    )
    turn.post.reply(Card(text, secret=True))


@command("export", menu=_("Export the roster"), also=("导出名册",))
def export(turn: Turn) -> None:
    """The whole roster as a workbook, for administrators."""
    ask_for(turn, PaperKind.EXPORT)


@command("template", menu=_("Roster template"), also=("名册模板", "模板", "template"))
def template(turn: Turn) -> None:
    """An empty roster with examples."""
    ask_for(turn, PaperKind.TEMPLATE)


def offers(turn: Turn) -> list[PaperKind]:
    """The workbooks of the roster desk that are made for the speaker when they ask."""
    return [kind for kind in _NEEDS if kind not in _ELSEWHERE and _may_have(turn, kind)]


def ask_for(turn: Turn, kind: PaperKind, of: str = "") -> None:
    """A workbook of this kind is made and sent to the speaker. Raises `Refused`."""
    if not _may_have(turn, kind):
        authority.require(turn, _NEEDS[kind][0], area_id=org.district(turn.db).id)
    _keep(turn, Paper(kind, turn.speaker.person_id, turn.now, name=of))


def _may_have(turn: Turn, kind: PaperKind) -> bool:
    if kind in _OF_ONES_OWN:
        return _holds(turn, *_NEEDS[kind])
    power = _NEEDS[kind][0]
    if kind in _ELSEWHERE:
        return any(unit is None for _area, unit in authority.reached(turn, power))
    return authority.may(turn, power, area_id=org.district(turn.db).id)


_NEEDS: dict[PaperKind, tuple[Power, ...]] = {
    PaperKind.TEMPLATE: (Power.IMPORT_ROSTER,),
    PaperKind.EXPORT: (Power.EXPORT_ROSTER,),
    PaperKind.PROPOSAL: (Power.CONFIRM_REPORTIN,),
    PaperKind.SHOP: (Power.RUN_SHOP,),
    PaperKind.LIST_SHEETS: (Power.SUPPLY, Power.BOOKING),
    PaperKind.GUIDE_SHEET: (Power.KEEP_GUIDE,),
    PaperKind.GUIDE_TEMPLATE: (Power.KEEP_GUIDE,),
    PaperKind.LEDGER: (Power.SEE_PLEDGES,),
    PaperKind.CALLS: (Power.REVISIT,),
    PaperKind.FIGURES: (Power.SEE_FIGURES,),
    PaperKind.DESK: (Power.SEE_CASES,),
    PaperKind.REACH: (Power.SEE_PEOPLE,),
    PaperKind.CASES: (Power.EXPORT_CASES,),
}
"""One of these makes the workbook theirs to have."""
_OF_ONES_OWN = frozenset(
    {
        *(PaperKind.PROPOSAL, PaperKind.SHOP, PaperKind.LIST_SHEETS, PaperKind.FIGURES),
        *(PaperKind.GUIDE_SHEET, PaperKind.GUIDE_TEMPLATE, PaperKind.CASES),
        PaperKind.DESK,
    }
)
"""These hold what is in the areas or units of whoever asks, wherever that is."""
_ELSEWHERE = frozenset(
    {PaperKind.LEDGER, PaperKind.CALLS, PaperKind.FIGURES, PaperKind.CASES, PaperKind.DESK}
) | {PaperKind.REACH}
"""Asked for where it is shown, not at the roster desk; for whoever answers for an area."""


def require_import(turn: Turn, kind: PaperKind) -> None:
    """Raises `Refused("needs_post")` for whoever lost the post since the file came."""
    powers = _DECIDES.get(kind, ())
    if not _holds(turn, *powers):
        wanted = powers[0] if powers else Power.IMPORT_ROSTER
        authority.require(turn, wanted, area_id=org.district(turn.db).id)


_DECIDES: dict[PaperKind, tuple[Power, ...]] = {
    PaperKind.REPORTIN: (Power.CONFIRM_REPORTIN,),
    PaperKind.CALLED: (Power.REVISIT,),
    PaperKind.LISTS: (Power.SUPPLY, Power.BOOKING),
    PaperKind.GUIDE: (Power.KEEP_GUIDE,),
    PaperKind.FILLED: (Power.SEE_FIGURES,),
}
"""What a workbook that comes in needs, held anywhere: it is judged row by row for whom it reaches.
The roster is the whole district's."""


def _keep(turn: Turn, paper: Paper) -> None:
    turn.db.add(paper)
    turn.db.flush()
    turn.post.show(PAPERS, paper.id, paper.person_id, kind="reply", fresh=True)


def _load(turn: Turn, paper_id: int) -> Paper:
    paper = turn.db.get(Paper, paper_id, with_for_update=True, populate_existing=True)
    if paper is None:
        raise Refused("paper_not_yours")
    return paper


def _may_import(turn: Turn) -> bool:
    wanted = {power for powers in _DECIDES.values() for power in powers}
    return _holds(turn, Power.IMPORT_ROSTER, *wanted)


def _holds(turn: Turn, *powers: Power) -> bool:
    """Whether some post of the speaker has one of these powers anywhere."""
    return any(post.kind in TABLE[power] for post in authority.held(turn) for power in powers)


def _old(db: Session, now: datetime, without: Sequence[int]) -> list[int]:
    return [paper_id for paper_id in papers.old(db, now - KEPT) if paper_id not in without]


def _clear(turn: Turn, paper_id: int) -> None:
    """What was promised: the file does not outlive its use."""
    paper = turn.db.get_one(Paper, paper_id)
    undecided = paper.state is PaperState.CHECKED
    _remove(turn, paper, paper.file, paper.result)
    paper.lapse()
    if undecided:
        turn.post.refresh(paper.id, (PAPERS,))


@leaving()
def forget_certificates(turn: Turn) -> None:
    """The pictures with the speaker's name leave the media folder."""
    for paper in papers.certificates_of(turn.db, turn.speaker.person_id):
        _remove(turn, paper, paper.file, paper.result)
        paper.lapse()


def again(turn: Turn, paper: Paper) -> None:
    """The district has changed since its sender read the result: they read and decide anew."""
    _remove(turn, paper, paper.result)
    paper.check_again()
    text = _(
        "Since you read the result of “{name}”, something has changed here, so nothing was written. It is checked once more; please look at it again.",
        name=paper.name,
    )
    turn.post.to(paper.person_id, Card(text), kind="reply")
    turn.post.show(PAPERS, paper.id, paper.person_id, kind="reply", fresh=True)


def _remove(turn: Turn, paper: Paper, *names: str) -> None:
    """Whoever keeps the media folder removes the files."""
    for name in {*names} - {""}:
        gone = File("", "", "", "document", paper.person_id, turn.now, about="paper")
        gone.state, gone.file = "deleted", name
        turn.db.add(gone)


tick(Due("papers", _old, _clear))
