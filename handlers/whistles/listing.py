"""The whistles that are somebody's to see, and how units and places answer them in figures."""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.authority import Power, reaches
from governance.org import Area
from governance.unitcalls import UnitCall
from governance.whistlefigures import PlaceFigures, UnitFigures, of_places, of_units
from governance.whistlefile import Whistle
from handlers import authority
from handlers.message import Card, Choice
from handlers.registry import Due, choice, command, tick
from handlers.turn import Turn
from handlers.whistles.whistlers_card import headline
from handlers.words import Joined, Text, When, _, line, lines
from storage import org, whistle_words, whistlefigures, whistles

SHOWN = 8
ROWS = 15  # of figures in one message


@command("whistles", menu=_("Whistles"), also=("whistles", "哨情", "看哨", "我的哨"))
def whistle_list(turn: Turn) -> None:
    """What runs for the speaker's unit or in their area, one tap each."""
    calls, found = _for_my_unit(turn), _in_my_area(turn)
    held = authority.held(turn)
    if not held and not calls:
        authority.require(turn, Power.SEE_WHISTLES)
    rows = [*(_call_row(turn, c) for c in calls), *(headline(turn, w) for w in found)]
    choices = [
        *(Choice(_("Open {n}", n=n), f"whistles.show:{c.id}") for n, c in enumerate(calls, 1)),
        *(
            Choice(_("Open {n}", n=n), f"whistles.open:{w.id}")
            for n, w in enumerate(found, len(calls) + 1)
        ),
    ]
    if reaches(Power.SEE_WHISTLES, held):
        choices.append(Choice(_("Figures of this month"), "whistles.figures:0"))
    if not rows:
        text: Text = _("No whistle runs for you. To blow one, send “whistle”.")
        turn.post.reply(Card(text, tuple(choices)))
        return
    numbered = [line(f"{n}) ", row, separator="") for n, row in enumerate(rows, 1)]
    turn.post.reply(Card(lines(_("Whistles:"), *numbered), tuple(choices)))


def _for_my_unit(turn: Turn) -> list[UnitCall]:
    held = authority.held(turn)
    units = [u for _area, u in reaches(Power.ANSWER_WHISTLE, held) if u is not None]
    return list(whistles.of_units(turn.db, units, SHOWN)) if units else []


def _in_my_area(turn: Turn) -> list[Whistle]:
    found: dict[int, Whistle] = {}
    for area_id, _unit in reaches(Power.SEE_WHISTLES, authority.held(turn)):
        if area_id is not None:
            path = turn.db.get_one(Area, area_id).path
            found.update((w.id, w) for w in whistles.under(turn.db, path, SHOWN))
    return list(found.values())[:SHOWN]


def _call_row(turn: Turn, call: UnitCall) -> Joined:
    whistle = turn.db.get_one(Whistle, call.whistle_id)
    due = _("report in by {when}", when=When(call.report_due)) if not call.reported_in_at else ""
    return line(whistle.place, call.asked_to[:30], due)


# ── figures ──────────────────────────────────────────────────────────────────


@choice("whistles.figures")
def figures(turn: Turn, months_ago: int, _arg: str) -> None:
    """Units and places over one month, every rate with what it is made of."""
    places = reaches(Power.SEE_WHISTLES, authority.held(turn))
    if not places:
        authority.require(turn, Power.SEE_WHISTLES)
    since, until = turn.policy.month(turn.now, min(months_ago, 24))
    heading = _(
        "Whistles from {first} to {last}:",
        first=_day(since),
        last=_day(min(until - timedelta(days=1), turn.now)),
    )
    texts = [_figures_of(turn, area, unit, since, until) for area, unit in places]
    before = Choice(_("The month before"), f"whistles.figures:{min(months_ago, 24) + 1}")
    turn.post.reply(Card(lines(heading, *texts, _HOW), (before,)))


_HOW = _(
    "Counted: calls whose time to report in is over, without those released before or ruled not theirs. The time is the middle one, from the call to the arrival."
)


def _figures_of(
    turn: Turn, area_id: int | None, unit_id: int | None, since: datetime, until: datetime
) -> Text:
    top = turn.db.get_one(Area, area_id) if area_id is not None else org.district(turn.db)
    answers = whistlefigures.answers(turn.db, top.path, since, until, unit_id)
    rows: list[Text] = [_unit_row(row) for row in of_units(answers, turn.now)[:ROWS]]
    if unit_id is None:
        blown = whistlefigures.blown(turn.db, top.path, since, until)
        rows += [_place_row(row) for row in of_places(blown)[:ROWS]]
    return lines(*rows) if rows else _("None.")


def _unit_row(row: UnitFigures) -> Text:
    came = _(
        "{unit}: reported in {came} of {due}, {in_time} in time",
        unit=row.unit,
        came=row.came,
        due=row.due,
        in_time=row.in_time,
    )
    there = row.typical_minutes
    return line(
        came,
        _("there in {minutes} minutes", minutes=there) if there is not None else "",
        _("refused {count}, unfounded {bad}", count=row.refused, bad=row.unfounded)
        if row.refused
        else "",
        _rated(row),
    )


def _rated(row: UnitFigures) -> Text:
    if not row.speed:
        return ""
    return _(
        "judged {count}×: speed {speed}, result {quality} (of 3)",
        count=len(row.speed),
        speed=f"{sum(row.speed) / len(row.speed):.1f}",
        quality=f"{sum(row.quality) / len(row.quality):.1f}",
    )


def _place_row(row: PlaceFigures) -> Joined:
    return line(
        _("{place}: {count} blown", place=row.place, count=row.blown),
        _("{count} not called for", count=row.unjustified) if row.unjustified else "",
        _("residents satisfied with {good} of {count}", good=row.satisfied, count=row.verdicts)
        if row.verdicts
        else "",
        _(
            "units say: needed {needed}, clear {clear} of {count}",
            needed=row.needed,
            clear=row.clear,
            count=row.judged,
        )
        if row.judged
        else "",
    )


def _day(at: datetime) -> When:
    return When(at, date_only=True)


# ── words are kept for so long ───────────────────────────────────────────────


def _forget(turn: Turn, whistle_id: int) -> None:
    whistle_words.forget_words(turn.db, whistle_id)


tick(Due("whistle_words", whistle_words.to_forget, _forget, whistle_words.NEXT_FORGOTTEN))
