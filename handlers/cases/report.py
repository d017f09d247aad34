"""A resident reports a problem: what, where, what kind, and it is on its way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from governance.casefile import CALM, URGENT, Case, open_case
from governance.cases import Actor, Place, Role
from governance.filing import PLAIN, Filing
from governance.org import Area, PostKind
from governance.policy import Category
from handlers import files, places
from handlers.cases import several
from handlers.cases.common import (
    BRIEF,
    WORK,
    kind_of,
    ladder,
    ladder_above,
    put_before_holder,
    what_of,
)
from handlers.cases.listening import ask_urgent
from handlers.cases.private import ask_concerned
from handlers.cases.questions import (
    PLACED,
    ask_category,
    ask_place,
    ask_what,
    is_the_same,
    similar,
)
from handlers.message import Choice
from handlers.posts import called, holder
from handlers.registry import conversation
from handlers.talk.answers import PHOTO, VOICE, Option
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Joined, Text, When, Words, _, line, lines, ngettext
from storage import case_numbers, cases, digests, following, gazetteer, org, people

UNNAMED = "unnamed"
_ASKS_FOR_IT = re.compile(
    r"匿名|保密|(?:别|不要|不想|请勿)(?:说是我|公开我|透露我|暴露我)|anonymous"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as its writer has agreed to send it."""

    place: places.Found
    category: Category
    words: str
    photos: Sequence[str] = ()
    voices: Sequence[Sequence[str]] = ()
    concerns_id: int | None = None
    unnamed: bool = False
    spoken: str = ""
    also: Sequence[several.Matter] = ()


@conversation("report", menu=_("Report a problem"), also=("上报", "报修", "我要上报", "随手拍"))
def report(talk: Talk, turn: Turn) -> None:
    draft = drafted(talk, turn)
    if draft is not None:
        case = open_from(turn, draft)
        made = [
            open_from(
                turn,
                replace(draft, place=m.place, category=m.category, words=m.words),
                split_from=case,
            )
            for m in draft.also
        ]
        _receipt(talk, turn, case, draft, made)


def drafted(
    talk: Talk, turn: Turn, *, near: int | None = None, whose: Text = "", own: bool = True
) -> Draft | None:
    """What is to be sent; None where nothing is, and then it has been said why.

    One that is not the speaker's `own` says `whose` it is, is looked for `near` their home, and
    always has a case to itself.
    """
    talk.accepts(PHOTO, VOICE)
    what = ask_what(talk)
    if what.kind == "voice":
        return _spoken(talk, turn, near)
    place = ask_place(talk, turn, what, near)
    category = ask_category(talk, turn, what)
    if own and counted_in(talk, turn, category, place, after=(*PLACED, "what")):
        return None
    concerned = whom_it_concerns(talk, turn, category, place)
    unnamed = own and (talk.changed(UNNAMED) or _ASKS_FOR_IT.search(what.text) is not None)
    photos, voices = talk.sent(PHOTO), talk.sent(VOICE)
    draft = Draft(place, category, what.text, photos, voices, concerned, unnamed)
    more = several.others(talk, turn, what, category, place) if own else []
    draft = replace(draft, also=several.wanted(talk, more))
    agreed = lines(summary(turn, draft), several.summed_up(turn, draft.also), whose)
    changes = (*several.offer(talk, more), *_changes(draft))
    if not talk.confirm("sure", agreed, _("Send it"), changes):
        talk.say(_("Nothing was sent. If it still matters, just say it again, any time."))
        return None
    return draft


def _changes(draft: Draft) -> tuple[Option, ...]:
    """What can still be changed; about a name only where somebody may have to fear for it."""
    keep = Option(UNNAMED, _("Do not pass my name on"))
    return (
        Option("what", _("Change the words")),
        Option("where", _("Change the place")),
        Option("kind", _("Change the kind")),
        *((keep,) if draft.category.private and not draft.unnamed else ()),
    )


def _spoken(talk: Talk, turn: Turn, near: int | None) -> Draft:
    """One question; a person listens, and fills in what it is and where."""
    spoken = URGENT if ask_urgent(talk) else CALM
    place = places.at_home(turn, near)
    if place is None:
        district = org.district(turn.db)
        place = places.Found(district.id, district.name)
    photos, voices = talk.sent(PHOTO), talk.sent(VOICE)
    return Draft(place, turn.policy.category(""), "", photos, voices, spoken=spoken)


