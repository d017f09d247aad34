"""A resident reports a problem: what, where, what kind, and it is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance.casefile import CALM, URGENT, Case, open_case
from governance.cases import Actor, Place, Role
from governance.org import Area, AreaKind, PostKind, degrees, metres
from governance.policy import Category
from handlers import files, places
from handlers.cases.common import BRIEF, WORK, kind_of, ladder, put_before_holder, what_of
from handlers.cases.listening import ask_urgent
from handlers.cases.private import ask_concerned
from handlers.message import Choice
from handlers.posts import called, holder
from handlers.registry import conversation
from handlers.talk.answers import LOCATION, PHOTO, VOICE, Option, Text
from handlers.talk.player import Answer, Talk
from handlers.turn import Turn
from handlers.words import Joined, Name, When, Words, _, line, lines, ngettext
from storage import case_numbers, cases, digests, following, org, people

NONE_OF_THESE = "none"
UNSORTED = "unsorted"


@conversation("report", menu=_("Report a problem"), also=("上报", "报修", "我要上报", "随手拍"))
def report(talk: Talk, turn: Turn) -> None:
    talk.accepts(PHOTO, VOICE)
    what = _ask_what(talk)
    if what.kind == "voice":
        _by_voice(talk, turn)
        return
    place = _ask_place(talk, turn, what)
    category = _ask_category(talk, turn, what)
    same = talk.recall("similar", lambda: _similar(turn, category, place), after=(*_PLACED, "what"))
    if same is not None and _is_the_same(talk, turn, same):
        _join(talk, turn, same)
        return
    path = turn.db.get_one(Area, place.area_id).path_ids
    concerned = ask_concerned(talk, turn, path) if category.concerns_officers else None
    photos, voices = talk.sent(PHOTO), talk.sent(VOICE)
    summary = _summary(turn, what, place, category, len(photos), len(voices))
    changes = (
        Option("what", _("Change the words")),
        Option("where", _("Change the place")),
        Option("kind", _("Change the kind")),
    )
    if not talk.confirm("sure", summary, _("Send it"), changes):
        talk.say(_("Nothing was sent. If it still matters, just say it again, any time."))
        return
    case = open_from(turn, place, category.code, what.text, photos, voices, concerns_id=concerned)
    _receipt(talk, turn, case, _got(turn, case))


def _by_voice(talk: Talk, turn: Turn) -> None:
    """One question; a person listens, and fills in what it is and where."""
    urgent = ask_urgent(talk)
    place = places.at_home(turn)
    if place is None:
        district = org.district(turn.db)
        place = places.Found(district.id, district.name)
    spoken = URGENT if urgent else CALM
    case = open_from(turn, place, "", "", talk.sent(PHOTO), talk.sent(VOICE), spoken=spoken)
    _receipt(talk, turn, case, _("Got your voice message."), urgent=urgent)


_PLACED = ("where", "community", "kind", "family", "exact")


# ── the questions ────────────────────────────────────────────────────────────


def _ask_what(talk: Talk) -> Answer:
    if talk.sent(PHOTO):
        return talk.ask(
            "what",
            _("Got the photo. Where is it, and what is wrong? A few words are enough."),
            Text(2, 1000),
            VOICE,
            options=(Option("see_photo", _("The photo says it all")),),
        )
    question = _("What is wrong, and where? Type it, say it, or send a photo.")
    return talk.ask("what", question, Text(2, 1000), VOICE)


def _ask_place(talk: Talk, turn: Turn, what: Answer) -> places.Found:
    """Asked only when the words do not name it, or the person wants another one."""
    named = talk.recall("named", lambda: _as_json(places.in_text(turn, what.text)), after=("what",))
    if named is not None and not talk.changed("where"):
        return places.Found(**named)
    home = talk.recall("home", lambda: _as_json(places.at_home(turn)))
    options = (Option("home", _("Yes, at {place}", place=home["words"])),) if home else ()
    question = (
        _("Where is it? At your own building? If not, type the place, say it, or share a location.")
        if home
        else _("Where is it? Type the estate and building, or share a location.")
    )
    where = talk.ask("where", question, Text(2, 200), LOCATION, VOICE, options=options)
    if where.kind == "option" and home:
        return places.Found(**home)
    found = talk.recall("found", lambda: _as_json(_located(turn, where)), after=("where",))
    return places.Found(**found) if found else _ask_community(talk, turn, where)


def _located(turn: Turn, where: Answer) -> places.Found | None:
    if where.kind == "location":
        return places.at_point(turn, *where.value)
    return places.in_text(turn, where.text)


def _ask_community(talk: Talk, turn: Turn, where: Answer) -> places.Found:
    known = talk.recall("communities", lambda: _communities(turn))
    options = [Option(str(area_id), name) for area_id, name in known]
    chosen = talk.choose(
        "community",
        _("Which community is that in?"),
        [*options, Option("0", _("I do not know"))],
        after=("where",),
    )
    area = turn.db.get_one(Area, int(chosen)) if chosen != "0" else org.district(turn.db)
    words = where.text[:200] or area.name
    latitude, longitude = where.value if where.kind == "location" else (None, None)
    return places.Found(area.id, words, latitude, longitude)


def _communities(turn: Turn) -> list[tuple[int, str]]:
    found = org.below(turn.db, org.district(turn.db), AreaKind.COMMUNITY)
    return [(area.id, area.name) for area in found[:12]]


def _ask_category(talk: Talk, turn: Turn, what: Answer) -> Category:
    """One tap among the likely ones; the whole list, in two steps, behind "none of these"."""
    first = [Option(code, kind_of(turn, code)) for code in what.categories[:3]]
    question = _("What is it about?")
    if first:
        more = Option(NONE_OF_THESE, _("None of these"))
        code = talk.choose("kind", question, [*first, more], after=("what",))
        if code != NONE_OF_THESE:
            return turn.policy.category(code)
    unsure = Option(UNSORTED, _("Let the grid worker decide"))
    families = [c for c in turn.policy.categories.values() if not c.parent]
    family = talk.choose(
        "family", question, [unsure, *(_option(c) for c in families)], after=("kind",)
    )
    if family == UNSORTED:
        return turn.policy.category("")
    members = [c for c in turn.policy.categories.values() if c.parent == family]
    code = talk.choose(
        "exact", _("Which of these?"), [*(_option(c) for c in members), unsure], after=("family",)
    )
    return turn.policy.category("" if code == UNSORTED else code)


def _option(category: Category) -> Option:
    return Option(category.code, Name(category.short_zh, category.short_en))


# ── the same thing, reported before ──────────────────────────────────────────


def _similar(turn: Turn, category: Category, place: places.Found) -> int | None:
    """An open public case of this family in the same building or close by, not one's own."""
    if not category.public:
        return None
    point = (place.latitude, place.longitude) if place.latitude and place.longitude else None
    near = turn.policy.near_metres
    square = degrees(near)
    for case in cases.similar(turn.db, category.family, place.area_id, point, square):
        here = case.area_id == place.area_id
        close = (
            point and case.latitude and metres(point, (case.latitude, case.longitude or 0)) <= near
        )
        if (here or close) and case.reporter_id != turn.speaker.person_id:
            return case.id
    return None


