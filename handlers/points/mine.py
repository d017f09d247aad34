"""我的积分: balance, what is on its way, the last entries, hours, and a certificate of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from governance.awards import Award
from governance.papers import Paper, PaperKind
from governance.points import PostingKind, Rule
from handlers.message import Card, Choice
from handlers.points.common import RULES, amount, last_day, title, why
from handlers.points.deciding import decides_at
from handlers.registry import choice, command, opened
from handlers.turn import Turn
from handlers.words import Text, When, Words, _, line, lines, paragraphs
from storage import awards, certificates, points, service
from storage.certificates import Certificate
from storage.points import Line

LAST = 10

_KINDS: dict[PostingKind, Words | None] = {
    PostingKind.AWARD: None,
    PostingKind.OPENING: _("brought forward"),
    PostingKind.REVERSAL: _("taken back"),
    PostingKind.RESTORED: _("given back"),
    PostingKind.ORDER: _("ordered"),
    PostingKind.RETURN: _("returned"),
    PostingKind.HANDOVER: _("fetched"),
}


@command("points", menu=_("My points"), also=("积分", "我的积分", "积分卡", "points", "my points"))
def mine(turn: Turn) -> None:
    """How the speaker stands, and what they can do with it."""
    me = turn.speaker.person_id
    waiting, last = awards.pending(turn.db, me), points.last(turn.db, me, LAST)
    text = paragraphs(
        line(
            _("You have {points}", points=amount(points.balance(turn.db, me))),
            _hours(service.minutes(turn.db, me)),
        ),
        lines(_("Not posted yet:"), *map(_waiting, waiting)) if waiting else "",
        lines(_("Last entries:"), *map(_entry, last)) if last else "",
        _("Send “shop” to see what points are good for.") if not last else "",
    )
    turn.post.reply(Card(text, _choices(turn)))


def _hours(minutes: int) -> Text:
    return _("{hours} hours of service", hours=hours(minutes)) if minutes else ""


def hours(minutes: int) -> str:
    """Hours with one decimal where there is one: "12", "1.5"."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _waiting(one: Award) -> Text:
    if one.notice_until is None:
        how: Words = _("a second person looks first")
    else:
        how = _("on notice until {day}", day=last_day(one.notice_until))
    return line("·", line(title(one), amount(one.points), how), separator=" ")


def _entry(entry: Line) -> Text:
    note: Text = RULES[Rule(entry.note)] if entry.note in set(Rule) else why(entry.note)
    signed = f"{entry.points:+d}"
    what = line(_KINDS[entry.kind] or "", note, separator=" ")
    return line("·", line(When(entry.at, date_only=True), what, signed), separator=" ")


def _choices(turn: Turn) -> tuple[Choice, ...]:
    shown = [
        Choice(_("Certificate"), "points.certificate:0"),
        Choice(_("Points on public notice"), "points.notice:0"),
        Choice(_("What they are good for"), "goods.see:0"),
    ]
    areas = decides_at(turn)
    if areas:
        shown.append(Choice(_("Recent awards"), f"points.recent:{areas[0]}"))
    return tuple(shown)


# ── the certificate ──────────────────────────────────────────────────────────


@choice("points.certificate")
def certificate(turn: Turn, _subject: int, _arg: str) -> None:
    """A picture is made and sent; where it cannot be drawn, the same comes as text."""
    me = turn.speaker.person_id
    if not points.last(turn.db, me, 1) and not service.minutes(turn.db, me):
        turn.post.reply(
            Card(
                _(
                    "There is nothing to certify yet. It can be made once your first points are posted."
                )
            )
        )
        return
    turn.db.add(Paper(PaperKind.CERTIFICATE, me, turn.now))
    turn.post.reply(Card(_("Your certificate is being drawn; it comes here in a moment.")))


def certified(one: Certificate, zone: ZoneInfo) -> Text:
    """What a certificate says, and nothing else."""
    return lines(
        _("Certificate of volunteer service"),
        _("Name: {name}", name=one.name),
        _("Hours of service: {hours}", hours=hours(one.minutes)),
        _("Points earned: {points}", points=one.points),
        _("Date: {day}", day=f"{one.at.astimezone(zone):%Y-%m-%d}"),
    )


def code_of(one: Certificate) -> str:
    """What anybody sends to the bot to check it."""
    return f"pc-{one.code}"


@opened("pc")
def check(turn: Turn, code: str) -> None:
    """Anybody may check a certificate they were shown."""
    found = certificates.by_code(turn.db, code)
    if found is None:
        turn.post.reply(
            Card(
                _(
                    "There is no certificate with this code. Compare it letter by letter; else ask whoever showed it to you."
                )
            )
        )
        return
    turn.post.reply(
        Card(lines(_("This certificate is genuine:"), certified(found, turn.policy.zone)))
    )
