"""需求清单: residents say what they need in one line, and see what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import Power
from governance.lists import MOST_NEEDS, Need, personal
from governance.org import Area
from governance.refused import Refused
from governance.skills import skills_in
from handlers import authority, choosing, emergencies, minors
from handlers.lists.asking import PERSONAL, ask_skills, ask_words, confirmed
from handlers.lists.common import NEED, ask_base, bases, community, cut, desk, put_before, tell
from handlers.lists.digests import begin
from handlers.lists.finding import proposals_card, stop_bookings
from handlers.lists.need_cards import STATES
from handlers.message import Card, Choice, Said
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option, tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines
from storage import gazetteer, lists, org

LEAST, MOST = 4, 300
SHOWN = 8


# ── asking ───────────────────────────────────────────────────────────────────


@command("need", menu=_("Ask for help"), also=("需求", "提需求", "我有需求", "need"))
def need(turn: Turn) -> Start | None:
    """One line says what is needed; danger in it comes first."""
    said = words_after_command(turn)
    reading = turn.event.reading if turn.event else None
    if said and reading is not None and reading.danger is not None:
        emergencies.alarm(turn, reading.danger, said)
        return None
    if minors.heard(turn, said):
        return None
    return Start("need", {"said": said[:MOST]})


def words_after_command(turn: Turn) -> str:
    """What was typed behind "/need"."""
    body = turn.event.body if turn.event else None
    said = tidy(body.text) if isinstance(body, Said) else ""
    return said.partition(" ")[2].strip() if said.startswith("/") else ""


@conversation("need", act=True)
def need_talk(talk: Talk, turn: Turn) -> None:
    """The community has the need before it, or a need of the community is open."""
    if talk.recall("officer", lambda: bool(bases(turn, Power.BOOKING))) and _is_ours(talk):
        _community_need(talk, turn)
        return
    me = turn.speaker.person_id
    if sum(one.live for one in lists.needs_of(turn.db, me)) >= MOST_NEEDS:
        raise Refused("needs_enough")
    words, area_id = _what(talk), _where(talk, turn)
    summary = lines(
        _("To {place}: “{words}”", place=community(turn, area_id).name, words=words),
        _("The office there reads it and looks for somebody. Others never read your name."),
    )
    if not confirmed(talk, "sure", summary, _("Ask for it")):
        talk.say(_("Nothing was sent."))
        return
    asked = Need(area_id, me, me, words, list(skills_in(words, turn.policy.skills)), turn.now)
    asked.wait(turn.policy, turn.now)
    _keep(turn, asked)
    put_before(turn, NEED, asked.id, desk(turn, area_id))


def _is_ours(talk: Talk) -> bool:
    options = (Option("us", _("For the community")), Option("me", _("For myself")))
    return talk.choose("whose", _("For whom is it?"), options) == "us"


def _community_need(talk: Talk, turn: Turn) -> None:
    """Open at once: whoever asks may also say how others read it."""
    base = ask_base(talk, turn, Power.BOOKING, Area)
    words = _what(talk)
    question = _("What is it about? Tap what comes closest, or type it.")
    skills = ask_skills(talk, turn, "skills", question, words)
    authority.require(turn, Power.BOOKING, area_id=base)
    asked = Need(base, None, turn.speaker.person_id, words, skills, turn.now)
    asked.open(words, skills, turn.policy, turn.now)
    _keep(turn, asked)
    turn.post.reply(proposals_card(turn, asked))


def _what(talk: Talk) -> str:
    given = str(talk.given("said") or "")
    if len(given) >= LEAST and not personal(given):
        return given
    first: Text = PERSONAL if given and personal(given) else ""
    question = _("What is needed? One sentence is enough.")
    return ask_words(talk, "what", question, LEAST, MOST, first=first)


def _where(talk: Talk, turn: Turn) -> int:
    """The speaker's home; a community that is tapped where it is not known."""
    home = talk.recall("home", lambda: turn.speaker.home_id)
    if home is not None:
        return int(home)
    known = gazetteer.communities(turn.db)
    found = choosing.pick(talk, "where", _("Which community do you live in?"), known)
    assert not isinstance(found, str)  # noqa: S101 - nothing else was offered
    return found.id


