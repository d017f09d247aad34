"""The words for what the rules of a case refuse."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "not_yours": lambda d: _(
        "This one is with {holder}; only they or somebody above them can do that. {number}", **d
    ),
    "wrong_state": lambda d: _("That has been settled meanwhile. Here is how it stands now."),
    "written_already": lambda d: _(
        "Somebody has listened and written it down already. {number}", **d
    ),
    "level_too_low": lambda d: _(
        "This step begins with the {post}. Hand it up with one line, and they decide. {number}", **d
    ),
    "reopen_window_over": lambda d: _(
        "It was closed more than a week ago, so it cannot be reopened. Send it again as a new "
        'report; or send "human" to speak with a person.'
    ),
    "not_contacted": lambda d: _(
        "Nobody has spoken with the resident yet, so it cannot count as done. Telephone or go "
        "there first, or say why that was not possible. {number}",
        **d,
    ),
    "not_caller": lambda d: _(
        "You had a hand in this one, or it lies above you: somebody who had none asks the resident. "
        "{number}",
        **d,
    ),
    "theirs_to_say": lambda d: _(
        "Whether it is solved, the one it is about says here; or somebody who had no part in it "
        "asks on the telephone. {number}",
        **d,
    ),
    "never_asked": lambda d: _("Nobody has asked the resident yet, so it stays open."),
    "nobody_above": lambda d: _("There is nobody above you for this one; it stays with you."),
    "not_below": lambda d: _(
        "It can be assigned to your own level or below. To pass it upwards, hand it up. {number}",
        **d,
    ),
    "not_a_unit": lambda d: _(
        "Only a unit is given cases that way and gives them back. Nothing was changed. {number}",
        **d,
    ),
    "units_give_back": lambda d: _(
        "A unit does not hand up: it gives back, with the ground, or reports the result. {number}",
        **d,
    ),
    "decided_above": lambda d: _(
        "The city centre has decided whose this is, so it cannot be given to others. If something "
        "new has come up, telephone the centre. {number}",
        **d,
    ),
    "holds_already": lambda d: _("{holder} has it already; nothing was changed. {number}", **d),
    "concerned": lambda d: _(
        "This officer cannot be given this case. Please choose somebody else. {number}", **d
    ),
    "moved_meanwhile": lambda d: _(
        "It is with {holder} now: somebody was faster, so nothing was changed. Its card shows how "
        "it stands. {number}",
        **d,
    ),
    "split_meanwhile": lambda d: _(
        "Somebody has just split it already, so nothing was changed. Open it again to see. {number}",
        **d,
    ),
    "nobody_below": lambda d: _(
        "There is nobody it can be assigned to from here. Give it to a unit, or hand it up. {number}",
        **d,
    ),
    "nobody_at_unit": lambda d: _(
        "Nobody of {unit} can be reached here. Choose another unit, or telephone them. {number}",
        **d,
    ),
    "private_alone": lambda d: _(
        "A private matter stays with the one who has it, so no unit is added. {number}", **d
    ),
    "helps_already": lambda d: _("{unit} helps with it already. {number}", **d),
    "leads_already": lambda d: _("{unit} leads it already, so it need not be added. {number}", **d),
    "not_helping": lambda d: _("{unit} does not help with it any more. {number}", **d),
    "cannot_merge": lambda d: _(
        "These two cannot be joined: the other one has to be open, and neither may be private. "
        "{number}",
        **d,
    ),
    "not_private": lambda d: _(
        "Mediations are recorded on private matters only. Write a note instead. {number}", **d
    ),
    "mediation_followed": lambda d: _("That has been recorded already."),
    "nothing_asked": lambda d: _("Nobody asks for more time on it now. {number}", **d),
    "too_late_to_ask": lambda d: _(
        "The day has passed, so more time cannot be asked for. Report the result, or write to the "
        "resident when it will be done. {number}",
        **d,
    ),
    "not_such_a_day": lambda d: _(
        "That day does not do: it has to be later than the present one, and at most {days} days "
        "from now. {number}",
        **d,
    ),
    "day_is_over": lambda d: _(
        "The day that was asked for is over. Ask the holder for another one. {number}", **d
    ),
}
