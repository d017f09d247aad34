"""An officer invites somebody to a post; whoever accepts is that person from then on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from governance import invitations as rules
from governance.authority import Power, Target
from governance.invitations import INVITES
from governance.org import SEATS, PostKind
from governance.refused import Refused
from handlers import authority
from handlers.enlisting import ask_member
from handlers.joining import Offer, offer_of, take_back
from handlers.message import Card, Choice
from handlers.posts import POSTS
from handlers.registry import choice, command, conversation
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Link, When, Words, _, lines, ngettext, paragraphs
from handlers.words import Text as AnyText
from storage import invitations, org, tokens
from storage.invitations import Place
from storage.tokens import Purpose, Token

SHORT = 8  # so many are offered to be tapped; of more, one types the name
NEW = "new"
MEMBER = "member"


@conversation("invite", menu=_("Invite to a post"), also=("邀请", "邀请上岗", "invite"))
def invite(talk: Talk, turn: Turn) -> None:
    """An officer has a link for one person and one post below their own."""
    kinds = rules.kinds_for(authority.held(turn))
    if not kinds:
        raise Refused("needs_post", power=Power.INVITE, posts=tuple(INVITES))
    options = [Option(kind.value, POSTS[kind]) for kind in kinds]
    without = Option(MEMBER, _("Member or volunteer, no post"))
    chosen = talk.choose("kind", _("To which post?"), [*options, without])
    if chosen == MEMBER:
        place, data = ask_member(talk, turn)
        _issue(turn, None, place, None, data)
        return
    kind = PostKind(chosen)
    seat = _place(talk, turn, kind)
    if seat is None:
        talk.say(
            _(
                "The roster has no place of yours for a {post} yet. Ask the administrator to add it.",
                post=POSTS[kind],
            )
        )
        return
    post_id = _holder(talk, turn, kind, seat)
    if post_id is not None:
        _issue(turn, kind, seat, post_id, {})
        return
    name = " ".join(talk.ask("name", _("What is their name?"), Text(2, 30)).text.split())
    phone = _phone(talk, turn)
    at = {"area": None if seat.unit else seat.id, "unit": seat.id if seat.unit else None}
    new = {"kind": kind.value, **at, "name": name, "phone": phone}
    _issue(turn, kind, seat, None, new)


# ── where ────────────────────────────────────────────────────────────────────


def _place(talk: Talk, turn: Turn, kind: PostKind) -> Place | None:
    """Where the post is held, within the speaker's reach; None where there is no such place."""
    few = talk.recall("few", lambda: _offered(_places(turn, kind)), after=("kind",))
    if few == []:
        return None
    chosen = _named(talk, turn, kind) if few is None else _pick(talk, "place", few)
    return invitations.place(turn.db, *((chosen, None) if SEATS[kind] else (None, chosen)))


def _places(turn: Turn, kind: PostKind) -> list[Place]:
    held = authority.held(turn)
    areas, units = rules.reach(held, kind)
    found = (
        invitations.areas_under(turn.db, areas, SEATS[kind])
        if SEATS[kind]
        else invitations.units_in(turn.db, areas, units)
    )
    return [place for place in found if rules.may_invite(held, kind, _target(place))]


def _target(place: Place) -> Target:
    return Target(place.path, place.id if place.unit else None)


def _offered(found: list[Place]) -> list[list[Any]] | None:
    """What can be chosen from, JSON-shaped; None if it is too much to choose from."""
    return [[place.id, place.name] for place in found] if len(found) <= SHORT else None


def _pick(talk: Talk, key: str, offered: list[list[Any]]) -> int:
    if len(offered) == 1:
        return int(offered[0][0])
    options = [Option(str(place_id), name) for place_id, name in offered]
    return int(talk.choose(key, _("Where?"), options, after=("kind",)))


def _named(talk: Talk, turn: Turn, kind: PostKind) -> int:
    """The place whose name was typed; asked again until one fits, or few enough do."""
    question: Words = _("Where? Type the name, or a part of it.")
    for n in count(1):
        said = talk.ask(f"place{n}", question, Text(1, 40), after=("kind",)).text
        search = partial(_search, turn, kind, said)
        found = talk.recall(f"places{n}", search, after=(f"place{n}",))
        if found:
            return _pick(talk, f"which{n}", found)
        question = (
            _("That fits too many places. Type more of the name.")
            if found is None
            else _("No place within your reach is called that. Type it as the roster has it.")
        )
    raise AssertionError("unreachable")


def _search(turn: Turn, kind: PostKind, said: str) -> list[list[Any]] | None:
    wanted = "".join(said.split()).lower()
    found = [
        place
        for place in _places(turn, kind)
        if wanted in "".join(place.name.split()).lower() or wanted == place.code.lower()
    ]
    exact = [p for p in found if wanted in {"".join(p.name.split()).lower(), p.code.lower()}]
    return _offered(exact or found)


# ── who ──────────────────────────────────────────────────────────────────────


def _holder(talk: Talk, turn: Turn, kind: PostKind, place: Place) -> int | None:
    """The post whose holder is invited; None for somebody the roster does not know."""
    before = tuple(key for key in talk.answers if key.startswith(("kind", "place", "which")))
    free = talk.recall("free", lambda: _without_account(turn, kind, place), after=before)
    if not free:
        return None
    options = [*(Option(str(post), name) for post, name in free), Option(NEW, _("Somebody else"))]
    question = lines(
        _("{place}, {post}: who is invited?", place=place.name, post=POSTS[kind]),
        _("These are in the roster and have no account yet."),
    )
    chosen = talk.choose("who", question, options, after=before)
    return None if chosen == NEW else int(chosen)


