"""The first words, the menu, and the language."""

from __future__ import annotations

from collections.abc import Sequence

from governance.authority import TABLE, Held, Power, reaches
from handlers import authority
from handlers.humans import CHOICE
from handlers.message import Card, Choice
from handlers.registry import COMMANDS, choice, command
from handlers.turn import Start, Turn
from handlers.words import LANGUAGES, Text, _, lines
from storage import people

MENU = ("report", "progress")


@command("start", menu=_("Start"), also=("开始", "你好", "您好", "hello", "hi"))
def welcome(turn: Turn) -> None:
    """What one can do here, in three taps."""
    text = lines(
        _(
            "Hello, this is Shaodao. Say in your own words what is wrong near you; it goes to the person in charge, and you hear what becomes of it."
        ),
        _("A voice message or a photo is fine too."),
    )
    turn.post.reply(Card(text, menu()))


@command("help", menu=_("Help"), also=("帮助", "怎么用", "?", "？", "菜单", "menu"))
def help_text(turn: Turn) -> None:
    """Everything one can send, one line each."""
    text = lines(
        _("Just say what is wrong. You can also send:"),
        _("“progress”: how your reports stand"),
        _("“my home”: your building; “/who”: who answers for you there"),
        _("“/wish”: wish for something small; “/wishes”: make one come true"),
        _("“guide”: how something is done, and where"),
        _("“human”: speak with a person, at any step"),
        _("“points”: yours; “shop”: what they are good for"),
        _("“need”: ask for help; “/projects”: what is under way"),
        _("“back” or “cancel”: during questions"),
        _("“my data”: see or delete what is kept about you"),
        *_for_officers(turn),
        _("“English” or “中文”: the language"),
        _("In danger call 119, 110 or 120 first."),
    )
    turn.post.reply(Card(text, menu()))


def _for_officers(turn: Turn) -> tuple[Text, ...]:
    """What whoever holds a post can send besides."""
    held = authority.held(turn)
    if not held:
        return ()
    decides = any(post.kind in TABLE[Power.AWARD_POINTS] for post in held)
    sees = bool(reaches(Power.SEE_CASES, held))
    keeps = bool(reaches(Power.KEEP_GUIDE, held))
    administers = any(post.kind in TABLE[Power.IMPORT_ROSTER] for post in held)
    return (
        _("“my cases”: what is in your hands"),
        *([_("“under me”, “find”: what lies where you answer for it")] if sees else []),
        *_for_others(held),
        _("“duty”, “I take tonight”, “away”: who is on duty"),
        _("“invite”: bring others to their posts"),
        *_for_whistles(held),
        _("“/bind”, in a group: whose group it is"),
        *(
            [_("“send a notice”, “notices sent”: one message to many")]
            if reaches(Power.SEND_BULLETIN, held)
            else []
        ),
        *([_("“award”, “awards”: give points, take them back")] if decides else []),
        *([_("“roster”, “report-in”: workbooks")] if administers else []),
        *_for_the_lists(held),
        *([_("“guides”: what the guide says, and what it could not answer")] if keeps else []),
    )


def _for_others(held: Sequence[Held]) -> tuple[Text, ...]:
    """What can be filed for others, and what can be taken out for other systems."""
    files = reaches(Power.FILE_FOR, held)
    takes = reaches(Power.EXPORT_CASES, held)
    return (
        *(
            [_("“/patrol”: report what you found; “/for_another”: for an old person")]
            if files
            else []
        ),
        *(
            [_("“/pass_on”: pass on what a group says; forwarding it does the same")]
            if files
            else []
        ),
        *([_("“/cases_out”: take cases out for another system")] if takes else []),
    )


def _for_whistles(held: Sequence[Held]) -> tuple[Text, ...]:
    if any(reaches(power, held) for power in (Power.BLOW_EMERGENCY, Power.BLOW_DEMAND)):
        return (_("“whistle”: call units to a place; “whistles”: how they stand"),)
    if reaches(Power.ANSWER_WHISTLE, held):
        return (_("“whistles”: what your unit is called to"),)
    return ()


def _for_the_lists(held: Sequence[Held]) -> tuple[Text, ...]:
    """What whoever answers for a community's needs, or for a unit, can send besides."""
    kinds = {post.kind for post in held}
    if kinds & TABLE[Power.BOOKING].keys():
        return (_("“list of needs”, “book”, “bookings”, “pledges”: the three lists"),)
    if kinds & TABLE[Power.SUPPLY].keys():
        return (_("“supply”, “list of needs”, “bookings”, “projects”: the three lists"),)
    return ()


def menu() -> tuple[Choice, ...]:
    known = tuple(Choice(COMMANDS[name].menu, f"menu:0:{name}") for name in MENU)
    return (*known, Choice(_("Speak with a person"), CHOICE))


@choice("menu")
def tapped(turn: Turn, _subject: int, name: str) -> Start | None:
    found = COMMANDS.get(name)
    return found.handle(turn) if found else None


@command("language", menu=_("Language"), also=("语言", "english", "中文"))
def language(turn: Turn) -> None:
    """The other language from now on."""
    now = turn.speaker.language
    other = next(lang for lang in LANGUAGES if lang != now)
    people.set_language(turn.db, turn.speaker.person_id, other)
    turn.post.language = other
    turn.post.reply(Card(_("From now on in English. For Chinese send “中文”."), menu()))
