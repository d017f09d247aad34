"""Whose a group is: /bind and /unbind in the group, the questions in private, the result in both."""

from __future__ import annotations

from governance.authority import Power, reaches
from governance.groups import Binding, Group
from governance.refused import Refused
from handlers import authority
from handlers.message import Card, Choice, Event
from handlers.refusals import words_for
from handlers.registry import choice, command, conversation, opened
from handlers.talk.answers import Option
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.whose import ask_whose, called
from handlers.words import Link, Text, When, Words, _, lines
from storage import groups, org


def lane_of(event: Event) -> str:
    return f"{event.channel}/{event.account}/{event.chat.id}"


def known(turn: Turn, event: Event) -> Group:
    """The group the event comes from, under its present title."""
    group = groups.at(turn.db, lane_of(event))
    if group is None:
        group = Group(lane_of(event), None, turn.speaker.language, kind=None)
        turn.db.add(group)
    group.title = event.chat.title[:128] or group.title
    turn.db.flush()
    return group


# ── in the group ─────────────────────────────────────────────────────────────


def joined(turn: Turn, event: Event) -> None:
    """One line says who this is. A binding from before counts again once it is confirmed."""
    before = groups.at(turn.db, lane_of(event))
    group = known(turn, event)
    if before is not None and before.gone_at is None:
        return  # it was never out: only its rights have changed
    resting = group.come_back()
    if resting is None:
        turn.post.reply(
            Card(
                _(
                    "I am Shaodao. An officer sends /bind here to say whose group this is; for anything else write to me privately."
                )
            )
        )
        return
    whose = called(turn, resting)
    turn.post.reply(
        Card(
            _(
                "I am back. Before, this group belonged to {whose}; notices come again once an officer confirms that with /bind.",
                whose=whose,
            )
        )
    )
    me = turn.speaker
    if may_bind(turn, resting) and groups.can_be_written_to(turn.db.connection(), me.lane):
        question = _(
            "{group} belonged to {whose}. Go on with that?", group=name(group), whose=whose
        )
        with turn.post.at(me.lane):
            turn.post.reply(Card(question, _as_before(group)))


def left(turn: Turn, event: Event) -> None:
    """Nothing is sent to the group any more, and its binding rests."""
    group = groups.at(turn.db, lane_of(event))
    line = group.leave(turn.speaker.person_id, turn.now) if group else None
    if group is not None and line is not None:
        groups.record(turn.db, group, line)


def asked(turn: Turn, event: Event, verb: str) -> None:
    """ "/bind" or "/unbind" in the group: it goes on in private, with whoever may."""
    group = known(turn, event)
    me = turn.speaker
    if not groups.can_be_written_to(turn.db.connection(), me.lane):
        link = Link(f"{_OPENS[verb]}-{group.id}")
        turn.post.reply(Card(_("Please go on with me privately: {link}", link=link)))
        return
    turn.post.reply(Card(_("Please look at our private chat.")))
    with turn.post.at(me.lane):
        turn.post.reply(_first_word(turn, group, verb))


def _first_word(turn: Turn, group: Group, verb: str) -> Card:
    try:
        require_somewhere(turn)
    except Refused as refused:
        return Card(words_for(refused))
    if verb == "unbind":
        text: Text = _("Shall {group} no longer be bound?", group=name(group))
        return Card(text, (Choice(_("Unbind it"), f"groups.unbind:{group.id}"),))
    if group.gone_at is not None and group.binding is not None:
        whose = called(turn, group.binding)
        text = _("{group} belonged to {whose}. Go on with that?", group=name(group), whose=whose)
        return Card(text, _as_before(group))
    text = _("Whose is {group}? Two or three taps, and it is bound.", group=name(group))
    return Card(text, (Choice(_("Bind the group"), f"groups.bind:{group.id}"),))


def _as_before(group: Group) -> tuple[Choice, ...]:
    return (
        Choice(_("Go on as before"), f"groups.restore:{group.id}"),
        Choice(_("Bind it anew"), f"groups.bind:{group.id}"),
    )


# ── in private ───────────────────────────────────────────────────────────────


@command("bind", menu=_("Bind a group"), also=("绑定群",))
def bind_from_private(turn: Turn) -> None:
    """How it is done; nothing can be bound from here."""
    turn.post.reply(
        Card(
            _(
                "Add me to the group and send /bind there; /unbind undoes it. The questions come to you here."
            )
        )
    )


@choice("groups.bind")
def bind_one(_turn: Turn, group_id: int, _arg: str) -> Start:
    return Start("bind", {"group": group_id})


@choice("groups.unbind")
def unbind_one(_turn: Turn, group_id: int, _arg: str) -> Start:
    return Start("unbind", {"group": group_id})


_OPENS = {"bind": "gb", "unbind": "gu"}


@opened("gb")
def bind_by_link(_turn: Turn, rest: str) -> Start:
    return Start("bind", {"group": _number(rest)})


@opened("gu")
def unbind_by_link(_turn: Turn, rest: str) -> Start:
    return Start("unbind", {"group": _number(rest)})


def _number(rest: str) -> int:
    return int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 16 else 0