def _is_the_same(talk: Talk, turn: Turn, case_id: int) -> bool:
    if talk.given("same") is not None:
        return talk.choose("same", "", ()) == "same"
    case = turn.db.get_one(Case, case_id)
    text = lines(
        _(
            "A neighbour has reported something like it: {place}, {kind}. {holder} has it, to be "
            "done by {day} at the latest.",
            place=case.place,
            kind=what_of(turn, case),
            holder=holder(case),
            day=When(case.result_due, date_only=True),
        ),
        _("Is it the same?"),
    )
    options = (
        Option("same", _("Yes, count me in")),
        Option("other", _("No, something else")),
    )
    return talk.choose("same", text, options, after=(*_PLACED, "what")) == "same"


def _join(talk: Talk, turn: Turn, case_id: int) -> None:
    case = turn.db.get_one(Case, case_id)
    following.follow(turn.db, case, turn.speaker.person_id)
    turn.post.refresh(case.id, (WORK,))
    people_waiting = 1 + len(following.followers(turn.db, case))
    talk.say(
        lines(
            ngettext(
                "You are counted in: {count} household waits for it.",
                "You are counted in: {count} households wait for it.",
                people_waiting,
            ),
            _("You will hear when it is done. To ask how it stands, send “progress”."),
            _notice(turn),
            case.number,
        )
    )


