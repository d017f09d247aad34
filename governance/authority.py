"""Who may do what beyond their own affairs, and where: one table.

Acts on a case stand in governance/cases.py, where authority follows from who holds it. All
other acts on what belongs to others stand here, and a person without a post has none.
docs/authority.md shows the table with every post; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from governance.org import AreaKind, PostKind
from governance.refused import Refused
from governance.scopes import Scope


class Power(StrEnum):
    """What can be done to things of others."""

    IMPORT_ROSTER = "import_roster"  # 导入花名册: bring in or change the roster
    EXPORT_ROSTER = "export_roster"  # 导出花名册: take the roster out
    INVITE = "invite"  # 邀请上岗: invite somebody to a post
    BIND_GROUP = "bind_group"  # 绑定群: say whose a group is
    SET_DUTY = "set_duty"  # 排班: the duty calendar of others
    SWAP_DUTY = "swap_duty"  # 替班: take over a turn of duty
    CONFIRM_REPORTIN = "confirm_reportin"  # 确认双报到: register units and members at communities
    SEE_REPORTIN = "see_reportin"  # 看报到情况: lists of who has not reported in
    SEE_PHONE = "see_phone"  # 看完整电话: a telephone number in full
    SEE_PEOPLE = "see_people"  # 看花名册: names and posts of the roster
    BLOW_EMERGENCY = "blow_emergency"  # 吹应急处置哨: call units to an emergency
    BLOW_JOINT = "blow_joint"  # 吹综合执法哨: call units to enforce the law together
    BLOW_KEY = "blow_key"  # 吹重点工作哨: call units to a work of weight
    BLOW_DEMAND = "blow_demand"  # 吹群众诉求哨: call units to what residents ask for
    REVIEW_WHISTLE = (
        "review_whistle"  # 审哨: say yes before a whistle is blown, or look at it after
    )
    ANSWER_WHISTLE = "answer_whistle"  # 应哨: answer for a unit that was called
    END_WHISTLE = "end_whistle"  # 终哨: end a whistle whatever its whistler says
    RULE_REFUSAL = "rule_refusal"  # 裁定拒哨: rule whether a unit was right to refuse
    SET_PLAN = "set_plan"  # 定预案: decide beforehand which units come to an emergency
    SEE_WHISTLES = "see_whistles"  # 看哨情: how units and streets answer whistles
    SEE_CASES = "see_cases"  # 看事项: find cases of others, and read how they stand
    SEE_FIGURES = "see_figures"  # 看三率: how what residents report is answered, and by whom
    AWARD_POINTS = "award_points"  # 加分: give points by hand
    DECIDE_POINTS = "decide_points"  # 定积分: second look, objections, appeals, taking back
    RUN_SHOP = "run_shop"  # 管兑换点: goods, prices, stock
    HAND_OVER = "hand_over"  # 核销: hand over what was redeemed
    REVIEW_WISH = "review_wish"  # 审核微心愿: look at wishes before others read them
    POST_WISH_FOR = "post_wish_for"  # 代发微心愿: post a wish for an old person who agrees
    KEEP_BOARD = "keep_board"  # 管承诺墙: confirm deeds, take promises off the board
    SUPPLY = "supply"  # 供给清单: a unit's menu, the bookings on it, the needs it claims
    BOOKING = "booking"  # 需求清单与点单: a community's needs and what it books for them
    RUN_PROJECT = "run_project"  # 办项目: a community's projects and what arrives for them
    PLEDGE = "pledge"  # 单位认领: what a unit promises for a project
    SEE_PLEDGES = "see_pledges"  # 看认领台账: who has pledged what
    REVISIT = "revisit"  # 电话回访: ask residents on the telephone whether it is solved
    KEEP_GUIDE = "keep_guide"  # 管办事指南: what the guide says, and what it had no answer to
    FILE_FOR = "file_for"  # 代报: what was found on patrol, said in a group, asked by an old person
    EXPORT_CASES = "export_cases"  # 导出事项: take the cases of an area out, for another system
    PUBLISH_TASK = "publish_task"  # 发布志愿任务: and say what became of it
    SEND_BULLETIN = "send_bulletin"  # 发通知: to everybody of an area, a unit, a team or a list


_P, _S = PostKind, Scope

TABLE: Mapping[Power, Mapping[PostKind, Scope]] = {
    # The roster is everybody's data: only whoever keeps it, and only for the area they keep.
    Power.IMPORT_ROSTER: {_P.ADMINISTRATOR: _S.OWN},
    Power.EXPORT_ROSTER: {_P.ADMINISTRATOR: _S.OWN},
    # A post is given by whoever answers for the level above it, or by its deputy on duty.
    Power.INVITE: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # What is announced goes to the group: whoever works with those people may bind it.
    Power.BIND_GROUP: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
    # Others' working time is for those who lead them.
    Power.SET_DUTY: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.STREET_HEAD: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # Colleagues agree among themselves: a grid worker may stand in anywhere in the community.
    Power.SWAP_DUTY: {
        _P.GRID_WORKER: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.STREET_DUTY: _S.STREET,
        _P.STREET_HEAD: _S.STREET,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.UNIT_DUTY: _S.UNIT,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # 总体平衡 needs somebody who sees several communities.
    Power.CONFIRM_REPORTIN: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.STREET_HEAD: _S.STREET,
    },
    Power.SEE_REPORTIN: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # Only where people are called: the community. Every look at one is recorded.
    Power.SEE_PHONE: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    Power.SEE_PEOPLE: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # A whistle costs several units their day: the community or a higher level blows it, an
    # emergency whoever is there, a work of weight only the street.
    Power.BLOW_EMERGENCY: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    Power.BLOW_JOINT: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
    },
    Power.BLOW_KEY: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
    },
    Power.BLOW_DEMAND: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    Power.REVIEW_WHISTLE: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
    },
    Power.ANSWER_WHISTLE: {_P.UNIT_DUTY: _S.UNIT, _P.UNIT_LEADER: _S.UNIT},
    # 事不完人不撤: only whoever stands above may send everybody home, and says why.
    Power.END_WHISTLE: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
    },
    # A refusal is judged by somebody who is neither the unit nor the whistler.
    Power.RULE_REFUSAL: {_P.DISTRICT_DESK: _S.DISTRICT},
    Power.SET_PLAN: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
    },
    Power.SEE_WHISTLES: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # Whoever answers for a place finds what was reported there, in whosever hands it is by now;
    # whoever only keeps the roster does not.
    Power.SEE_CASES: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
    # Whoever answers for an area or a unit sees how it does; others' areas are not theirs to rank.
    Power.SEE_FIGURES: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
    },
    # Points are the community's: whoever answers for it gives them and decides about them.
    Power.AWARD_POINTS: {
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.STREET_HEAD: _S.STREET,
    },
    # Where everybody nearer has had a part in it, the district's desk decides.
    Power.DECIDE_POINTS: {
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.STREET_HEAD: _S.STREET,
        _P.DISTRICT_DESK: _S.DISTRICT,
    },
    # One person sets prices and stock, so that one person answers for them.
    Power.RUN_SHOP: {_P.COMMUNITY_HEAD: _S.COMMUNITY},
    Power.HAND_OVER: {
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # Words that neighbours will read are looked at by the community, late ones by the street;
    # by the district's desk where nobody nearer serves.
    Power.REVIEW_WISH: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # Whoever knocks at the door can ask for the consent.
    Power.POST_WISH_FOR: {
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.GRID_WORKER: _S.GRID,
    },
    Power.KEEP_BOARD: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # A unit answers for what it offers and promises: whoever leads it or is on duty there.
    Power.SUPPLY: {_P.UNIT_LEADER: _S.UNIT, _P.UNIT_DUTY: _S.UNIT},
    # Needs are read, and help is booked, where people are known: the community.
    Power.BOOKING: {_P.COMMUNITY_HEAD: _S.COMMUNITY, _P.COMMUNITY_DUTY: _S.COMMUNITY},
    Power.RUN_PROJECT: {_P.COMMUNITY_HEAD: _S.COMMUNITY, _P.COMMUNITY_DUTY: _S.COMMUNITY},
    Power.PLEDGE: {_P.UNIT_LEADER: _S.UNIT, _P.UNIT_DUTY: _S.UNIT},
    # The names of givers are for whoever answers for the projects, and each unit's own.
    Power.SEE_PLEDGES: {
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
    # What holds in a place is written by whoever is asked there.
    Power.KEEP_GUIDE: {
        _P.ADMINISTRATOR: _S.OWN,
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # Those who did not do the work ask whether it is done; who that is in each case stands in
    # governance/roles.py (as_caller).
    Power.REVISIT: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # Whoever is out in the streets, or is told things, files them: there a report is a case at once.
    Power.FILE_FOR: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.COMMUNITY,
        _P.GRID_WORKER: _S.COMMUNITY,
    },
    # Residents' words leave the house: only from the desks that answer to other systems.
    Power.EXPORT_CASES: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
    },
    # Whoever calls volunteers answers for them: the community, or the unit that sends them.
    Power.PUBLISH_TASK: {
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
    # Whoever answers for people may speak to all of them at once, and signs with name and number.
    Power.SEND_BULLETIN: {
        _P.DISTRICT_DESK: _S.DISTRICT,
        _P.STREET_HEAD: _S.STREET,
        _P.STREET_DUTY: _S.STREET,
        _P.COMMUNITY_HEAD: _S.COMMUNITY,
        _P.COMMUNITY_DUTY: _S.COMMUNITY,
        _P.GRID_CHIEF: _S.GRID,
        _P.UNIT_LEADER: _S.UNIT,
        _P.UNIT_DUTY: _S.UNIT,
    },
}


@dataclass(frozen=True, slots=True)
class Held:
    """A post somebody holds, with the areas it lies in by their kind, or its unit."""

    kind: PostKind
    areas: Mapping[AreaKind, int] = field(default_factory=dict)
    area_id: int | None = None
    unit_id: int | None = None

    def reach(self, scope: Scope) -> int | None:
        """The area of this scope; the post's own where the district has no such level."""
        if scope is Scope.UNIT:
            return None
        if scope is Scope.OWN:
            return self.area_id
        return self.areas.get(AreaKind(scope), self.area_id)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: a place (area ids from the district down to it) or a unit."""

    path: Sequence[int] = ()
    unit_id: int | None = None


_NEAREST = tuple(Scope)
MOST_NAMED = 4  # posts named in a refusal; a longer list helps nobody


def may(power: Power, held: Iterable[Held], target: Target) -> bool:
    """Whether one of these posts has this power over the target."""
    scopes = TABLE[power]
    for post in held:
        scope = scopes.get(post.kind)
        if scope is None:
            continue
        if scope is Scope.UNIT:
            if target.unit_id is not None and target.unit_id == post.unit_id:
                return True
        elif post.reach(scope) in target.path:
            return True
    return False


def require(power: Power, held: Iterable[Held], target: Target) -> None:
    """Raises `Refused("needs_post")`, naming the nearest posts that have this power."""
    if not may(power, held, target):
        posts = sorted(TABLE[power], key=lambda post: _NEAREST.index(TABLE[power][post]))
        raise Refused("needs_post", power=power, posts=tuple(posts[:MOST_NAMED]))


def reaches(power: Power, held: Iterable[Held]) -> list[tuple[int | None, int | None]]:
    """Where these posts have this power: the topmost area, or the unit, of each, once."""
    found: dict[tuple[int | None, int | None], None] = {}
    for post in held:
        scope = TABLE[power].get(post.kind)
        if scope is not None:
            found[post.reach(scope), post.unit_id if scope is Scope.UNIT else None] = None
    return [place for place in found if place != (None, None)]
