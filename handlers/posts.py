"""How posts and people in them are called."""

from __future__ import annotations

from governance.casefile import Case
from governance.org import PostKind, Rung
from handlers.words import Joined, Words, _, line

POSTS: dict[PostKind, Words] = {
    PostKind.GRID_WORKER: _("grid worker"),
    PostKind.GRID_CHIEF: _("grid chief"),
    PostKind.COMMUNITY_DUTY: _("community duty officer"),
    PostKind.STREET_DUTY: _("street duty officer"),
    PostKind.DISTRICT_DESK: _("district desk"),
    PostKind.STAIRWELL_HEAD: _("stairwell head"),
    PostKind.BUILDING_HEAD: _("building head"),
    PostKind.COMMUNITY_HEAD: _("community secretary"),
    PostKind.STREET_HEAD: _("head of the street office"),
    PostKind.UNIT_DUTY: _("unit duty officer"),
    PostKind.UNIT_LEADER: _("unit leader"),
    PostKind.ADMINISTRATOR: _("administrator"),
}


def holder(case: Case) -> Words:
    """Who has the case: "网格员李明", or "区路灯所王工"."""
    if case.holder_unit_id is not None:
        return _("{unit} {name}", unit=case.holder_unit, name=case.holder_name)
    return called(case.holder_post, case.holder_name)


def called(post: PostKind, name: str) -> Words:
    return _("{post} {name}", post=POSTS[post], name=name)


def reachable(rung: Rung) -> Joined:
    """Name, post and duty telephone."""
    return line(called(rung.post, rung.name), rung.phone, separator=" ")
