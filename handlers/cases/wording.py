"""How a case's codes read: its state, its result, what the resident said, as what it ended."""

from __future__ import annotations

from governance.caseends import NOBODY_CAME
from governance.casefile import Case
from governance.cases import Ending, Outcome, Reason, State, Verdict
from handlers.words import Text, Words, _, line

STATES: dict[State, Words] = {
    State.ASSIGNED: _("waits to be taken"),
    State.WORKING: _("in hand"),
    State.SUSPENDED: _("suspended"),
    State.ANSWERED: _("done, the resident is asked"),
    State.CLOSED: _("closed"),
}
OUTCOMES: dict[Outcome, Words] = {
    Outcome.SOLVED: _("solved"),
    Outcome.EXPLAINED: _("explained"),
    Outcome.CANNOT: _("cannot be solved"),
}
VERDICTS: dict[Verdict, Words] = {
    Verdict.SATISFIED: _("solved, satisfied"),
    Verdict.SO_SO: _("solved, so-so"),
    Verdict.DEFAULT: _("no answer; closed by the rule, not counted as satisfied"),
    Verdict.WITHDRAWN: _("withdrawn"),
    Verdict.DECLINED: _("not accepted"),
    Verdict.DUPLICATE: _("joined with another report"),
}
ENDINGS: dict[Ending, Words] = {
    Ending.SOLVED: _("closed: solved"),
    Ending.EXPLAINED: _("closed: explained"),
    Ending.NOT_ACCEPTED: _("closed: not accepted"),
    Ending.DUPLICATE: _("closed: joined with another report"),
    Ending.DEFAULT: _("closed by the rule, as nobody answered"),
    Ending.WITHDRAWN: _("closed: withdrawn by whoever reported it"),
}
SATISFACTION: dict[Verdict, Words] = {
    Verdict.SATISFIED: _("satisfied"),
    Verdict.SO_SO: _("so-so"),
}
REASONS: dict[Reason, Words] = {
    Reason.LITIGATION: _("it is before a court, or was decided there"),
    Reason.PETITION: _("it is in the petitioning procedure already"),
    Reason.CONFIDENTIAL: _("it touches secrets or somebody's private life"),
    Reason.CONCLUDED: _("it was decided before, and nothing new has come up"),
    Reason.OUT_OF_SCOPE: _("it is not a matter of this district"),
    Reason.UNLAWFUL: _("the law does not allow what is asked for"),
}
STILL: dict[str, Words] = {NOBODY_CAME: _("nobody came"), "still": _("still the same")}


def ended(case: Case) -> Text:
    """As what a closed case reads, with how content its reporter is where they said so."""
    if case.ending is None or case.verdict is None:
        return STATES[case.state]
    return line(ENDINGS[case.ending], SATISFACTION.get(case.verdict, ""))
