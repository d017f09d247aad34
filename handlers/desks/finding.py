"""Looking for a case: by its number, or by words that stand in its place, its report or its kind.

Officers find what lies where they answer for it or is in their hands; everybody finds their own,
and what is public.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance.authority import Power
from governance.casefile import Case
from governance.papers import PaperKind
from governance.refused import Refused
from handlers import authority, papers
from handlers.cases.common import WORK, first_own
from handlers.cases.progress import RUNNING, public
from handlers.desks.lists import AT_ONCE, open_case, openings, rows, whose
from handlers.message import Card, Choice, Said
from handlers.registry import choice, command, conversation, typed
from handlers.talk.answers import Text as Typed
from handlers.talk.answers import tidy
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, When, _, lines
from storage import case_numbers, desks
from storage.desks import Word

MOST_BYTES = 36
"""Of the words that are looked for: they go along in the taps for further pages."""
MOST_WORDS = 4
_NUMBER = r"((?:[A-Za-z]{1,8}-\d{8}-)?\d{4})"
_IS_NUMBER = re.compile(_NUMBER)
_ASKS = re.compile(
    r"(?:查一下|查找|查询|查|搜索|搜|find\s|search\s)[\s:：]*(\S.{0,38})", re.IGNORECASE
)


@command("find", menu=_("Find a case"), also=("查", "查找", "搜索", "find"))
def find(turn: Turn) -> Start | None:
    """ "/find lamp": what there is with these words, where the speaker answers for it."""
    if not authority.reached(turn, Power.SEE_CASES):
        authority.require(turn, Power.SEE_CASES)
    said = turn.event.body.text if turn.event and isinstance(turn.event.body, Said) else ""
    _command, _space, words = tidy(said).partition(" ")
    if not words.strip():
        return Start("find")
    turn.post.reply(found_card(turn, words))
    return None


@conversation("find")
def find_talk(talk: Talk, turn: Turn) -> None:
    """What to look for is asked once."""
    question = _(
        "What do you look for? A number (the last four digits are enough), a place, or a word."
    )
    card = found_card(turn, talk.ask("words", question, Typed(1, 40)).text)
    talk.say(card.text, card.choices)


def asked(turn: Turn, said: str) -> str:
    """What an officer who says "find …" looks for; "" for whatever else was said."""
    asks = _ASKS.fullmatch(said)
    if asks is None or not authority.reached(turn, Power.SEE_CASES):
        return ""
    return asks[1]


@choice("find.on")
def further(turn: Turn, before: int, words: str) -> None:
    """What there is before this one, or further back than was looked."""
    _require(turn)
    turn.post.reply(found_card(turn, words, before or None))


@choice("find.sheet")
def sheet(turn: Turn, _subject: int, words: str) -> None:
    papers.ask_for(turn, PaperKind.DESK, f"find.{words}")


def _require(turn: Turn) -> None:
    if not authority.reached(turn, Power.SEE_CASES):
        authority.require(turn, Power.SEE_CASES)


def found_card(turn: Turn, said: str, before: int | None = None) -> Card:
    """Ten cases at most, the newest first, and the ways on."""
    words = cut(said)
    if _IS_NUMBER.fullmatch(words):
        return _numbered_card(turn, words)
    theirs = whose(turn, turn.speaker.person_id)
    seen = desks.look(turn.db, theirs, words_of(turn, words), AT_ONCE + 1, before)
    shown = seen.found[:AT_ONCE]
    choices = openings(shown)
    note: Text = ""
    if len(seen.found) > AT_ONCE:
        choices.append(Choice(_("Next ten"), f"find.on:{shown[-1].id}:{words}"))
    elif seen.until is not None:
        day = When(desks.opened_after(turn.db, seen.until), date_only=True)
        note = _("Looked through so far: what was reported since {day}.", day=day)
        choices.append(Choice(_("Look further back"), f"find.on:{seen.until}:{words}"))
    if before is not None:
        choices.append(Choice(_("From the newest"), f"find.on:0:{words}"))
    if shown:
        choices.append(Choice(_("As a workbook"), f"find.sheet:0:{words}"))
    text = lines(
        _("“{words}”, where you answer for it, the newest first:", words=words)
        if shown
        else _("Nothing with “{words}” where you answer for it.", words=words),
        *rows(turn, shown),
        note,
        ""
        if shown
        else _("Fewer words find more. A private matter shows to whoever holds it only."),
    )
    return Card(text, tuple(choices))


def words_of(turn: Turn, said: str) -> list[Word]:
    """The words that are looked for, with the kinds of problem that are called so."""
    return [Word(word, _kinds(turn, word)) for word in cut(said).split()[:MOST_WORDS]]


def _kinds(turn: Turn, word: str) -> tuple[str, ...]:
    known = turn.policy.categories.values()
    plain = word.casefold()
    return tuple(c.code for c in known if plain in f"{c.short_zh}\n{c.short_en}".casefold())


def cut(said: str) -> str:
    """As much of it as is looked for."""
    plain = " ".join(said.split()).encode()[:MOST_BYTES]
    return plain.decode(errors="ignore").strip()


# ── by its number ────────────────────────────────────────────────────────────


@typed(r"(?:查询?|查一下|进度|看看?|look up|show)\s*" + _NUMBER + r"|([A-Za-z]{1,8}-\d{8}-\d{4})")
def look_up(turn: Turn, said: re.Match[str]) -> None:
    """One's own case with every step, one where the speaker answers for it, or a public one."""
    if not by_number(turn, said[1] or said[2]):
        raise Refused("no_such_case")


def by_number(turn: Turn, number: str) -> bool:
    """Whether there is a case of this number for the speaker to see; then they see it."""
    me, found = turn.speaker.person_id, _numbered(turn, number)
    mine = first_own(turn, found)
    theirs = _theirs(turn, found)
    if mine is not None and mine not in theirs:
        turn.post.show(WORK, mine.id, me, kind="reply", fresh=True)
    elif len(theirs) == 1:
        open_case(turn, theirs[0].id, "")
    elif theirs:
        turn.post.reply(_several(turn, number, theirs))
    else:
        return _public(turn, found)
    return True


def _public(turn: Turn, found: Sequence[Case]) -> bool:
    case = next((case for case in found if case.public and not case.private), None)
    if case is None or case.concerns_id == turn.speaker.person_id:
        return False
    follow_it = Choice(_("Follow it"), f"cases.follow:{case.id}")
    turn.post.reply(Card(public(turn, case), (follow_it,) if case.state in RUNNING else ()))
    return True


def _numbered_card(turn: Turn, number: str) -> Card:
    theirs = _theirs(turn, _numbered(turn, number))
    if theirs:
        return _several(turn, number, theirs)
    return Card(_("No case “{number}” where you answer for it.", number=number))


def _several(turn: Turn, number: str, found: Sequence[Case]) -> Card:
    """The same four digits are given out every day."""
    shown = found[:AT_ONCE]
    text = lines(
        _("Number {number}, the newest first:", number=number),
        *rows(turn, shown),
        _("Is it none of these? Send its whole number.") if len(found) > AT_ONCE else "",
    )
    return Card(text, tuple(openings(shown)))


def _numbered(turn: Turn, number: str) -> Sequence[Case]:
    today = turn.policy.local_date(turn.now)
    return case_numbers.numbered(turn.db, number, turn.policy.district, today)


def _theirs(turn: Turn, found: Sequence[Case]) -> Sequence[Case]:
    theirs = whose(turn, turn.speaker.person_id)
    return desks.among(turn.db, theirs, [case.id for case in found]) if found else ()