def _without_account(turn: Turn, kind: PostKind, place: Place) -> list[list[Any]]:
    day = turn.policy.local_date(turn.now)
    found = invitations.without_account(turn.db, kind, place.id, day, unit=place.unit)
    names = [name for _post, name, _code in found]
    return [
        [post, f"{name} {code}".strip() if names.count(name) > 1 else name]
        for post, name, code in found
    ]


def _phone(talk: Talk, turn: Turn) -> str:
    """The duty telephone of a new post; the inviter's own is offered."""
    day = turn.policy.local_date(turn.now)
    served = org.serving(turn.db, turn.speaker.person_id, day)
    mine = next((post.phone for post in served if post.phone), "")
    options = [Option(mine, mine)] if mine else []
    question: Words = _("Their duty telephone? Residents are given it.")
    for n in count(1):
        said = str(talk.ask(f"phone{n}", question, Text(5, 32), options=options).value)
        if sum(c.isdigit() for c in said) >= 5 and not set(said) - set("0123456789+-() "):
            return said.strip()
        question = _("That is no telephone number. Digits, please, like 0421-0000101.")
    raise AssertionError("unreachable")


# ── the invitation ───────────────────────────────────────────────────────────


def _issue(
    turn: Turn, kind: PostKind | None, place: Place, post_id: int | None, data: dict[str, Any]
) -> None:
    """The inviter has the link; an earlier one of theirs for the same leads nowhere."""
    rules.require(authority.held(turn), kind, _target(place))
    me = turn.speaker.person_id
    for earlier in tokens.open_of(turn.db, me, Purpose.POST, turn.now):
        same_post = post_id is not None and earlier.subject_id == post_id
        member = data.get("person")
        if same_post or (member is not None and earlier.data.get("person") == member):
            tokens.revoke(turn.db, earlier, turn.now)
    token, secret = tokens.make(
        turn.db,
        Purpose.POST,
        now=turn.now,
        expires_at=turn.now + timedelta(days=turn.policy.invitation_days),
        maker_id=me,
        subject_id=post_id,
        data=data,
    )
    turn.post.reply(_card(offer_of(turn, token), token, f"i-{secret}"))


def _card(offer: Offer, token: Token, payload: str) -> Card:
    text = paragraphs(
        lines(
            _("Invitation for {name}: {post}", name=offer.name, post=offer.words),
            _(
                "Send it to nobody else. It works once, until {when}.",
                when=When(token.expires_at),
            ),
        ),
        Link(payload),
        lines(
            _("If the link does not open, this code can be sent to me instead:"),
            payload,
        ),
        _("As soon as somebody uses it, you read here who."),
    )
    revoke = Choice(_("Revoke it"), f"invitations.revoke:{token.id}")
    return Card(text, (revoke,), qr=Link(payload), secret=True)


@command("invitations", menu=_("My invitations"), also=("邀请记录", "我的邀请", "my invitations"))
def mine(turn: Turn) -> None:
    """What the speaker has sent out and nobody has used yet."""
    found = tokens.open_of(turn.db, turn.speaker.person_id, Purpose.POST, turn.now)
    shown = [(n, token, _line(turn, token)) for n, token in enumerate(found[:SHORT], 1)]
    if not shown:
        turn.post.reply(Card(_("No invitation of yours is open. To invite, send “invite”.")))
        return
    heading = ngettext(
        "{count} invitation of yours is open:", "{count} invitations of yours are open:", len(found)
    )
    rows = [_("{n}. {what}", n=n, what=what) for n, _token, what in shown]
    choices = [
        Choice(_("Revoke {n}", n=n), f"invitations.revoke:{token.id}") for n, token, _w in shown
    ]
    turn.post.reply(Card(lines(heading, *rows), tuple(choices)))


def _line(turn: Turn, token: Token) -> AnyText:
    until = When(token.expires_at)
    try:
        offer = offer_of(turn, token)
    except Refused:
        return _("a post that is no longer in the roster, until {when}", when=until)
    return _("{name}, {post}, until {when}", name=offer.name, post=offer.words, when=until)


@choice("invitations.revoke")
def revoke(turn: Turn, token_id: int, _arg: str) -> None:
    """Nobody can use it any more; whoever has is parted from the post again."""
    token = turn.db.get(Token, token_id, with_for_update=True, populate_existing=True)
    if token is None or token.purpose is not Purpose.POST or not _may_revoke(turn, token):
        raise Refused("link_unknown")
    if tokens.revoke(turn.db, token, turn.now):
        turn.post.reply(Card(_("Revoked. The link leads nowhere now.")))
    elif token.revoked_at is not None or token.used_at is None:
        turn.post.reply(Card(_("It was revoked already.")))
    else:
        take_back(turn, token)


def _may_revoke(turn: Turn, token: Token) -> bool:
    """Its maker, and whoever could have made it."""
    if token.maker_id == turn.speaker.person_id:
        return True
    offer = offer_of(turn, token)
    return rules.may_invite(authority.held(turn), offer.kind, _target(offer.place))
