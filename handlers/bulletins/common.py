"""What everything about a bulletin needs: whose it is, who signs it, and how it reads."""

from __future__ import annotations

from datetime import date, timedelta

from governance import authority as powers
from governance.authority import Power, Target
from governance.bulletins import Bulletin, Whom
from governance.groups import Binding, GroupKind
from governance.org import Area, Post, PostKind, Unit
from governance.refused import Refused
from handlers import authority, whose
from handlers.message import Card, Choice, Document
from handlers.posts import called
from handlers.turn import Kind, Turn
from handlers.words import Ours, Text, When, _, line, lines
from storage import bulletins, org
from storage.bulletin_audience import Audience

CARD = "bulletins.card"
MOST_WORDS = 400
"""What every messenger shows whole, also when it is read once more; what is longer is a file."""


def load(turn: Turn, bulletin_id: int) -> Bulletin:
    """The bulletin, locked, for whoever may send one to the same people. Raises `Refused`."""
    found = bulletins.lock(turn.db, bulletin_id)
    if found is None:
        raise Refused("no_such_bulletin")
    if found.by_id != turn.speaker.person_id:
        authority.require(turn, Power.SEND_BULLETIN, area_id=found.area_id, unit_id=found.unit_id)
    return found


def audience(turn: Turn, bulletin: Bulletin) -> Audience:
    """Whose it is, as the database asks."""
    area = turn.db.get_one(Area, bulletin.area_id) if bulletin.area_id is not None else None
    listed = bulletin.whom is Whom.LIST
    return Audience(
        bulletin.whom,
        bulletin.by_id,
        since(turn),
        turn.now,
        bulletin.to_all,
        area.path if area is not None and not listed else "",
        bulletin.unit_id or 0,
        bulletin.team,
        bulletin.id if listed else 0,
    )


def since(turn: Turn) -> date:
    """Whoever was heard in a group on this day or later is in it."""
    days = timedelta(days=turn.policy.bulletin_member_days)
    return turn.policy.local_date(turn.now) - days


def whose_is(turn: Turn, bulletin: Bulletin) -> Text:
    """Its audience, as people say it."""
    if bulletin.whom is Whom.LIST:
        return bulletin.named
    kind = GroupKind(bulletin.whom)
    return whose.called(turn, Binding(kind, bulletin.area_id, bulletin.unit_id, bulletin.team))


# ── who signs it ─────────────────────────────────────────────────────────────


def signature(turn: Turn, area_id: int | None, unit_id: int | None) -> tuple[PostKind, str, str]:
    """The post in which the speaker speaks to these people, its place, and its telephone."""
    path = turn.db.get_one(Area, area_id).path_ids if area_id is not None else ()
    today = turn.policy.local_date(turn.now)
    for post in org.serving(turn.db, turn.speaker.person_id, today):
        held = [one for one in authority.held(turn) if _is(one, post)]
        if powers.may(Power.SEND_BULLETIN, held, Target(path, unit_id)):
            return post.kind, _place(turn, post), post.phone
    authority.require(turn, Power.SEND_BULLETIN, area_id=area_id, unit_id=unit_id)
    raise Refused("no_such_bulletin")


def _is(held: powers.Held, post: Post) -> bool:
    return (held.kind, held.area_id, held.unit_id) == (post.kind, post.area_id, post.unit_id)


def _place(turn: Turn, post: Post) -> str:
    if post.unit_id is not None:
        return turn.db.get_one(Unit, post.unit_id).name
    area = turn.db.get_one(Area, post.area_id)
    return turn.say(whose.area_name(turn, area))[:80]


def signed(turn: Turn, bulletin: Bulletin) -> Text:
    """Name, post and telephone of whoever sends it: a person answers for it."""
    name = org.person_name(turn.db, bulletin.by_id)
    who = called(bulletin.post, name) if bulletin.post else name
    return line(who, bulletin.phone, separator=" ")


# ── how it reads ─────────────────────────────────────────────────────────────


def message(turn: Turn, bulletin: Bulletin) -> Card:
    """What its readers see."""
    document = None
    if bulletin.document:
        without = _(
            "The file “{name}” cannot be shown here; ask for it there.", name=bulletin.file_name
        )
        document = Document(bulletin.document, bulletin.file_name, without)
    return Card(
        words(turn, bulletin),
        (Choice(_("I know"), f"bulletins.know:{bulletin.id}"),) if bulletin.emergency else (),
        bulletin.photo,
        document,
    )


def words(turn: Turn, bulletin: Bulletin) -> Text:
    """The officer's own words, with whose they are above and whom to ask below."""
    who = signed(turn, bulletin)
    if bulletin.emergency:
        return lines(
            _("🚨 Emergency, {place}:", place=bulletin.place),
            Ours(bulletin.text),
            _("Please tap “I know”. If you need help: {who}", who=who),
        )
    return lines(
        _("Notice of {place}:", place=bulletin.place),
        Ours(bulletin.text),
        _("Questions: {who}", who=who),
    )


def correction(turn: Turn, bulletin: Bulletin) -> Card:
    """What stands under a copy that nobody can take away."""
    text = lines(
        _("Withdrawn: the notice “{words}”. Please do not go by it.", words=short(bulletin)),
        _("Questions: {who}", who=signed(turn, bulletin)),
    )
    return Card(text)


def short(bulletin: Bulletin, most: int = 20) -> str:
    """Its first words, to know it by."""
    words = bulletin.text.replace("\n", " ")
    return words if len(words) <= most else words[: most - 1] + "…"


def lane_kind(bulletin: Bulletin) -> Kind:
    """How urgent its messages are to the sender."""
    return "warning" if bulletin.emergency else "bulletin"


def heading(bulletin: Bulletin) -> Text:
    """What stands above its card."""
    begun = When(bulletin.started_at or bulletin.start_at)
    if bulletin.emergency:
        return _("🚨 Emergency of {when}: “{words}”", when=begun, words=short(bulletin))
    return _("Notice of {when}: “{words}”", when=begun, words=short(bulletin))
