"""The HTTP side: webhooks, health and metrics for the world, the demo for this machine only."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client import Counter

from bot.channels.base import TELEGRAM, Answer, Receive, Request
from bot.channels.local import LocalMessenger
from bot.web.demo import STATIC
from bot.web.server import build
from handlers.message import Chat, Event, Handled, Message
from tests.web.district import District, Serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOK = "/from/the-platform"
LAMP = STATIC / "samples" / "lamp-dark.jpg"


class Hooked(LocalMessenger):
    """A channel with a webhook: answers with the number it is sent, or asked for."""

    name = "hooked"
    path = HOOK

    async def webhook(self, request: Request, receive: Receive) -> Answer:
        if "status" in request.query:
            return Answer(int(request.query["status"]))
        if request.method == "GET":
            return Answer(200, "<你好/>", "application/xml")
        long = request.headers.get("x-secret") and len(request.body) > 100
        return Answer(200 if long else int(request.body))


async def taken(event: Event) -> Handled:
    return Handled()


@pytest_asyncio.fixture(loop_scope="module")
async def hooked(serve: Serve, district: District) -> AsyncIterator[httpx.AsyncClient]:
    """A server without a demo, whose one channel has a webhook."""
    app = build(channels=[Hooked(TELEGRAM)], receive=taken, health=district.health)
    async with serve(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def client(district: District) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=district.address) as opened:
        yield opened


async def test_health_is_200_while_all_is_well_and_503_when_not(
    client: httpx.AsyncClient, district: District
) -> None:
    well = await client.get("/health")
    district.healthy = False
    ill = await client.get("/health")
    assert (well.status_code, well.json()) == (200, {"ok": True})
    assert (ill.status_code, ill.json()) == (503, {"ok": False})


async def test_metrics_are_what_prometheus_reads(client: httpx.AsyncClient) -> None:
    Counter("shaodao_web_test", "Counted by this test").inc()
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "shaodao_web_test_total 1.0" in answer.text


@pytest.mark.parametrize("status", [200, 400, 401, 503])
async def test_the_channels_status_is_passed_on(hooked: httpx.AsyncClient, status: int) -> None:
    assert (await hooked.post(HOOK, content=str(status))).status_code == status
    assert (await hooked.post(f"{HOOK}?status={status}")).status_code == status


async def test_a_channel_is_asked_at_its_path_and_answers_with_a_body(
    hooked: httpx.AsyncClient,
) -> None:
    answer = await hooked.get(HOOK)
    assert (answer.status_code, answer.text) == (200, "<你好/>")
    assert answer.headers["content-type"].startswith("application/xml")
    assert (await hooked.get("/hooked")).status_code == 404


async def test_a_webhook_takes_up_to_a_mebibyte(hooked: httpx.AsyncClient) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        yield bytes(1024 * 1024)
        yield b"1"

    headers = {"x-secret": "s"}
    fits = await hooked.post(HOOK, content=bytes(1024 * 1024), headers=headers)
    exceeds = await hooked.post(HOOK, content=bytes(1024 * 1024 + 1), headers=headers)
    unannounced = await hooked.post(HOOK, content=in_pieces(), headers=headers)
    assert [fits.status_code, exceeds.status_code, unannounced.status_code] == [200, 413, 413]


async def test_a_channel_without_a_webhook_answers_404(client: httpx.AsyncClient) -> None:
    assert (await client.post("/local", content=b"{}")).status_code == 404


async def test_without_a_demo_there_is_no_page(hooked: httpx.AsyncClient) -> None:
    assert (await hooked.get("/")).status_code == 404


async def test_the_page_lets_only_its_own_files_act(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", ""])
async def test_a_name_that_is_not_this_machines_own_is_refused(
    client: httpx.AsyncClient, host: str
) -> None:
    assert (await client.get("/api/state", headers={"host": host})).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_website_cannot_use_a_phone(
    client: httpx.AsyncClient, district: District, headers: dict[str, str]
) -> None:
    answer = await client.post("/api/phones/zhou/say", json={"text": "在"}, headers=headers)
    assert answer.status_code == 403
    assert district.events == []


async def test_a_form_cannot_use_a_phone(client: httpx.AsyncClient, district: District) -> None:
    answer = await client.post("/api/phones/zhou/say", data={"text": "在"})
    assert answer.status_code == 415
    assert district.events == []


async def test_the_pages_own_origin_may_use_a_phone(
    client: httpx.AsyncClient, district: District
) -> None:
    headers = {"origin": district.address, "sec-fetch-site": "same-origin"}
    answer = await client.post("/api/phones/zhou/say", json={"text": "在"}, headers=headers)
    assert answer.status_code == 200
    assert [event.sender for event in district.events] == ["zhou"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/phones/zhou/say", "[", 400, "bad_body"),
        ("/api/phones/zhou/say", '{"text": ""}', 400, "bad_body"),
        ("/api/phones/zhou/say", '{"text": "a", "more": 1}', 400, "bad_body"),
        ("/api/phones/zhou/say", '{"text": "a", "chat": "nowhere"}', 404, "no_chat"),
        ("/api/phones/nobody/say", '{"text": "a"}', 404, "no_phone"),
        ("/api/phones/zhou/location", '{"latitude": 91, "longitude": 0}', 400, "bad_body"),
        ("/api/phones/zhou/photo", '{"data": "R0lGODlh"}', 400, "no_photo"),
        ("/api/phones/zhou/document", '{"data": "R0lGODlh"}', 400, "bad_body"),
        ("/api/phones/zhou/document", '{"data": "", "name": "a"}', 400, "empty_file"),
        ("/api/clock", '{"minutes": 0}', 400, "bad_body"),
        ("/api/crowd", '{"people": 30}', 400, "bad_body"),
        ("/api/crowd", "{}", 409, "no_open_task"),
        ("/api/plug", "{}", 409, "no_power"),
        ("/api/language", '{"language": "fr"}', 400, "bad_body"),
    ],
)
async def test_a_bad_request_is_told_in_one_line_what_is_wrong(
    client: httpx.AsyncClient, path: str, body: str, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post(path, content=body, headers=headers)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert told["reason"]
    assert "\n" not in told["reason"]


async def test_a_photo_of_more_than_10_megabytes_is_refused(
    client: httpx.AsyncClient, district: District
) -> None:
    for extra in (1, 100_000):
        photo = LAMP.read_bytes().ljust(10 * 1024 * 1024 + extra, b"\0")
        body = {"data": base64.b64encode(photo).decode()}
        answer = await client.post("/api/phones/zhou/photo", json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert district.events == []


async def test_a_photo_is_served_by_its_bubble_and_nothing_else_is(
    client: httpx.AsyncClient, district: District
) -> None:
    data = base64.b64encode(LAMP.read_bytes()).decode()
    await client.post("/api/phones/zhou/photo", json={"data": data})
    chat = Chat("private", "zhou")
    await district.messenger.send(chat, Message("灯亮了", photo=LAMP))
    no_photo = await district.messenger.send(chat, Message("页面", photo=STATIC / "index.html"))
    state = (await client.get("/api/state")).json()
    for bubble in state["bubbles"][:2]:
        answer = await client.get(f"/api/bubbles/{bubble['id']}/photo")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content == LAMP.read_bytes()
    for path in (no_photo, "nothing", "..%2F..%2Findex.html"):
        assert (await client.get(f"/api/bubbles/{path}/photo")).status_code == 404


async def test_a_file_of_more_than_20_megabytes_is_refused(
    client: httpx.AsyncClient, district: District
) -> None:
    for extra in (1, 200_000):
        file = base64.b64encode(bytes(20_000_000 + extra)).decode()
        answer = await client.post(
            "/api/phones/zhou/document", json={"data": file, "name": "名单.xlsx"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert district.events == []


async def test_a_document_is_saved_from_its_bubble_and_nothing_else_is(
    client: httpx.AsyncClient, district: District, tmp_path: Path
) -> None:
    body = {"data": base64.b64encode(b"<script>").decode(), "name": '../a"b.html'}
    await client.post("/api/phones/zhou/document", json=body)
    file = tmp_path / "a1b2.xlsx"
    file.write_bytes(b"PK")
    chat = Chat("private", "zhou")
    await district.messenger.send(chat, Message("查过了", document=(file, "名单.xlsx")))
    gone = await district.messenger.send(chat, Message("", document=(tmp_path / "b", "b.xlsx")))
    state = (await client.get("/api/state")).json()
    sent, report = state["bubbles"][:2]
    assert [sent["document"], report["document"]] == ['../a"b.html', "名单.xlsx"]
    answer = await client.get(f"/api/bubbles/{sent['id']}/document")
    assert answer.headers["content-type"] == "application/octet-stream"
    named = "attachment; filename*=utf-8''..%2Fa%22b.html"
    assert (answer.content, answer.headers["content-disposition"]) == (b"<script>", named)
    answer = await client.get(f"/api/bubbles/{report['id']}/document")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert answer.content == b"PK"
    for path in (gone, "nothing", "..%2F..%2Findex.html"):
        assert (await client.get(f"/api/bubbles/{path}/document")).status_code == 404


async def test_what_the_bot_did_not_take_is_said_to_be_kept(
    client: httpx.AsyncClient, district: District
) -> None:
    district.closed = True
    answer = await client.post("/api/phones/zhou/say", json={"text": "在吗"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_the_state_tells_the_phones_with_titles_chats_and_clock(
    client: httpx.AsyncClient,
) -> None:
    state = (await client.get("/api/state")).json()
    members = state["phones"][1]
    assert [phone["title"] for phone in state["phones"]] == ["居民", "议事群", "网格员", "网格长"]
    assert members["shown"] == "square"
    assert [chat["kind"] for chat in members["chats"]] == ["private", "group"]
    assert members["hints"] == {"square": ["@哨到 怎么上报"], "chen": ["我的积分"]}
    assert state["world"] == {
        "now": "2026-11-23T09:14:00+08:00",
        "language": "zh_CN",
        "play": "idle",
        "power": {"on": True, "waiting": 0, "outage": None},
    }


async def test_the_story_plays_once_at_a_time_and_stops(
    client: httpx.AsyncClient, district: District
) -> None:
    first = await client.post("/api/play", json={})
    second = await client.post("/api/play", json={})
    clock = await client.post("/api/clock", json={"minutes": 30})
    crowd = await client.post("/api/crowd", json={})
    playing = (await client.get("/api/state")).json()["world"]["play"]
    await client.post("/api/stop", json={})
    assert [first.status_code, second.status_code, clock.status_code] == [200, 409, 409]
    assert crowd.json()["code"] == "playing"
    assert second.json()["code"] == "playing"
    assert playing == "running"


async def test_the_stream_tells_the_clock_then_each_change_and_ends_with_the_messenger(
    client: httpx.AsyncClient, district: District
) -> None:
    told = []
    async with client.stream("GET", "/api/stream") as stream, asyncio.timeout(10):
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
            if len(told) == 1 and line == "":
                await district.messenger.send(Chat("private", "li"), Message("有新事"))
            if len(told) == 3:
                await district.messenger.close()
    assert [change["type"] for change in told] == ["world", "bubble", "typing"]
    assert told[1]["bubble"]["text"] == "有新事"
