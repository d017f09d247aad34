"""排行榜: only where the community's head switches it on, only those who agreed, nobody in a post."""

from __future__ import annotations

from datetime import UTC, datetime, time

from governance.authority import Power, reaches
from governance.groups import GroupKind
from governance.org import Area
from governance.privacy import Purpose
from handlers import authority
from handlers.message import Card, Choice
from handlers.points.common import RANKING, amount
from handlers.registry import Moment, choice, command, leaving, view, when
from handlers.turn import Turn
from handlers.words import Text, _, line, lines
from storage import certificates, groups, membership, privacy
from storage.certificates import Ranking

MOST = 10


@command("ranking", menu=_("Points ranking"), also=("排行榜", "积分榜", "积分排行", "ranking"))
def ranking(turn: Turn) -> None:
    """The head switches it on or off; everybody else sees it where it is on."""
    own = _headed(turn)
    if own is not None:
        turn.post.reply(_desk(turn, own))
        return
    area_id = membership.home_community(turn.db, turn.speaker.person_id)
    if area_id is None or not _is_on(turn, area_id):
        turn.post.reply(Card(_("Your community shows no ranking. Send “points” to see your own.")))
        return
    agreed = Purpose.RANKING in privacy.agreed(turn.db, turn.speaker.person_id)
    join = () if agreed else (Choice(_("Show me in it, too"), f"consents.on:0:{Purpose.RANKING}"),)
    turn.post.reply(Card(_best(turn, area_id), join))


def _headed(turn: Turn) -> Area | None:
    """The community whose shop and ranking are the speaker's to run."""
    places = reaches(Power.RUN_SHOP, authority.held(turn))
    found = [area_id for area_id, _unit in places if area_id is not None]
    return turn.db.get_one(Area, found[0]) if found else None


def _is_on(turn: Turn, area_id: int) -> bool:
    return turn.db.get(Ranking, area_id) is not None


def _desk(turn: Turn, area: Area) -> Card:
    if _is_on(turn, area.id):
        text = lines(
            _best(turn, area.id),
            _("On for {area}. Groups that have it see changes by themselves.", area=area.name),
        )
        show = Choice(_("Show it in our groups"), f"points.ranking_show:{area.id}")
        return Card(text, (show, Choice(_("Switch it off"), f"points.ranking_off:{area.id}")))
    off = _(
        "The ranking of {area} is off. Switched on, it shows only members who agree to it, and nobody in a post.",
        area=area.name,
    )
    return Card(off, (Choice(_("Switch it on"), f"points.ranking_on:{area.id}"),))


@choice("points.ranking_on")
def switch_on(turn: Turn, area_id: int, _arg: str) -> None:
    area = _run(turn, area_id)
    if not _is_on(turn, area.id):
        turn.db.add(Ranking(area.id, turn.now))
        turn.db.flush()
    turn.post.reply(_desk(turn, area))


@choice("points.ranking_off")
def switch_off(turn: Turn, area_id: int, _arg: str) -> None:
    """No name is shown any more, also where it was shown."""
    area = _run(turn, area_id)
    on = turn.db.get(Ranking, area.id)
    if on is not None:
        turn.db.delete(on)
        turn.db.flush()
    turn.post.refresh(area.id, (RANKING,))
    turn.post.reply(_desk(turn, area))


@choice("points.ranking_show")
def show(turn: Turn, area_id: int, _arg: str) -> None:
    """Every bound group of the community has the ranking as one card."""
    area = _run(turn, area_id)
    bound = [
        group
        for group in groups.bound(turn.db)
        if group.area_id == area.id and group.kind is not GroupKind.UNIT and group.gone_at is None
    ]
    if not _is_on(turn, area.id) or not bound:
        turn.post.reply(
            Card(
                _(
                    "Nothing was shown: it is off, or no group is bound to {area}. Send /bind in the group.",
                    area=area.name,
                )
            )
        )
        return
    for group in bound:
        turn.post.show_in_group(RANKING, area.id, group.lane, group.language, fresh=True)
    turn.post.reply(Card(_("Shown in your groups.")))


@when(Moment.CONSENTED)
def as_agreed(turn: Turn, person_id: int) -> Text:
    """Where a group sees the ranking, it shows at once who agrees now, and nobody else."""
    for area_id in certificates.ranked_in(turn.db, person_id):
        turn.post.refresh(area_id, (RANKING,))
    return ""


@leaving()
def not_there_any_more(turn: Turn) -> None:
    as_agreed(turn, turn.speaker.person_id)


def _run(turn: Turn, area_id: int) -> Area:
    authority.require(turn, Power.RUN_SHOP, area_id=area_id)
    return turn.db.get_one(Area, area_id)


@view(RANKING)
def ranking_card(turn: Turn, area_id: int, _again: bool) -> Card:
    """The ranking as a group sees it; without a name once it is switched off."""
    if not _is_on(turn, area_id):
        area = turn.db.get_one(Area, area_id)
        return Card(_("{area} shows no ranking any more.", area=area.name))
    return Card(_best(turn, area_id))


def _best(turn: Turn, area_id: int) -> Text:
    """Those who agreed, by the points posted to them this month."""
    area = turn.db.get_one(Area, area_id)
    today = turn.policy.local_date(turn.now)
    since = datetime.combine(today.replace(day=1), time(0), turn.policy.zone).astimezone(UTC)
    best = certificates.best(turn.db, area_id, since, today, MOST)
    rows: list[Text] = [
        line(f"{place}.", row.name, amount(int(row.points)), separator=" ")
        for place, row in enumerate(best, 1)
    ]
    nobody = _("Nobody has points this month who wants to be shown. To be shown, send “consent”.")
    return lines(_("🏅 {area}, points of this month", area=area.name), *(rows or [nobody]))
