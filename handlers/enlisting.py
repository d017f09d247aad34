"""An officer invites a member of the roster who holds no post.

Whom is asked by name or code, never chosen from a list: a list would be an address book.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any

from governance import invitations as rules
from governance.authority import Target
from handlers import authority
from handlers.talk.answers import Option, Text
from handlers.talk.player import Talk
from handlers.turn import Turn
from handlers.words import Words, _
from storage import invitations
from storage.invitations import Place


def ask_member(talk: Talk, turn: Turn) -> tuple[Place, dict[str, Any]]:
    """Where the member belongs within the speaker's reach, and what the invitation keeps."""
    question: Words = _("Which member? Type the name, or the code of the roster.")
    for n in count(1):
        said = " ".join(talk.ask(f"member{n}", question, Text(1, 32), after=("kind",)).text.split())
        search = partial(_search, turn, said)
        found = talk.recall(f"members{n}", search, after=(f"member{n}",))
        if found:
            person_id, area_id, unit_id = _pick(talk, f"who{n}", found)
            place = invitations.place(turn.db, area_id, unit_id)
            return place, {"person": person_id, "area": area_id, "unit": unit_id}
        question = _(
            "No member of that name without an account belongs to a place of yours. Type it as the roster has it."
        )
    raise AssertionError("unreachable")


def _search(turn: Turn, said: str) -> list[list[Any]]:
    """Each member once, with the first place that is within the speaker's reach; JSON-shaped."""
    held = authority.held(turn)
    found: dict[int, list[Any]] = {}
    for person_id, name, code, at in invitations.members_called(turn.db, said):
        if rules.may_invite(held, None, Target(at.path, at.id if at.unit else None)):
            seat = (None, at.id) if at.unit else (at.id, None)
            found.setdefault(person_id, [person_id, *seat, f"{name} {code} {at.name}"])
    return list(found.values())


def _pick(talk: Talk, key: str, found: list[list[Any]]) -> tuple[int, int | None, int | None]:
    chosen = found[0]
    if len(found) > 1:
        options = [Option(str(one[0]), one[3]) for one in found]
        said = talk.choose(key, _("Several have this name. Which one?"), options, after=("kind",))
        chosen = next(one for one in found if str(one[0]) == said)
    return chosen[0], chosen[1], chosen[2]