def _keep(turn: Turn, asked: Need) -> None:
    turn.db.add(asked)
    turn.db.flush()
    begin(turn, area_id=community(turn, asked.area_id).id)
    turn.post.show(NEED, asked.id, turn.speaker.person_id, kind="reply", fresh=True)


@choice("lists.withdraw")
def withdraw(turn: Turn, need_id: int, _arg: str) -> None:
    """Whoever asked no longer needs it; everybody who had it knows."""
    asked = lists.lock_need(turn.db, need_id)
    if asked is None or asked.person_id != turn.speaker.person_id:
        raise Refused("no_such_need")
    asked.withdraw(turn.policy, turn.now)
    stop_bookings(turn, asked)
    turn.post.refresh(asked.id, (NEED,))
    turn.post.reply(Card(_("Withdrawn. If you need it after all, just ask again.")))
    tell(
        turn,
        desk(turn, asked.area_id),
        _("No longer needed: “{words}”", words=cut(asked.public or asked.words)),
    )


# ── the lists ────────────────────────────────────────────────────────────────


@command("needs", menu=_("List of needs"), also=("需求清单", "needs"))
def needs(turn: Turn) -> None:
    """Residents see their own; the office its community's; units and members what is open."""
    offices = bases(turn, Power.BOOKING)
    for area_id in offices:
        area = turn.db.get_one(Area, area_id)
        heading = _("Needs at {place}:", place=area.name)
        sheet = Choice(_("As a workbook"), "lists.sheet:0")
        _show(turn, heading, lists.live_needs(turn.db, area.path), sheet)
    if offices:
        return
    if _may_help(turn):
        open_ = lists.open_needs(turn.db, _reach(turn))
        _show(turn, _("Somebody is looked for:"), open_)
    mine = [one for one in lists.needs_of(turn.db, turn.speaker.person_id) if one.live]
    if mine or not _may_help(turn):
        _show(turn, _("What you asked for:"), mine)


def _may_help(turn: Turn) -> bool:
    mine = lists.service_of(turn.db, turn.speaker.person_id)
    return bool(bases(turn, Power.SUPPLY)) or mine is not None


def _reach(turn: Turn) -> str:
    """The path of the area in which the speaker helps: a member's own, the whole district's for
    a unit."""
    mine = lists.service_of(turn.db, turn.speaker.person_id)
    if mine is None or bases(turn, Power.SUPPLY):
        return org.district(turn.db).path
    return turn.db.get_one(Area, mine.area_id).path


def _show(turn: Turn, heading: Text, found: Sequence[Need], *more: Choice) -> None:
    shown = found[:SHOWN]
    if not shown:
        text = lines(heading, _("Nothing at present. To ask for something send “/need”."))
        turn.post.reply(Card(text, more))
        return
    rows = [
        _(
            "{n}) {place}: “{words}”, {state}",
            n=n,
            place=community(turn, one.area_id).name,
            words=cut(_readable(turn, one), 40),
            state=STATES[one.state],
        )
        for n, one in enumerate(shown, 1)
    ]
    choices = [Choice(_("Open {n}", n=n), f"lists.need:{o.id}") for n, o in enumerate(shown, 1)]
    turn.post.reply(Card(lines(heading, *rows), (*choices, *more)))


def _readable(turn: Turn, one: Need) -> str:
    """A need as the speaker may read it: its own words only to its asker and the office."""
    own = one.person_id == turn.speaker.person_id
    office = authority.may(turn, Power.BOOKING, area_id=one.area_id)
    return one.words if own or office else one.public


@choice("lists.need")
def show_need(turn: Turn, need_id: int, _arg: str) -> None:
    """Its card, for whoever may read it."""
    asked = turn.db.get(Need, need_id)
    if asked is None or not may_read(turn, asked):
        raise Refused("no_such_need")
    turn.post.show(NEED, asked.id, turn.speaker.person_id, kind="reply", fresh=True)


def may_read(turn: Turn, asked: Need) -> bool:
    if asked.person_id == turn.speaker.person_id:
        return True
    if authority.may(turn, Power.BOOKING, area_id=asked.area_id):
        return True
    if not asked.public or not _may_help(turn):
        return False
    return turn.db.get_one(Area, asked.area_id).path.startswith(_reach(turn))