def counted_in(
    talk: Talk, turn: Turn, category: Category, place: places.Found, after: Sequence[str]
) -> bool:
    """Whether somebody has reported it before, and the speaker waits with them from now on."""
    same = talk.recall("similar", lambda: similar(turn, category, place), after=after)
    if same is None or not is_the_same(talk, turn, same):
        return False
    _join(talk, turn, same)
    return True


def whom_it_concerns(talk: Talk, turn: Turn, category: Category, place: places.Found) -> int | None:
    """The officer of the place whom it is about, where the kind can be about one."""
    if not category.concerns_officers:
        return None
    return ask_concerned(talk, turn, turn.db.get_one(Area, place.area_id).path_ids)


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
            notice(turn),
            case.number,
        )
    )


# ── the case ─────────────────────────────────────────────────────────────────


def open_from(
    turn: Turn,
    draft: Draft,
    *,
    danger: str = "",
    reporter: Actor | None = None,
    filing: Filing = PLAIN,
    split_from: Case | None = None,
) -> Case:
    """The case is open, its holder has it before them, and its files will be fetched.

    `reporter` is given where the speaker opens it for somebody else. One that was `split_from`
    another is as anonymous as that one, and kept from the same officer.
    """
    place = draft.place
    area = gazetteer.chain(turn.db, place.area_id)[0]
    rungs = ladder_above(turn, area.path_ids)
    me = turn.speaker
    case = open_case(
        number=case_numbers.next_number(
            turn.db, turn.policy.district, turn.policy.local_date(turn.now)
        ),
        place=Place(area.id, place.words, place.latitude, place.longitude),
        path=area.path,
        category=draft.category.code,
        text=draft.words,
        reporter=reporter or Actor(Role.REPORTER, me.person_id, me.name),
        rungs=rungs,
        policy=turn.policy,
        now=turn.now,
        emergency=bool(danger),
        danger=danger,
        anonymous=split_from.anonymous if split_from else draft.unnamed,
        concerns_id=split_from.concerns_id if split_from else draft.concerns_id,
        filing=filing,
        split_from=split_from.id if split_from else None,
        spoken=draft.spoken,
    )
    cases.record(turn.db, case)
    files.keep(turn, "case", case.id, draft.photos, draft.voices, part="report")
    put_before_holder(turn, case)
    for rung in rungs:
        if rung.post is PostKind.GRID_CHIEF and not case.private:
            at = turn.policy.work.next_workday_at(turn.now, turn.policy.brief_at)
            digests.schedule(turn.db, rung.person_id, BRIEF, at)
    return case


def summary(turn: Turn, draft: Draft) -> Joined:
    photos, voices = len(draft.photos), len(draft.voices)
    files = line(
        ngettext("{count} photo", "{count} photos", photos) if photos else "",
        ngettext("{count} voice message", "{count} voice messages", voices) if voices else "",
    )
    return lines(
        _("Shall I send this?"),
        _("Where: {place}", place=draft.place.words),
        _("Kind: {kind}", kind=kind_of(turn, draft.category.code)),
        _("What: {words}", words=draft.words or _("see the photo or voice")),
        files,
        _("One person in charge sees it, and nobody else: no neighbours, no group.")
        if draft.category.private
        else "",
        _(
            "Your name is not passed on: whoever works on it knows it and names it to nobody, "
            "neither to those it is about nor to other offices."
        )
        if draft.unnamed
        else "",
    )


def _receipt(talk: Talk, turn: Turn, case: Case, draft: Draft, made: Sequence[Case] = ()) -> None:
    """What was received, who has it, by when she hears; the number comes last."""
    rungs = ladder(turn, case)
    duty = next((r for r in rungs if r.post is PostKind.COMMUNITY_DUTY), rungs[-1])
    talk.say(
        lines(
            _("Got your voice message.")
            if draft.spoken
            else _("Got it: {place}, {kind}.", place=case.place, kind=what_of(turn, case)),
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
            if draft.spoken == URGENT
            else "",
            several.received(turn, made),
            _("To ask how it stands, send “progress”."),
            notice(turn),
            case.number,
        ),
        (Choice(_("Withdraw it"), f"cases.withdraw:{case.id}"),),
    )


def notice(turn: Turn) -> Words | str:
    """The privacy notice, one line, under the first receipt only."""
    if turn.speaker.noticed:
        return ""
    people.notice_shown(turn.db, turn.speaker.account_id)
    return _(
        "Your words and photos are used for this matter only and deleted a year after it is "
        "done. To see or delete them, send “my data”."
    )
