"""An invitation to a post is accepted, and taken back where the wrong one had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance import invitations as rules
from governance.authority import Target
from governance.desks import Which
from governance.org import Post, PostKind
from governance.people import Person
from governance.refused import Refused
from handlers import accounts
from handlers.message import Card, Choice
from handlers.posts import POSTS
from handlers.refusals import words_for
from handlers.registry import conversation, opened
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, Words, _, lines, ngettext, paragraphs
from storage import desks, invitations, org, people, tokens
from storage.desks import Whose
from storage.invitations import Place
from storage.secrets import fingerprint
from storage.tokens import Purpose, Token


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation is for: a post, or, where `kind` is None, a member's place in the
    roster. `person_id` is None while whoever is invited is not in the roster."""

    kind: PostKind | None
    place: Place
    name: str
    person_id: int | None
    post: Post | None

    @property
    def words(self) -> Words:
        if self.kind is None:
            return _("member of {place}", place=self.place.name)
        return _("{post} of {place}", post=POSTS[self.kind], place=self.place.name)


def offer_of(turn: Turn, token: Token) -> Offer:
    """What the invitation is for now. Raises `Refused("post_gone")`."""
    if token.subject_id is None:
        data = token.data
        place = invitations.place(turn.db, data["area"], data["unit"])
        if "person" in data:
            name = org.person_name(turn.db, data["person"])
            return Offer(None, place, name, data["person"], None)
        return Offer(PostKind(data["kind"]), place, data["name"], None, None)
    post = turn.db.get(Post, token.subject_id)
    if post is None:
        raise Refused("post_gone")
    place = invitations.place(turn.db, post.area_id, post.unit_id)
    name = org.person_name(turn.db, post.person_id)
    return Offer(post.kind, place, name, post.person_id, post)


# ── accepting ────────────────────────────────────────────────────────────────


@opened("i")
def open_invitation(turn: Turn, secret: str) -> Start | None:
    """A link was opened, or its code typed: what it is for, before anything is done."""
    token = tokens.find(turn.db, Purpose.POST, secret)
    if token.used_by == turn.speaker.account_id and token.revoked_at is None:
        turn.post.reply(Card(_("You have accepted this already. To see your cases: “my cases”.")))
        return None
    token.require_open(turn.now)
    _check(turn, token)
    return Start("join", {"invitation": token.id})


@conversation("join")
def join(talk: Talk, turn: Turn) -> None:
    """Somebody accepts a post, or does not."""
    token = turn.db.get_one(Token, int(talk.given("invitation")), populate_existing=True)
    try:
        token.require_open(turn.now)
        offer = _check(turn, token)
    except Refused as refused:
        talk.say(words_for(refused))
        return
    options = (Option("yes", _("I accept")), Option("no", _("That is not me")))
    if talk.choose("sure", _asked(turn, token, offer), options) != "yes":
        talk.say(_("All right. The link stays unused; please tell whoever sent it to you."))
        return
    try:
        _accept(turn, token, offer)
    except Refused as refused:
        talk.say(words_for(refused))


def _asked(turn: Turn, token: Token, offer: Offer) -> Text:
    """Post and place, and by whom; not who the roster expects."""
    by = org.person_name(turn.db, token.maker_id) if token.maker_id else ""
    return paragraphs(
        lines(
            _("You are invited: {post}.", post=offer.words),
            _("Invited by: {name}", name=by) if by else "",
        ),
        _(
            "If you accept, this account is the member's of the roster: where you are registered, and what is asked for there, comes here. Your number is shown to no resident. What is kept of you, and who looked at it, you see with “my data”."
        )
        if offer.kind is None
        else _(
            "If you accept, this account belongs to that post: its work comes here, and those you work with see your name and duty telephone. Residents do not see your private number. What is kept of you, and who looked at it, you see with “my data”."
        ),
    )


def _check(turn: Turn, token: Token) -> Offer:
    """Raises `Refused` where the post cannot be accepted, or not from this account."""
    offer = offer_of(turn, token)
    if token.maker_id is not None:
        day = turn.policy.local_date(turn.now)
        target = Target(offer.place.path, offer.place.id if offer.place.unit else None)
        if not rules.may_invite(org.held_by(turn.db, token.maker_id, day), offer.kind, target):
            raise Refused("link_revoked")
    me = turn.speaker.person_id
    if accounts.is_somebody(turn, me):
        raise Refused("other_person", holder=org.person_name(turn.db, me))
    if offer.person_id is not None and invitations.has_account(turn.db, offer.person_id):
        raise Refused("post_taken")
    return offer


