"""服务清单: a member says what they do for others, when they are free, and how far they go."""

from __future__ import annotations

from governance.lists import Service, hours_in
from governance.org import Area, AreaKind
from governance.people import Person
from governance.refused import Refused
from governance.skills import codes_of
from handlers.lists.asking import ask_skills, ask_until, confirmed
from handlers.lists.common import hour_words, skill_words
from handlers.message import Card, Choice
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines, paragraphs
from storage import lists, org, reportin

REACHES = (AreaKind.GRID, AreaKind.COMMUNITY, AreaKind.STREET)
_OFFERED = (
    ("周末", _("Weekends")),
    ("工作日上午", _("Weekday mornings")),
    ("工作日下午", _("Weekday afternoons")),
    ("每天", _("Any time")),
)


@command("service", menu=_("What I can do for others"), also=("服务清单", "我能帮忙", "service"))
def service(turn: Turn) -> Start | None:
    """The speaker's entry, or the questions for a new one."""
    mine = lists.service_of(turn.db, turn.speaker.person_id)
    if mine is None:
        require_member(turn)
        return Start("service")
    turn.post.reply(_card(turn, mine))
    return None


def require_member(turn: Turn) -> None:
    """Raises `Refused("not_a_member")` for whoever the roster does not have as a helper."""
    if not is_member(turn):
        raise Refused("not_a_member")


def is_member(turn: Turn) -> bool:
    """Whether the roster has the speaker as a party member or volunteer."""
    return turn.db.get_one(Person, turn.speaker.person_id).member is not None


def _card(turn: Turn, mine: Service) -> Card:
    text = lines(
        _("On the service list you stand with:"),
        entry_words(turn, mine),
        _("Resting: nobody is sent to you.") if mine.paused else "",
        _("Only whoever looks for such help there reads it."),
    )
    rest = (
        Choice(_("Go on"), "lists.service_rest:0")
        if mine.paused
        else Choice(_("Rest for now"), "lists.service_rest:1")
    )
    return Card(
        text,
        (
            Choice(_("Change it"), "lists.service_change:0"),
            rest,
            Choice(_("Take me off"), "lists.service_off:0"),
        ),
    )


def entry_words(turn: Turn, mine: Service) -> Text:
    return _(
        "{skills}; free {hours}; within {area}",
        skills=skill_words(turn, mine.skills),
        hours=hour_words(mine.hours),
        area=turn.db.get_one(Area, mine.area_id).name,
    )


@choice("lists.service_change")
def change(turn: Turn, _subject: int, _arg: str) -> Start:
    require_member(turn)
    return Start("service")


@conversation("service", act=True)
def service_talk(talk: Talk, turn: Turn) -> None:
    """The speaker can be proposed for what they say, at the times and places they say."""
    require_member(turn)
    me = turn.db.get_one(Person, turn.speaker.person_id)
    own = [c for c in sorted(codes_of(me.skills, turn.policy.skills)) if c in turn.policy.skills]
    question = _("What can you do for others? Tap it, or type several, like 家电维修、理发.")
    skills = ask_skills(talk, turn, "skills", question, own=own)
    hours = _ask_hours(talk)
    area = _ask_reach(talk, turn, me)
    entry = Service(me.id, skills, hours, area.id, turn.now)
    if not confirmed(talk, "sure", entry_words(turn, entry), _("Put me on the list")):
        talk.say(_("Nothing has changed."))
        return
    turn.db.merge(entry)
    talk.say(
        _(
            "You are on the service list. Somebody who needs it may be brought to you; you can always say not now."
        )
    )


def _ask_hours(talk: Talk) -> list[str]:
    question = _("When are you free? Tap it, or type it, like 周三下午、周六上午.")
    options = [Option(code, words) for code, words in _OFFERED]

    def ask(name: str, why: Text, after: tuple[str, ...]) -> Answer:
        return talk.ask(name, paragraphs(why, question), Typed(1, 60), options=options, after=after)

    def read(answer: Answer) -> list[str] | None:
        return hours_in(answer.text or str(answer.value)) or None

    return ask_until(ask, "hours", read, _("I understood no day in that."))


def _ask_reach(talk: Talk, turn: Turn, me: Person) -> Area:
    """The grid, community or street around where they live, or are registered as a helper."""
    base = _base(turn, me)
    around = [org.ancestor(turn.db, base, kind) for kind in REACHES]
    known = [area for area in around if area is not None] or [org.district(turn.db)]
    options = [Option(str(area.id), area.name) for area in known]
    chosen = talk.choose("reach", _("How far do you go?"), options)
    return next((area for area in known if str(area.id) == chosen), known[-1])


def _base(turn: Turn, me: Person) -> Area:
    if me.home_id is not None:
        return turn.db.get_one(Area, me.home_id)
    registered = reportin.of_person(turn.db, me.id)
    if registered is None:
        raise Refused("no_home_to_help_from")
    return turn.db.get_one(Area, registered.area_id)


@choice("lists.service_rest")
def rest(turn: Turn, paused: int, _arg: str) -> None:
    mine = _mine(turn)
    mine.paused = bool(paused)
    turn.post.reply(_card(turn, mine))


@choice("lists.service_off")
def take_off(turn: Turn, _subject: int, _arg: str) -> None:
    turn.db.delete(_mine(turn))
    turn.post.reply(Card(_("You are off the list. To come back send “/service”.")))


def _mine(turn: Turn) -> Service:
    mine = lists.service_of(turn.db, turn.speaker.person_id)
    if mine is None:
        raise Refused("not_on_the_service_list")
    return mine
