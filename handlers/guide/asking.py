"""办事指南: a question is answered from the guide, or goes to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance.guide import OPEN, Came, Entry, Question
from governance.guidesearch import Hit, clear, likely
from governance.org import Area
from governance.refused import Refused
from handlers import authority, emergencies, humans, minors, places
from handlers.guide.cards import day_words
from handlers.humans import CHOICE
from handlers.lists.needs import words_after_command
from handlers.message import Card, Choice, SentVoice
from handlers.registry import choice, command, conversation
from handlers.talk.answers import VOICE, Text
from handlers.talk.answers import Entry as Recorded
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Ours, _, line, lines
from handlers.words import Text as AnyText
from storage import gazetteer, guide, org

LEAST, MOST = 2, 300
SHORT = 12  # characters; more words than that are more than a matter's name

PERSON = Choice(_("Speak with a person"), CHOICE)


@command("guide", menu=_("Service guide"), also=("办事", "办事指南", "怎么办理", "指南", "guide"))
def command_guide(turn: Turn) -> Start | None:
    """What somebody wants to get done is answered from the guide; danger comes first."""
    said = words_after_command(turn)
    reading = turn.event.reading if turn.event else None
    if said and reading is not None and reading.danger is not None:
        emergencies.alarm(turn, reading.danger, said)
    elif said and not minors.heard(turn, said):
        answer(turn, said)
    return None if said else Start("guide")


@conversation("guide")
def guide_talk(talk: Talk, turn: Turn) -> None:
    """The next words are the question."""
    question = _(
        "What do you want to get done? A few words are enough, like 老年证怎么办. A voice message is fine too."
    )
    said = talk.ask("words", question, Text(LEAST, MOST), VOICE)
    if said.text:
        answer(turn, said.text)
        return
    humans.call(turn, "", advice=_("I cannot read this voice message; a person will listen to it."))
    body = turn.event.body if turn.event else None
    if isinstance(body, SentVoice):
        turn.db.flush()
        humans.forward_file(turn, body.media, "")


def answer(turn: Turn, said: str) -> Start | None:
    """The one entry that is meant, a few that may be, or a person who is asked instead."""
    path = _where(turn, said)
    today, index = turn.policy.local_date(turn.now), guide.index(turn.db)
    hits = index.find(_what(turn, said, path), path, today)
    asked = Question.ask(
        turn.speaker.person_id, _asked_in(turn, path), said[:MOST], turn.policy, turn.now
    )
    turn.db.add(asked)
    turn.db.flush()
    sure, perhaps = index.named(said, path, today) or clear(hits), likely(hits)
    if sure is not None:
        _show(turn, asked, turn.db.get_one(Entry, sure))
    elif perhaps:
        turn.post.reply(_offer(turn, asked, perhaps, _("Which of these do you mean?")))
    elif _differs(turn, said, path):
        text = _("That is not the same everywhere. Say first where you live, then ask once more.")
        turn.post.reply(Card(text, (Choice(_("My home"), "menu:0:home"), PERSON)))
    else:
        _unknown(turn, asked)
    return None


def names_a_matter(turn: Turn, said: str) -> bool:
    """Whether these few words are a matter of the guide, and nothing else."""
    if len(said) > SHORT:
        return False
    index, today = guide.index(turn.db), turn.policy.local_date(turn.now)
    return index.named(said, _where(turn, said), today) is not None


_ASKS = re.compile(r"有没有|哪里|哪儿|怎么|如何|\b(?:how|where|is there)\b", re.IGNORECASE)


def is_answered(turn: Turn, said: str) -> bool:
    """Whether these words ask for something that the guide knows."""
    if _ASKS.search(said) is None:
        return False
    path, today = _where(turn, said), turn.policy.local_date(turn.now)
    hits = guide.index(turn.db).find(_what(turn, said, path), path, today)
    return bool(clear(hits) or likely(hits))


# ── where it is asked ────────────────────────────────────────────────────────


def _where(turn: Turn, said: str) -> Sequence[int]:
    """Area ids down to the community that the words name, else to the speaker's home, or to where
    they serve; the district alone where nothing is known."""
    named = places.in_text(turn, said)
    home = gazetteer.chain(turn.db, named.area_id)[0] if named else places.home_of(turn)
    if home is not None:
        return home.path_ids
    served = (post.area_id for post in authority.held(turn) if post.area_id is not None)
    area = next(served, None)
    found = turn.db.get_one(Area, area) if area is not None else org.district(turn.db)
    return found.path_ids


def _what(turn: Turn, said: str, path: Sequence[int]) -> str:
    """The words without the name of a place: that tells where it is asked, not what."""
    for area in gazetteer.chain(turn.db, path[-1]):
        if area.kind in guide.KINDS:
            for name in (area.name, area.name.removesuffix("社区").removesuffix("街道")):
                said = said.replace(name, " ")
    return said


def _asked_in(turn: Turn, path: Sequence[int]) -> int:
    """The community on this path, else the last area above it that can have entries."""
    kinds = org.kinds_of(turn.db, path)
    return next((area for area in reversed(path) if kinds[area] in guide.KINDS), path[0])


def _differs(turn: Turn, said: str, path: Sequence[int]) -> bool:
    """Whether some other place has an answer, and it is not known where the speaker lives."""
    if len(path) > 1 or turn.speaker.home_id is not None:
        return False
    hits: Sequence[Hit] = guide.index(turn.db).find(
        _what(turn, said, path), guide.areas_with_entries(turn.db), turn.policy.local_date(turn.now)
    )
    return bool(likely(hits))


# ── what is said ─────────────────────────────────────────────────────────────


def _show(turn: Turn, asked: Question, entry: Entry) -> None:
    """The answer, with where it comes from and when somebody last looked at it."""
    asked.show(entry.id)
    source = _(
        "Source: {origin}, checked on {day}",
        origin=Ours(entry.source),
        day=day_words(entry.checked),
    )
    text = lines(
        line("📖", entry.title, separator=" "),
        Ours(entry.answer),
        _("Bring: {bring}", bring=Ours(entry.bring)) if entry.bring else "",
        _("Where: {place}", place=Ours(entry.place)) if entry.place else "",
        _("Open: {hours}", hours=entry.hours) if entry.hours else "",
        _("Telephone: {phone}", phone=entry.phone) if entry.phone else "",
        _("Cost and time: {cost}", cost=Ours(entry.cost)) if entry.cost else "",
        source,
    )
    wrong = Choice(_("Not what I meant"), f"guide.not:{asked.id}")
    reading = turn.event.reading if turn.event else None
    asks = reading is not None and reading.intent == "guide"
    may_report = () if asks else (_report(asked),)
    turn.post.reply(Card(text, (wrong, PERSON, *may_report)))


def _offer(turn: Turn, asked: Question, ids: Sequence[int], question: AnyText) -> Card:
    titles = tuple(
        Choice(entry.title, f"guide.pick:{asked.id}:{entry.id}")
        for entry in guide.these(turn.db, ids)
    )
    return Card(question, (*titles, Choice(_("None of these"), f"guide.none:{asked.id}")))


def _unknown(turn: Turn, asked: Question) -> None:
    """A person has the question; whoever keeps the guide reads that it had no answer."""
    first = asked.pass_on(turn.policy)
    sorry = _("I do not know this one, and will not guess.")
    if first and humans.forward(turn, asked.words):
        turn.handed_over = True
        text = lines(sorry, _("It has been passed on to the person you are waiting for."))
        turn.post.reply(Card(text, (_report(asked),)))
    else:
        humans.call(turn, asked.words, advice=sorry, also=(_report(asked),))


def _report(asked: Question) -> Choice:
    return Choice(_("It is something to report"), f"guide.report:{asked.id}")


# ── what is tapped ───────────────────────────────────────────────────────────


def _mine(turn: Turn, question_id: int) -> Question:
    """One's own question, locked. Raises `Refused("no_such_question")`."""
    asked = guide.lock_question(turn.db, question_id)
    if asked is None or asked.person_id != turn.speaker.person_id:
        raise Refused("no_such_question")
    return asked


