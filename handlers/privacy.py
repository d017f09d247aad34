"""What we hold about somebody, and its deletion."""

from __future__ import annotations

from governance.cases import State
from governance.people import Person
from handlers import places
from handlers.message import Card, Choice
from handlers.registry import Due, choice, command, conversation, tick
from handlers.talk.player import Talk
from handlers.turn import Start, Turn
from handlers.words import Text, _, lines, ngettext
from storage import cases, people

PRIVATE = _(
    "I cannot tell anybody's name, telephone or reports to somebody else. If it matters for "
    "safety, send “human” and a person decides."
)


@command("mydata", menu=_("My data"), also=("我的资料", "我的数据", "my data"))
def my_data(turn: Turn) -> None:
    """Everything that is kept about the speaker, in their own words."""
    me = turn.speaker
    mine = cases.reported_by(turn.db, me.person_id)
    home = places.at_home(turn)
    person = turn.db.get_one(Person, me.person_id)
    text = lines(
        _("What is kept about you:"),
        _("Name as shown by your messenger: {name}", name=me.name),
        _("Home: {place}", place=home.words) if home else _("Home: not known"),
        _("Telephone: {phone}", phone=person.phone) if person.phone else _("Telephone: not known"),
        ngettext(
            "{count} report, with its words and photos",
            "{count} reports, with their words and photos",
            len(mine),
        ),
        *(f"· {case.number} {case.text[:40]}" for case in mine[:10]),
        _("Words and photos are deleted a year after a report is closed."),
    )
    turn.post.reply(Card(text, (Choice(_("Delete it all"), "privacy.forget:0"),)))


@choice("privacy.forget")
def forget(_turn: Turn, _subject: int, _arg: str) -> Start:
    return Start("forget")


@conversation("forget")
def forget_talk(talk: Talk, turn: Turn) -> None:
    """Name, home, telephone, words and photos are gone; the reports stay, without a person."""
    mine = cases.reported_by(turn.db, turn.speaker.person_id)
    still = [case for case in mine if case.state is not State.CLOSED]
    if still:
        talk.say(
            lines(
                ngettext(
                    "{count} report is still open, and whoever works on it needs your words. Withdraw it or wait until it is closed, then ask again:",
                    "{count} reports are still open, and whoever works on them needs your words. Withdraw them or wait until they are closed, then ask again:",
                    len(still),
                ),
                *(f"· {case.number} {case.place}" for case in still[:10]),
            ),
            tuple(
                Choice(_("Withdraw {number}", number=c.number[-4:]), f"cases.withdraw:{c.id}")
                for c in still[:4]
            ),
        )
        return
    summary: Text = _(
        "Delete your name, home, telephone, and the words and photos of your reports? This cannot be undone."
    )
    if not talk.confirm("sure", summary, _("Delete")):
        talk.say(_("Nothing was deleted."))
        return
    cases.forget_words_of(turn.db, turn.speaker.person_id)
    people.forget(turn.db, turn.speaker.person_id)
    talk.say(_("Deleted. If you write again, you start as somebody new."))


def _forget(turn: Turn, case_id: int) -> None:
    """What the notice promised: a year after the end, words and photos are deleted."""
    cases.forget_words(turn.db, [case_id])


tick(Due("retention", cases.to_forget, _forget, cases.next_forgotten))
