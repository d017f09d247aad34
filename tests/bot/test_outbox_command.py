"""`shaodao outbox`: what did not arrive is counted, named and sent again, once each."""

from __future__ import annotations

import re
from pathlib import Path

from bot.channels.base import Gone, Uncertain, Unsent
from bot.commands import outbox
from bot.sending.outcomes import PAUSES
from bot.settings import Settings
from handlers.message import Card
from handlers.turn import Post
from tests.bot.outside import SENDER, Office
from tests.bot.test_run import ends


def settings_of(office: Office) -> Settings:
    url = office.app.database.engine.url.render_as_string(hide_password=False)
    return Settings.model_validate({"database": {"url": url}})


def ids(lines: list[str]) -> list[int]:
    return [int(line.split()[0]) for line in lines]


async def lost(office: Office) -> None:
    """One notice nobody could send, one alert of which nobody knows, one for a closed chat."""
    await office.post("li", "楼道积水", "notice")
    office.platform.fails("li", *[Unsent("no connection")] * 8)
    for pause in (0, *PAUSES):
        await office.arrivals(pause)
    await office.post("wang", "着火了", "alert")
    office.platform.fails("wang", Uncertain("no answer"), Uncertain("no answer"))
    for pause in (0, 1):
        await office.arrivals(pause)
    await office.post("zhao", "开会", "notice")
    office.platform.fails("zhao", Gone("blocked"))
    await office.drain()


async def test_what_did_not_arrive_is_counted_and_listed_without_a_word_of_it(
    office: Office,
) -> None:
    await lost(office)
    counted = "\n".join(outbox.counted(settings_of(office)))
    assert re.search(r"1\s+failed\s+notice\s+the platform could not be reached", counted)
    assert re.search(r"1\s+unknown\s+alert\s+the platform did not answer", counted)
    assert re.search(r"1\s+failed\s+notice\s+the chat is closed", counted)
    listed = outbox.listed(settings_of(office))
    assert ids(listed) == [1, 2, 3]
    assert "local private" in listed[0]
    for word in ("积水", "着火", "开会", "wang", "blocked", "王敏"):
        assert word not in "\n".join((*listed, counted))


async def test_what_is_sent_again_arrives_once_however_often_it_is_asked_for(
    office: Office,
) -> None:
    await lost(office)
    chosen = settings_of(office)
    told = outbox.resend(chosen, [1, 2, 3, 99], "", all_dead=False)
    assert told == [
        "2 on their way again: 1, 2",
        "1 not sent: the chat is closed until they write: 3",
        "1 not among what did not arrive: 99",
    ]
    assert outbox.resend(chosen, [1], "", all_dead=False)[0] == "0 on their way again"
    await office.drain()
    assert outbox.resend(chosen, [1], "", all_dead=False)[0] == "0 on their way again"
    await office.drain()
    assert office.platform.arrived("li") == ["楼道积水"]
    assert office.platform.arrived("wang") == ["（这条可能发过一次）"]
    assert ids(outbox.listed(chosen)) == [3]


async def test_all_of_a_kind_or_all_that_are_dead_are_sent_again_together(office: Office) -> None:
    await lost(office)
    await office.execute("update outbox set state = 'dead', reason = 'crashed' where id = 1")
    chosen = settings_of(office)
    assert outbox.resend(chosen, [], "alert", all_dead=False) == ["1 on their way again: 2"]
    assert outbox.resend(chosen, [], "", all_dead=True) == ["1 on their way again: 1"]


async def test_what_was_secret_cannot_be_sent_again_and_says_so(office: Office) -> None:
    post = Post(f"{SENDER}/li", "zh_CN")
    post.reply(Card("一次性的链接", secret=True), "bulletin")
    await office.save(post)
    office.platform.fails("li", Uncertain("no answer"))
    await office.drain()
    told = outbox.resend(settings_of(office), [1], "", all_dead=False)
    assert told[1] == "1 not sent: the words are not kept any more: 1"
    assert await office.states() == ["unknown"]


async def test_the_command_says_so_where_everything_has_arrived(tmp_path: Path) -> None:
    database = {"SHAODAO_DATABASE__URL": f"sqlite:///{tmp_path / 'shaodao.db'}"}
    code, told = await ends("outbox", **database)
    assert (code, told.splitlines()[0]) == (0, "everything that could be sent has arrived")
    assert (await ends("outbox", "resend", **database))[0] == 2
    answer = await ends("outbox", "resend", "12", **database)
    assert answer == (0, "0 on their way again\n1 not among what did not arrive: 12\n")