@choice("guide.pick")
def pick(turn: Turn, question_id: int, entry: str) -> None:
    """That one was meant."""
    asked = _mine(turn, question_id)
    found = guide.these(turn.db, [int(entry)]) if entry.isascii() and entry.isdecimal() else []
    if not found or not found[0].shown(turn.policy.local_date(turn.now)):
        raise Refused("entry_ended")
    _show(turn, asked, found[0])


@choice("guide.not")
def not_meant(turn: Turn, question_id: int, _arg: str) -> None:
    """The others that may be meant; where there are none, a person."""
    asked = _mine(turn, question_id)
    if asked.came is Came.OFFERED:
        raise Refused("no_such_question")
    path = _where(turn, asked.words)
    words = _what(turn, asked.words, path)
    hits = guide.index(turn.db).find(words, path, turn.policy.local_date(turn.now))
    others = likely(hits, besides=asked.entry_id)
    if not others:
        _unknown(turn, asked)
        return
    asked.miss(turn.policy)
    turn.post.reply(_offer(turn, asked, others, _("Is it one of these, then?")))


@choice("guide.none")
def none_of_them(turn: Turn, question_id: int, _arg: str) -> None:
    _unknown(turn, _mine(turn, question_id))


@choice("guide.report")
def report(turn: Turn, question_id: int, _arg: str) -> Start:
    """It was no question: the words are reported, and nobody has to answer them any more."""
    asked = _mine(turn, question_id)
    humans.withdraw(turn)
    if asked.came in OPEN:
        asked.settle(turn.policy, turn.now)
    return Start("report", answers={"what": Recorded(k="text", v=asked.words, c=[])})
