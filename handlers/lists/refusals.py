"""The words for every rule of the lists that says no."""

from __future__ import annotations

from collections.abc import Callable

from handlers.words import Text, Value, _

REFUSALS: dict[str, Callable[[dict[str, Value]], Text]] = {
    "no_such_need": lambda d: _("That need cannot be found. Send “/needs” to see what is open."),
    "need_settled": lambda d: _(
        "That need has been settled meanwhile. Send “/needs” to see how things stand."
    ),
    "need_asked": lambda d: _(
        "Somebody has been asked about it already. Take that booking back first, or wait for the answer."
    ),
    "needs_enough": lambda d: _(
        "You have asked for several things already. Once one is settled you can ask for the next; if it cannot wait, send “human”."
    ),
    "not_on_the_list": lambda d: _(
        "They are no longer on the list, or were asked already. Look at the proposals once more with “/needs”."
    ),
    "supply_over": lambda d: _("That is no longer on the menu. Send “/book” to see what is."),
    "quota_full": lambda d: _(
        "This month's are all booked. Choose a day next month, or something else: send “/book”."
    ),
    "menu_full": lambda d: _("The menu is full. Close a line first: send “/supply”."),
    "no_such_booking": lambda d: _("That booking cannot be found. Send “/bookings” to see yours."),
    "booking_settled": lambda d: _(
        "That booking has gone on meanwhile. Send “/bookings” to see how it stands."
    ),
    "booking_day": lambda d: _(
        "That day is past or too far off. Send “/bookings”, open it and choose another day."
    ),
    "not_by_oneself": lambda d: _(
        "Whoever it was done for says whether it is done, never whoever did it."
    ),
    "not_a_member": lambda d: _(
        "Only party members and volunteers of the roster stand on this list. If you would like to help, tell your community; send “human”."
    ),
    "no_home_to_help_from": lambda d: _(
        "Say first where you live, so that what is near can be found: send “my home”."
    ),
    "not_on_the_service_list": lambda d: _(
        "You are not on the service list. To put yourself on it send “/service”."
    ),
    "no_such_digest": lambda d: _("That cannot be found. Send “/digest” to read yours."),
}
