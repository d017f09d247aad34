"""What is said first when somebody's life is in danger, and what is started.

The advice is what the emergency services publish: what to do in this minute, which number
to call, and that nobody can call it from here. Who has been told is not said here; that
is known only once somebody has answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.words import Text, _


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of danger to life.

    `name` is how officers' cards call it; a private one says nothing about what happened.
    `calls`: the numbers the advice names, the first one first. `opens_case`: whether an
    emergency case of `category` is opened; otherwise a person takes over at once.
    `private`: only one named person is told, and no preview says what it is about.
    """

    kind: str
    name: Text
    calls: tuple[str, ...]
    advice: Text
    opens_case: bool = True
    category: str = ""
    private: bool = False


DANGERS: Mapping[str, Danger] = {
    danger.kind: danger
    for danger in (
        Danger(
            "fire",
            _("Fire"),
            ("119",),
            _(
                "🚨 Call 119 now; we cannot call for you. No smoke on the stairs: walk down,"
                " never take the lift. Smoke: stay in, shut the door, seal the gap with wet"
                " cloth, call for help at the window."
            ),
            category="0602",
        ),
        Danger(
            "gas",
            _("Smell of gas"),
            ("119",),
            _(
                "🚨 Switch nothing on or off, no flame, no phone indoors. Close the gas valve if"
                " you can, open the windows, everybody out. Once outside, call 119 or the gas"
                " company; we cannot call for you."
            ),
            category="0304",
        ),
        Danger(
            "lift",
            _("Trapped in a lift"),
            ("119",),
            _(
                "🚨 Stay inside and stay still; do not force the door or climb out. Press the"
                " alarm bell and call the number on the lift's notice or 119; we cannot call"
                " for you. If you are outside, do not pry it open either."
            ),
            category="0402",
        ),
        Danger(
            "electricity",
            _("Danger from electricity"),
            ("120", "119"),
            _(
                "🚨 Do not touch the person or any water. Cut the power at the switch; if you cannot,"
                " push the wire away with a dry wooden stick. Keep 10 metres from a wire on the"
                " ground. Call 120, for such a wire also 119; we cannot call for you."
            ),
            category="0303",
        ),
        Danger(
            "collapse",
            _("Something is collapsing"),
            ("119",),
            _(
                "🚨 Get out and well away, and do not go back for anything. Call 119; we cannot"
                " call for you. If someone is buried, do not dig or pull: say where. If you are"
                " trapped, knock on a pipe and save your strength."
            ),
            category="0605",
        ),
        Danger(
            "drowning",
            _("Somebody in the water"),
            ("119", "110"),
            _(
                "🚨 Do not jump in, do not form a chain by hand. Shout for help and throw a ring,"
                " a rope or an empty bottle, or lie down and reach out a pole. In a flood, go"
                " up high. Call 119 or 110; we cannot call for you."
            ),
            # The street's emergency office answers for floods, and nobody else is nearer.
            category="0606",
        ),
        Danger(
            "violence",
            _("Somebody needs help"),
            ("110",),
            _(
                "First go where it is safe and other people are, and close the door behind you."
                " Call 110 as soon as you can; we cannot call for you. You may delete this"
                " message once you have read it."
            ),
            category="0902",
            private=True,
        ),
        Danger(
            "child_or_elder",
            _("A child or old person in danger"),
            ("110", "119"),
            _(
                "🚨 Call 110 now, there is no need to wait 24 hours; we cannot call for you. Say"
                " how they look, what they wear, where they were last. Nobody answers the door:"
                " also 110. Stuck, locked in or at a window: 119."
            ),
            category="1005",
        ),
        Danger(
            "medical",
            _("Somebody is ill"),
            ("120",),
            _(
                "🚨 Call 120 now; we cannot call for you. Keep the person still, give no food or"
                " drink. Unconscious but breathing: on the side. Not breathing: press the chest"
                " as 120 tells you. Send someone to meet the ambulance."
            ),
            opens_case=False,
        ),
        Danger(
            "self_harm",
            _("Somebody needs company"),
            ("12356", "110", "120"),
            _(
                "Please do not stay alone now; have someone you trust beside you. If it is"
                " someone else, stay with them. It matters that you said it. At 12356 someone"
                " will listen; if it is urgent, 110 or 120. We cannot call for you."
            ),
            opens_case=False,
            private=True,
        ),
    )
}