@choice("groups.restore")
def restore(turn: Turn, group_id: int, _arg: str) -> None:
    """The binding from before counts again."""
    group = _still_there(turn, group_id)
    if group is None or group.binding is None:
        turn.post.reply(Card(NOT_THERE))
        return
    _require(turn, group.binding)
    line = group.restore(turn.speaker.person_id, turn.now)
    if line is not None:
        groups.record(turn.db, group, line)
    _tell_both(turn, group)


@conversation("bind")
def bind_talk(talk: Talk, turn: Turn) -> None:
    """An officer says whose a group is."""
    group = _still_there(turn, talk.given("group"))
    if group is None:
        talk.say(NOT_THERE)
        return
    require_somewhere(turn)
    if group.binding is not None:
        _require(turn, group.binding)
    to = ask_whose(talk, turn)
    if to == group.binding and group.gone_at is None:
        talk.say(
            _("{group} is bound to {whose} already.", group=name(group), whose=called(turn, to))
        )
        return
    if talk.choose("sure", _summary(turn, group, to), _YES_OR_NO) != "yes":
        talk.say(_("Nothing has changed."))
        return
    _require(turn, to)
    groups.record(turn.db, group, group.bind(to, turn.speaker.person_id, turn.now))
    group.language = turn.speaker.language
    talk.say(_told(turn, group))
    turn.post.to_group(group.lane, Card(_bound(turn, group)), group.language)


NO = Option("no", _("Leave it as it is"))
_YES_OR_NO = (Option("yes", _("Bind it")), NO)


def _summary(turn: Turn, group: Group, to: Binding) -> Text:
    question = _("Bind {group} to {whose}?", group=name(group), whose=called(turn, to))
    before = group.binding
    if before is None:
        return question
    return lines(_as_it_is(turn, group, before), question)


def _as_it_is(turn: Turn, group: Group, before: Binding) -> Words:
    whose = called(turn, before)
    if group.bound_by is None or group.bound_at is None:
        return _("{group} is bound to {whose} at present.", group=name(group), whose=whose)
    return _(
        "{group} is bound to {whose} at present; {name} bound it {day}.",
        group=name(group),
        whose=whose,
        name=org.person_name(turn.db, group.bound_by),
        day=When(group.bound_at, date_only=True),
    )


@conversation("unbind")
def unbind_talk(talk: Talk, turn: Turn) -> None:
    """The group belongs to nothing any more."""
    group = _still_there(turn, talk.given("group"))
    if group is None:
        talk.say(NOT_THERE)
        return
    before = group.binding
    if before is None:
        require_somewhere(turn)
        talk.say(_("{group} is not bound to anything.", group=name(group)))
        return
    _require(turn, before)
    question = lines(
        _as_it_is(turn, group, before),
        _("Undo that? Notices then no longer come to the group."),
    )
    options = (Option("yes", _("Unbind it")), NO)
    if talk.choose("sure", question, options) != "yes":
        talk.say(_("Nothing has changed."))
        return
    line = group.unbind(turn.speaker.person_id, turn.now)
    if line is not None:
        groups.record(turn.db, group, line)
    talk.say(_("Done: {group} is not bound to anything now.", group=name(group)))
    told = _("This group is not bound to anything now; no more notices come here.")
    turn.post.to_group(group.lane, Card(told), group.language)


# ── who may, and what is told ────────────────────────────────────────────────

NOT_THERE = _("I am not in that group any more. Add me again, and send /bind there.")


def _still_there(turn: Turn, group_id: int) -> Group | None:
    """The group, locked, unless the bot is out of it."""
    group = groups.lock(turn.db, group_id)
    if group is None or groups.is_closed(turn.db.connection(), group.lane):
        return None
    return group


def require_somewhere(turn: Turn) -> None:
    """Raises `Refused("needs_post")` for who may bind no group anywhere."""
    if not reaches(Power.BIND_GROUP, authority.held(turn)):
        authority.require(turn, Power.BIND_GROUP)


def _require(turn: Turn, binding: Binding) -> None:
    authority.require(turn, Power.BIND_GROUP, area_id=binding.area_id, unit_id=binding.unit_id)


def may_bind(turn: Turn, binding: Binding) -> bool:
    return authority.may(turn, Power.BIND_GROUP, area_id=binding.area_id, unit_id=binding.unit_id)


def _bound(turn: Turn, group: Group) -> Text:
    assert group.binding is not None  # noqa: S101 - it has just been bound
    return _("This group is now bound: {whose}.", whose=called(turn, group.binding))


def _told(turn: Turn, group: Group) -> Text:
    assert group.binding is not None  # noqa: S101 - it has just been bound
    return _(
        "Done: {group} is bound to {whose}.", group=name(group), whose=called(turn, group.binding)
    )


def _tell_both(turn: Turn, group: Group) -> None:
    turn.post.reply(Card(_told(turn, group)))
    turn.post.to_group(group.lane, Card(_bound(turn, group)), group.language)


def name(group: Group) -> Text:
    return _("the group “{title}”", title=group.title) if group.title else _("the group")
