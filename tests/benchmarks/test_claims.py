"""What the claim storm leaves to be sent arrives once, within Telegram's limits."""

from __future__ import annotations

from benchmarks import fresh
from benchmarks.claims_sending import sent
from benchmarks.claims_town import SLOTS
from benchmarks.tables import tables
from tests.bot.outside import Seconds
from tests.servers.telegram_limits import Limits

KEYS = ["driver", "messages", "seconds", "per_second", "of_permitted"]
KEYS += ["refused_429", "card_edits", "answered", "answered_in_s"]


def test_every_press_is_answered_and_only_who_has_a_slot_is_written_to() -> None:
    presses = SLOTS + 10
    figures = fresh.call(sent, "python-telegram-bot", presses)
    assert list(figures) == KEYS
    assert figures["answered"] == presses
    assert figures["messages"] == SLOTS + 1
    assert figures["card_edits"] == 1
    assert figures["refused_429"] == 0
    assert 0 < figures["of_permitted"] < 1.1


def test_results_measured_apart_have_a_table_of_their_own() -> None:
    sending = [{"driver": "a", "messages": 51}, {"driver": "b", "messages": 51}]
    shown = list(tables("claims", {"sqlite": {"presses": 100}, "sending": sending}))
    assert [table.title for table in shown] == ["claims", "claims, sending"]
    assert [list(table.columns[0].cells) for table in shown] == [["sqlite"], ["a", "b"]]


def test_the_server_refuses_what_telegram_would() -> None:
    clock = Seconds()
    limits = Limits(clock)
    waits = [limits.wait("sendMessage", str(person)) for person in range(31)]
    assert waits == [0] * 30 + [1]
    clock.pass_by(1.0)
    assert limits.wait("sendMessage", "1") == 0
    assert limits.wait("editMessageText", "1") == 1
    assert limits.wait("answerCallbackQuery", "1") == 0
    in_group = []
    for _edit in range(21):
        in_group.append(limits.wait("editMessageText", "-1"))
        clock.pass_by(2.0)
    assert in_group == [0] * 20 + [20]
    assert limits.refused == 3
