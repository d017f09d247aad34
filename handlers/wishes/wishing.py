"""A wish is made: what, for whom, who may read it, and exactly how it will read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from governance.authority import Power, reaches
from governance.discretion import asks_for_cash, cover, names_a_child, tells_of_a_problem
from governance.filing import Consent
from governance.org import Area, PostKind
from governance.wishes import Audience, Kind
from governance.wishfile import Wish, post_wish
from handlers import authority, choosing, humans
from handlers.cases.report import report
from handlers.filing.behalf import ask_consent
from handlers.message import Choice
from handlers.posts import reachable
from handlers.registry import conversation
from handlers.talk.answers import VOICE, Entry, Option
from handlers.talk.answers import Text as Typed
from handlers.talk.player import Answer, Talk
from handlers.turn import Start, Turn
from handlers.wishes import common
from handlers.wishes.common import MINE
from handlers.words import Text, _, lines, paragraphs
from storage import gazetteer, org, people, wishes

LEAST, MOST = 4, 200
EXPLAINED: dict[Kind, Text] = {
    Kind.GOODS: _("A thing"),
    Kind.HELP: _("A hand with something"),
    Kind.COMMON: _("Something good for everybody here"),
}


def begin(turn: Turn, said: str) -> Start:
    """Words that sounded like a wish; they need not be said again."""
    reading = turn.event.reading if turn.event else None
    return Start("wish", {"said": said, "codes": list(reading.categories) if reading else []})


@conversation("wish", menu=_("Make a wish"), also=("许个微心愿", "许愿", "许心愿", "我有个心愿"))
def wish_talk(talk: Talk, turn: Turn) -> None:
    """The wish is on the community's desk, in words that its wisher has read."""
    _take_over(talk)
    for_name, consent, area = _whose(talk, turn)
    key, said = ask_words(
        talk, "what", _("What do you wish for? Something small: a thing, a hand.")
    )
    if asks_for_cash(said.text):
        _no_cash(talk, turn, area)
        return
    if _is_a_case(talk, said, key):
        talk.answers["what"] = Entry(k="text", v=said.text, c=list(said.categories))
        report(talk, turn)
        return
    words = cover(said.text)
    kind = Kind(talk.choose("sort", _("What is it?"), [Option(k, EXPLAINED[k]) for k in Kind]))
    community = common.community_of(turn, area.id)
    readers = _ask_readers(talk, turn, community)
    summary = paragraphs(
        _("Others read exactly this:"),
        common.as_others_read(turn, kind, words.text, community),
        lines(
            _("Who reads it: {who}", who=common.audience(turn, readers, community)),
            _("Numbers and doors are covered; you hear from the helper here.")
            if words.changed
            else "",
            _("In a community of some hundred homes people may guess who it is."),
        ),
    )
    changes = (Option(key, _("Change the words")), Option("readers", _("Change who reads it")))
    if not talk.confirm("sure", summary, _("Post the wish"), changes):
        talk.say(_("Nothing was sent. If it still matters, just say it again, any time."))
        return
    _post(turn, area, kind, words.text, readers, for_name, consent)
    if not turn.speaker.noticed:
        people.notice_shown(turn.db, turn.speaker.account_id)
        talk.say(
            _(
                "Your words and photos are used for this matter only and deleted a year after it is "
                "done. To see or delete them, send “my data”."
            )
        )


def _take_over(talk: Talk) -> None:
    """What was said before the conversation began is its first answer, and can be changed."""
    said = talk.given("said")
    if said is not None:
        if LEAST <= len(said) <= MOST:
            talk.answers["what0"] = Entry(k="text", v=said, c=list(talk.given("codes") or ()))
        del talk.answers["said"]
        talk.answers.pop("codes", None)


# ── for whom ─────────────────────────────────────────────────────────────────


def _whose(talk: Talk, turn: Turn) -> tuple[str, Consent | None, Area]:
    """For whom it is, how they agreed, and where they live."""
    bases = talk.recall("bases", lambda: _bases(turn))
    if bases:
        options = (
            Option("me", _("It is my own")),
            Option("other", _("For an old person who asked me")),
        )
        if talk.choose("whose", _("Whose wish is it?"), options) == "other":
            return _for_another(talk, turn, bases)
    return "", None, _own_place(talk, turn)


def _bases(turn: Turn) -> list[int]:
    """The areas in which the speaker may post for others."""
    places = reaches(Power.POST_WISH_FOR, authority.held(turn))
    return [area for area, _unit in places if area is not None]


