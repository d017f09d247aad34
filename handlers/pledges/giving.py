"""认领: units and members pledge money, goods or labour for a project. Only the record is here."""

from __future__ import annotations

from governance.authority import Power
from governance.org import Unit
from governance.pledges import MOST, Pledge, Project, ProjectState, require_pledge
from governance.refused import Refused
from handlers import authority
from handlers.lists.asking import ask_amount, confirmed
from handlers.lists.common import bases, tell
from handlers.lists.digests import begin
from handlers.lists.services import is_member
from handlers.message import Card
from handlers.pledges.cards import amount_words, changed, load, may_give
from handlers.pledges.projects import NO_AMOUNT
from handlers.registry import choice, conversation, opened
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Words, _, lines
from storage import org, pledges
from storage.pledges import Filled

SELF = "me"


@choice("pledges.give", in_groups=True)
def give(turn: Turn, project_id: int, _arg: str) -> Start | None:
    """The questions begin in private; a press in a group leads there."""
    project = turn.db.get(Project, project_id)
    if project is None or project.state is not ProjectState.OPEN:
        raise Refused("project_over")
    if not may_give(turn):
        raise Refused("not_a_member")
    if turn.event is not None and turn.event.chat.kind == "group":
        turn.post.toast = _("Please go on in our private chat: send “/projects” there.")
        turn.post.opens = f"pj-{project_id}"
        return None
    return Start("pledge", {"project": project_id})


@opened("pj")
def by_link(turn: Turn, rest: str) -> Start:
    number = int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 16 else 0
    if turn.db.get(Project, number) is None:
        raise Refused("no_such_project")
    return Start("pledge", {"project": number})


@conversation("pledge", act=True)
def pledge_talk(talk: Talk, turn: Turn) -> None:
    """So much of one thing is promised, for a unit or by the speaker; the community knows."""
    project = load(turn, int(talk.given("project")))
    project.require_open()
    filled = _which(talk, turn, project)
    unit_id = _for_whom(talk, turn)
    amount = ask_amount(talk, "amount", _how_much(filled), NO_AMOUNT, MOST)
    promised = amount_words(filled.line.give, amount)
    summary = lines(
        _(
            "{project}: {what}, {amount}",
            project=project.name,
            what=filled.line.what,
            amount=promised,
        ),
        _(
            "This is a promise on record. Nothing is paid through me: the community tells you where it goes and confirms what has arrived."
        ),
    )
    if not confirmed(talk, "sure", summary, _("Pledge it")):
        talk.say(_("Nothing was pledged."))
        return
    _keep(turn, project, filled, unit_id, amount)
    talk.say(
        _(
            "On record: {amount} for {project}. The community gets in touch; to take it back send “/pledges”.",
            amount=promised,
            project=project.name,
        )
    )


def _which(talk: Talk, turn: Turn, project: Project) -> Filled:
    """A line that still misses something."""
    found = pledges.lines_of(turn.db, project.id)
    missing = [f for f in found if f.missing]
    options = [Option(str(f.line.id), _missing(f)) for f in missing]
    if not options and "line" not in talk.answers:
        raise Refused("pledge_too_much")
    chosen = int(talk.choose("line", _("What do you pledge?"), options))
    return next(f for f in found if f.line.id == chosen)


def _missing(filled: Filled) -> Words:
    left = amount_words(filled.line.give, filled.missing)
    return _("{what}, {left} missing", what=filled.line.what, left=left)


def _how_much(filled: Filled) -> Words:
    left = amount_words(filled.line.give, filled.missing)
    return _("How much? {left} are still missing; write it like that.", left=left)


def _for_whom(talk: Talk, turn: Turn) -> int | None:
    """The unit that pledges; None for the speaker alone."""
    units = bases(turn, Power.PLEDGE)
    alone = is_member(turn)
    if not units and not alone:
        raise Refused("not_a_member")
    options = [Option(str(one), turn.db.get_one(Unit, one).name) for one in units]
    if alone:
        options.append(Option(SELF, _("Myself, as a member")))
    if len(options) == 1:
        return units[0] if units else None
    chosen = talk.choose("whose", _("Who pledges it?"), options)
    return None if chosen == SELF else int(chosen)


def _keep(turn: Turn, project: Project, filled: Filled, unit_id: int | None, amount: int) -> None:
    me = turn.speaker.person_id
    if unit_id is not None:
        authority.require(turn, Power.PLEDGE, unit_id=unit_id)
        begin(turn, unit_id=unit_id)
    require_pledge(amount, filled.missing)
    pledge = Pledge(project.id, filled.line.id, me, amount, turn.now)
    pledge.unit_id, pledge.person_id = unit_id, None if unit_id is not None else me
    turn.db.add(pledge)
    changed(turn, project)
    told = _(
        "{who} pledges for {project}: {what}, {amount}",
        who=giver(turn, pledge),
        project=project.name,
        what=filled.line.what,
        amount=amount_words(filled.line.give, amount),
    )
    tell(turn, project.by_id, told)


def giver(turn: Turn, pledge: Pledge) -> str:
    """A unit's or a member's name."""
    if pledge.unit_id is not None:
        return turn.db.get_one(Unit, pledge.unit_id).name
    return org.person_name(turn.db, pledge.person_id or 0)


@choice("pledges.back")
def take_back(turn: Turn, pledge_id: int, _arg: str) -> None:
    """What has not arrived is not promised any more, and the community knows."""
    pledge = pledges.lock_pledge(turn.db, pledge_id)
    if pledge is None or not _may_take_back(turn, pledge):
        raise Refused("pledge_settled")
    project = load(turn, pledge.project_id)
    project.require_open()
    pledge.withdraw()
    changed(turn, project)
    who = giver(turn, pledge)
    tell(
        turn,
        project.by_id,
        _("{who} takes a pledge for {project} back", who=who, project=project.name),
    )
    turn.post.reply(Card(_("Taken back; what had arrived stays on record.")))


def _may_take_back(turn: Turn, pledge: Pledge) -> bool:
    if pledge.unit_id is not None:
        return authority.may(turn, Power.PLEDGE, unit_id=pledge.unit_id)
    return pledge.person_id == turn.speaker.person_id