def _accept(turn: Turn, token: Token, offer: Offer) -> None:
    """The account is the rostered person's, with everything it had before."""
    if offer.person_id is not None:  # of two invitations to one person, one is accepted at a time
        turn.db.get_one(Person, offer.person_id, with_for_update=True, populate_existing=True)
        _check(turn, token)
    tokens.use(turn.db, token, turn.now, turn.speaker.account_id)
    post = offer.post
    if post is None and offer.person_id is None:
        post = _enrol(turn, token, offer)
    person_id = post.person_id if post else offer.person_id
    assert person_id is not None  # noqa: S101 - of the roster, or enrolled just now
    me, account = turn.speaker.person_id, people.account(turn.db, turn.speaker.account_id)
    shown = _shown(turn, account)
    same_phone = _same_phone(turn, me, person_id)
    moved = accounts.merge(turn, me, person_id)
    token.subject_id = post.id if post else None
    token.data = {**token.data, "name": offer.name, "shown": shown, "moved": moved}
    people.speaks_now(turn.db, turn.speaker.account_id)
    turn.post.reply(Card(_welcome(turn, offer, person_id)))
    if token.maker_id is not None:
        revoke = Choice(_("Revoke it"), f"invitations.revoke:{token.id}")
        text = _told(offer, shown, same_phone=same_phone)
        turn.post.to(token.maker_id, Card(text, (revoke,)), kind="alert")


def _enrol(turn: Turn, token: Token, offer: Offer) -> Post:
    assert offer.kind is not None  # noqa: S101 - a member is in the roster already
    phone = str(token.data["phone"])
    return invitations.add_to_roster(
        turn.db, offer.name, f"I-{token.id:04d}", offer.kind, offer.place, phone
    )


def _shown(turn: Turn, account: Any) -> str:
    """What the account calls itself: now, else when it was first seen."""
    now = turn.event.sender_name[:60] if turn.event else ""
    return now or str(account.shown)


def _same_phone(turn: Turn, one: int, other: int) -> bool:
    """A hint for the inviter and no proof of anything."""
    mine, theirs = (turn.db.get_one(Person, person_id).phone for person_id in (one, other))
    return bool(mine) and fingerprint(mine) == fingerprint(theirs)


def _welcome(turn: Turn, offer: Offer, person_id: int) -> Text:
    if offer.kind is None:
        return lines(
            _("Done, {name}. You are {post} now.", name=offer.name, post=offer.words),
            _("Where you are registered you see with “report-in”."),
        )
    waiting = desks.counts(turn.db, Whose(person_id, (person_id,)), turn.now)[Which.OPEN]
    return lines(
        _("Done, {name}. You are {post} now.", name=offer.name, post=offer.words),
        _("Work comes here by itself. What is in your hands you see with “my cases”."),
        ngettext("{count} case is waiting for you.", "{count} cases are waiting for you.", waiting)
        if waiting
        else "",
    )


def _told(offer: Offer, shown: str, *, same_phone: bool) -> Text:
    """What the inviter reads at once."""
    plain = shown.strip().lower() == offer.name.strip().lower()
    return lines(
        _("The invitation was accepted: {name}, {post}.", name=offer.name, post=offer.words),
        _("The account calls itself “{shown}”, like the roster.", shown=shown)
        if plain
        else _(
            "But the account calls itself “{shown}”, and the roster says “{name}”. Ask {name} whether it was them; if not, revoke it.",
            shown=shown,
            name=offer.name,
        ),
        _("The telephone number is the roster's; that is a hint and no proof.")
        if same_phone
        else "",
    )


# ── taking it back ───────────────────────────────────────────────────────────


def take_back(turn: Turn, token: Token) -> None:
    """The post is without an account again, and whoever had it starts anew.

    Every account goes: before the invitation the post had none, so all came by it. Open
    invitations made meanwhile lead nowhere.
    """
    offer = offer_of(turn, token)
    token.revoked_at = turn.now
    turn.db.flush()
    account = people.account(turn.db, token.used_by or 0)
    person_id = offer.person_id
    if person_id is None or account is None or account.person_id != person_id:
        turn.post.reply(Card(_("That account does not hold the post any more.")))
        return
    bound = people.listed(turn.db, person_id)
    tokens.revoke_all_of(turn.db, person_id, turn.now)
    accounts.part(turn, person_id, bound, token.data["shown"], token.data["moved"])
    turn.post.reply(
        Card(
            lines(
                _("Revoked. {post} {name} has no account now.", post=offer.words, name=offer.name),
                _("What was done meanwhile stays in the history of each case."),
                _("To invite again, send “invite”."),
            )
        )
    )
    gone = lines(
        _("You are no longer {post}: the invitation was revoked.", post=offer.words),
        _("What you had reported yourself before stays yours."),
        _("If that is a mistake, speak to whoever invited you, or send “human”."),
    )
    for one in bound:
        turn.post.to_group(one.lane, Card(gone), one.language)