def _for_another(talk: Talk, turn: Turn, bases: Sequence[int]) -> tuple[str, Consent, Area]:
    name = talk.ask(
        "name", _("What is their name? Only the community reads it."), Typed(1, 20)
    ).text
    consent = ask_consent(talk, name)
    base = gazetteer.chain(turn.db, bases[0])[0]
    spot = choosing.pick(
        talk, "building", _("Where does {name} live?", name=name), choosing.buildings(turn, base)
    )
    area_id = bases[0] if isinstance(spot, str) else spot.id
    return name, consent, turn.db.get_one(Area, area_id)


def _own_place(talk: Talk, turn: Turn) -> Area:
    """The speaker's home, or the community they name."""
    home_id = talk.recall("own", lambda: turn.speaker.home_id)
    if home_id is not None:
        return turn.db.get_one(Area, home_id)
    question = _("In which community do you live?")
    spot = choosing.pick(talk, "lives", question, gazetteer.communities(turn.db))
    return turn.db.get_one(Area, spot.id) if not isinstance(spot, str) else org.district(turn.db)


# ── the words ────────────────────────────────────────────────────────────────


def ask_words(talk: Talk, key: str, question: Text) -> tuple[str, Answer]:
    """Words without a child's age or school, and the key under which they were answered."""
    for n in count():
        name = f"{key}{n}"
        said = talk.ask(name, question, Typed(LEAST, MOST), VOICE)
        if not LEAST <= len(said.text) <= MOST:
            question = _(
                "I could not make out what you said. Please type it, or send “human” and somebody writes it down for you."
            )
            continue
        if not names_a_child(said.text):
            return name, said
        question = _(
            "Please leave out how old a child is and which school it goes to: strangers read it. Say it once more, without that."
        )
    raise AssertionError  # `count` has no end


def _is_a_case(talk: Talk, said: Answer, key: str) -> bool:
    """What somebody is responsible for is nobody's favour: they have to come for it."""
    if not tells_of_a_problem(said.text):
        return False
    question = _(
        "That sounds like something that is somebody's duty. As a report somebody must come, by a day that you are told. Which is it?"
    )
    options = (Option("case", _("Report it")), Option("wish", _("No, it is a wish")))
    return talk.choose("really", question, options, after=(key,)) == "case"


def _ask_readers(talk: Talk, turn: Turn, community: int) -> Audience:
    options = (
        Option(Audience.PUBLIC, _("Everybody in the district")),
        Option(Audience.COMMUNITY, common.audience(turn, Audience.COMMUNITY, community)),
    )
    return Audience(talk.choose("readers", _("Who may read it? Never your name."), options))


def _no_cash(talk: Talk, turn: Turn, area: Area) -> None:
    """Kindly refused, with the person who knows what help in money there is."""
    rungs = org.ladder_above(turn.db, area.path_ids, turn.now, turn.policy.work)
    duty = next((r for r in rungs if r.post is PostKind.COMMUNITY_DUTY), None)
    who = reachable(duty) if duty else _("your community")
    text = lines(
        _("I am sorry that money is short. Wishes cannot be about money: nobody sends any here."),
        _("There is help for it, such as a temporary allowance. {who} applies with you.", who=who),
        _("If there is a thing or a hand that would help, send “/wish” again."),
    )
    talk.say(text, (Choice(_("Speak with a person"), humans.CHOICE),))


# ── posted ───────────────────────────────────────────────────────────────────


def _post(
    turn: Turn,
    area: Area,
    kind: Kind,
    words: str,
    readers: Audience,
    for_name: str,
    consent: Consent | None,
) -> Wish:
    """The community has it before it, and the wisher has a card of it."""
    me = turn.speaker.person_id
    if for_name:
        authority.require(turn, Power.POST_WISH_FOR, area_id=area.id)
    desk = common.desks(turn, area.path_ids, me)[0]
    already = 0 if for_name else wishes.count_open(turn.db, me)
    wish = post_wish(
        poster_id=me,
        area_id=area.id,
        path=area.path,
        community_id=common.community_of(turn, area.id),
        kind=kind,
        words=words,
        audience=readers,
        desk=desk.post,
        policy=turn.policy,
        now=turn.now,
        already_open=already,
        for_name=for_name,
        consent=consent,
    )
    wishes.record(turn.db, wish)
    common.show_desk(turn, wish, desk)
    turn.post.show(MINE, wish.id, me, kind="reply", fresh=True)
    return wish
