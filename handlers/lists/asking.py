"""Questions that are asked again until the answer can be used: words, numbers, days, skills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import count
from typing import TypeVar

from governance.lists import personal
from governance.pledges import amount_in
from governance.skills import skills_in
from handlers.leaves import read_day
from handlers.lists.common import skill_words, weekday_words
from handlers.talk.answers import Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines, paragraphs

T = TypeVar("T")
DAYS = 7  # that can be tapped
OTHER = "other"

PERSONAL = _(
    "Please leave out telephone, identity and bank numbers; whoever helps is brought together with you."
)


def ask_until(
    ask: Callable[[str, Text, tuple[str, ...]], Answer],
    key: str,
    read: Callable[[Answer], T | None],
    why: Text,
    first: Text = "",
) -> T:
    """The first answer that `read` can use; `why` is said to the others."""
    before: tuple[str, ...] = ()
    said: Text = first
    for n in count():
        answer = ask(f"{key}{n}", said, before)
        found = read(answer)
        if found is not None:
            return found
        before, said = (f"{key}{n}",), why
    raise AssertionError  # `count` has no end


def ask_words(
    talk: Talk,
    key: str,
    question: Text,
    least: int,
    most: int,
    options: Sequence[Option] = (),
    first: Text = "",
) -> str:
    """Words without numbers of people; "" for the option, where there is one."""

    def ask(name: str, why: Text, after: tuple[str, ...]) -> Answer:
        text = paragraphs(why, question)
        return talk.ask(name, text, Typed(least, most), options=options, after=after)

    def read(answer: Answer) -> str | None:
        if answer.kind != "text":
            return ""
        return None if personal(answer.text) else answer.text

    return ask_until(ask, key, read, PERSONAL, first)


def ask_amount(talk: Talk, key: str, question: Text, why: Text, most: int) -> int:
    """A whole number from 1 to `most`."""

    def ask(name: str, said: Text, after: tuple[str, ...]) -> Answer:
        return talk.ask(name, paragraphs(said, question), Typed(1, 20), after=after)

    def read(answer: Answer) -> int | None:
        found = amount_in(answer.text)
        return found if found is not None and found <= most else None

    return ask_until(ask, key, read, why)


def ask_day(
    talk: Talk, turn: Turn, key: str, question: Text, options: Sequence[tuple[date, Words]] = ()
) -> date:
    """A day from today on, within half a year."""
    told = talk.recall(f"{key}.today", lambda: turn.policy.local_date(turn.now).isoformat())
    today = date.fromisoformat(told)
    week = [today + timedelta(days=n) for n in range(DAYS)]
    offered = (
        [Option(day.isoformat(), label) for day, label in options]
        if options
        else [Option(day.isoformat(), weekday_words(turn, day)) for day in week]
    )
    asked = lines(question, _("For another day type it, like 12-24, or how long, like 10 days."))

    def ask(name: str, why: Text, after: tuple[str, ...]) -> Answer:
        text = paragraphs(why, asked)
        return talk.ask(name, text, Typed(1, 20), options=offered, after=after)

    def read(answer: Answer) -> date | None:
        if answer.kind == "text":
            return read_day(answer.text, today)
        return date.fromisoformat(str(answer.value))

    return ask_until(ask, key, read, _("That is no day within the next half year."))


def ask_skills(
    talk: Talk, turn: Turn, key: str, question: Text, words: str = "", *, own: Sequence[str] = ()
) -> list[str]:
    """What is to be done, as the district names it: read in the words, else asked.

    `own` are skills that can be taken over with one tap.
    """
    known = turn.policy.skills
    read_at_once = list(skills_in(words, known)) if words else []
    if read_at_once:
        return talk.recall(f"{key}=", lambda: read_at_once)  # type: ignore[no-any-return]
    options = [Option(code, skill_words(turn, [code])) for code in known]
    if own:
        options = [Option("own", skill_words(turn, own)), *options]

    def ask(name: str, why: Text, after: tuple[str, ...]) -> Answer:
        text = paragraphs(why, question)
        offered = [*options, Option(OTHER, _("Something else"))]
        return talk.ask(name, text, Typed(1, 100), options=offered, after=after)

    def read(answer: Answer) -> list[str] | None:
        if answer.kind != "text":
            return {"own": list(own), OTHER: []}.get(str(answer.value), [str(answer.value)])
        return list(skills_in(answer.text, known)) or None

    return ask_until(ask, key, read, _("I do not know that one; tap what comes closest."))


def confirmed(talk: Talk, key: str, question: Text, yes: Words) -> bool:
    """Whether the speaker wants it, after reading what it is."""
    options = (Option("yes", yes), Option("no", _("Better not")))
    return talk.choose(key, question, options) == "yes"
