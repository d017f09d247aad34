"""How a case came that somebody filed for others: what those who work on it read of that, whom the
question "is it solved?" goes to, and whose word counts."""

from __future__ import annotations

from governance.casefile import Case
from governance.cases import Role
from governance.filing import Consent, Via
from governance.refused import Refused
from handlers.cases.common import Desk, load_as_reporter
from handlers.turn import Turn
from handlers.words import Text, Words, _, lines
from storage import cases, filing, org

AGREED: dict[Consent, Words] = {
    Consent.IN_PERSON: _("agreed in person"),
    Consent.PHONE: _("agreed on the telephone"),
    Consent.FAMILY: _("agreed with their family beside them"),
}


def how_it_came(turn: Turn, case: Case) -> Text:
    """For those who work on it and nobody else: who filed it, for whom, and what not to pass on."""
    unnamed = (
        _("Name to nobody who reported it: they have asked for that.") if case.anonymous else ""
    )
    return lines(_filed(turn, case), unnamed)


def _filed(turn: Turn, case: Case) -> Text:
    if case.filed_by is None:
        return ""
    name = org.person_name(turn.db, case.filed_by)
    if case.via is Via.PATROL:
        return _("Found on patrol by {name}", name=name)
    if case.via is Via.PROBE:
        return _("Found on the road by {name}, a mobile probe", name=name)
    if case.via is Via.GROUP:
        return _("Said in a residents' group, passed on by {name}", name=name)
    whose = org.person_name(turn.db, case.reporter_id)
    return _("{name} reported it for {whose}", name=name, whose=whose)


def consent_of(code: str) -> Text:
    """How somebody agreed, as the history keeps it."""
    known = {consent.value: words for consent, words in AGREED.items()}
    return known.get(code, "")


def speaks_for(turn: Turn, case: Case) -> bool:
    """Whether the helper says what the reporter says: where those cannot be asked here, and the
    helper has had no hand in it."""
    helper = case.helper_id
    if helper is None or filing.is_reached(turn.db, case.reporter_id):
        return False
    handles = helper in (case.holder_id, case.answered_by)
    return not handles and not cases.had_a_hand(turn.db, case, helper)


def whom_to_ask(turn: Turn, case: Case) -> int:
    """Who is asked whether it is solved."""
    helper = case.helper_id
    return helper if helper is not None and speaks_for(turn, case) else case.reporter_id


def load_to_judge(turn: Turn, case_id: int) -> Desk:
    """The case for whoever says whether it is solved. Raises `Refused` for a helper where that is
    not theirs to say."""
    desk = load_as_reporter(turn, case_id)
    if desk.by.role is Role.HELPER and not speaks_for(turn, desk.case):
        raise Refused("theirs_to_say", number=desk.case.number)
    return desk