# ── the case ─────────────────────────────────────────────────────────────────


def open_from(
    turn: Turn,
    place: places.Found,
    category: str,
    words: str,
    photos: Sequence[str] = (),
    voices: Sequence[Sequence[str]] = (),
    *,
    danger: str = "",
    reporter: Actor | None = None,
    concerns_id: int | None = None,
    split_from: Case | None = None,
    spoken: str = "",
) -> Case:
    """The case is open, its holder has it before them, and its files will be fetched.

    `reporter` is given where the speaker opens it for somebody else. One that was `split_from`
    another is as anonymous as that one, and kept from the same officer.
    """
    area = turn.db.get_one(Area, place.area_id)
    rungs = org.ladder_above(turn.db, area.path_ids, turn.now, turn.policy.work)
    me = turn.speaker
    case = open_case(
        number=case_numbers.next_number(
            turn.db, turn.policy.district, turn.policy.local_date(turn.now)
        ),
        place=Place(area.id, place.words, place.latitude, place.longitude),
        path=area.path,
        category=category,
        text=words,
        reporter=reporter or Actor(Role.REPORTER, me.person_id, me.name),
        rungs=rungs,
        policy=turn.policy,
        now=turn.now,
        emergency=bool(danger),
        danger=danger,
        anonymous=split_from is not None and split_from.anonymous,
        concerns_id=split_from.concerns_id if split_from else concerns_id,
        filed_by=split_from.filed_by if split_from else None,
        split_from=split_from.id if split_from else None,
        spoken=spoken,
    )
    cases.record(turn.db, case)
    files.keep(turn, "case", case.id, photos, voices, part="report")
    put_before_holder(turn, case)
    for rung in rungs:
        if rung.post is PostKind.GRID_CHIEF and not case.private:
            at = turn.policy.work.next_workday_at(turn.now, turn.policy.brief_at)
            digests.schedule(turn.db, rung.person_id, BRIEF, at)
    return case


def _summary(
    turn: Turn,
    what: Answer,
    place: places.Found,
    category: Category,
    photos: int,
    voices: int,
) -> Joined:
    files = line(
        ngettext("{count} photo", "{count} photos", photos) if photos else "",
        ngettext("{count} voice message", "{count} voice messages", voices) if voices else "",
    )
    return lines(
        _("Shall I send this?"),
        _("Where: {place}", place=place.words),
        _("Kind: {kind}", kind=kind_of(turn, category.code)),
        _("What: {words}", words=what.text or _("see the photo or voice")),
        files,
        _("One person in charge sees it, and nobody else: no neighbours, no group.")
        if category.private
        else "",
    )


def _got(turn: Turn, case: Case) -> Words:
    return _("Got it: {place}, {kind}.", place=case.place, kind=what_of(turn, case))


def _receipt(talk: Talk, turn: Turn, case: Case, got: Words, *, urgent: bool = False) -> None:
    """What was received, who has it, by when she hears; the number comes last."""
    rungs = ladder(turn, case)
    duty = next((r for r in rungs if r.post is PostKind.COMMUNITY_DUTY), rungs[-1])
    talk.say(
        lines(
            got,
            _(
                "Passed to {holder}, who will contact you by {when}.",
                holder=holder(case),
                when=When(case.contact_due),
            ),
            _(
                "If it cannot wait, telephone {phone} ({who}).",
                phone=duty.phone,
                who=called(duty.post, duty.name),
            )
            if urgent
            else "",
            _("To ask how it stands, send “progress”."),
            _notice(turn),
            case.number,
        ),
        (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),),
    )


def _notice(turn: Turn) -> Words | str:
    """The privacy notice, one line, under the first receipt only."""
    if turn.speaker.noticed:
        return ""
    people.notice_shown(turn.db, turn.speaker.account_id)
    return _(
        "Your words and photos are used for this matter only and deleted a year after it is "
        "done. To see or delete them, send “my data”."
    )


def _as_json(found: places.Found | None) -> dict[str, Any] | None:
    return found.as_json() if found else None
