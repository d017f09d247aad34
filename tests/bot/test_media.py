"""Files people sent: fetched once, checked, told about, and gone when their time is over."""

from __future__ import annotations

import asyncio
from collections import deque
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection

from bot.channels.base import Gone, Rejected, TooLarge, Uncertain, Unsent
from bot.channels.local import ACCOUNT, NAME
from bot.dispatch import Scope
from bot.formats import LONGEST_SIDE, NotWanted, document, photo, sound
from bot.media import MOST_ATTEMPTS, MediaStore
from handlers.message import Card
from handlers.registry import FILES
from handlers.turn import Turn
from storage import media
from storage.media import File
from tests.bot.outside import SENDER, Seconds
from tests.robot import DARK, Town

XLSX = b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml rows"


class Shelf:
    """A platform's store of files, which fails when told to; it counts what it is asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.troubles: deque[Exception] = deque()
        self.asked: list[str] = []
        self.was_asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, ref: str, limit: int) -> bytes:
        self.asked.append(ref)
        self.was_asked.set()
        await self.gate.wait()
        if self.troubles:
            raise self.troubles.popleft()
        if len(self.files[ref]) > limit:
            raise TooLarge(ref)
        return self.files[ref]


class Records:
    """Knows what one kind of file means, and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []
        self.trouble: Exception | None = None

    def settled(self, turn: Turn, file: File, stored: bool) -> None:
        if self.trouble:
            raise self.trouble
        self.told.append((file.state, stored))
        turn.post.to(file.person_id, Card(f"{file.ref}: {file.state}"))


class Counter:
    """A media store over a shelf, in a town, at a clock of its own."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        self.folder = folder
        self.shelf = Shelf()
        self.records = Records()
        self.seconds = Seconds()
        self.app = town.stage.app
        self.store = MediaStore(
            self.app.database,
            {SENDER: self.shelf},  # type: ignore[dict-item]  # of a channel, only `fetch`
            self.app.dispatch,
            folder,
            self.seconds,
        )

    async def receives(
        self, data: bytes, ref: str = "ref-1", kind: str = "document", about: str = "paper"
    ) -> None:
        self.shelf.files[ref] = data

        def add(conn: Connection) -> None:
            scope = Scope(conn)
            now = self.app.clock.now()
            scope.open().add(File(NAME, ACCOUNT, ref, kind, 1, now, about=about))
            scope.keep()

        await self.app.database.run(add)

    async def rows(self) -> list[tuple[str, str, int]]:
        """State, file and attempts of every file, in the order they came."""
        found = await self.town.rows("select state, file, attempts from media order by id")
        return [tuple(row) for row in found]

    async def deletes(self) -> None:
        await self.app.database.run(
            lambda conn: conn.execute(media.media.update().values(state="deleted")) and None
        )

    def kept(self) -> list[bytes]:
        return [path.read_bytes() for path in self.folder.iterdir()]


@pytest.fixture
def counter(small_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    found = Counter(small_town, tmp_path / "files")
    monkeypatch.setitem(FILES, "paper", found.records.settled)
    return found


async def test_a_file_that_came_is_checked_kept_under_our_name_and_told_of_once(
    counter: Counter,
) -> None:
    await counter.receives(XLSX, "../../roster")
    assert await counter.store.fetch_waiting() == 1
    [(state, name, _attempts)] = await counter.rows()
    assert state == "stored"
    assert name.endswith(".xlsx")
    assert [path.name for path in counter.folder.iterdir()] == [name]
    assert counter.kept() == [XLSX]
    assert counter.records.told == [("stored", True)]
    assert await counter.store.fetch_waiting() == 0


async def test_what_whoever_was_told_had_to_say_goes_out(counter: Counter) -> None:
    await counter.receives(XLSX)
    await counter.store.fetch_waiting()
    await counter.town.settles()
    [(said,)] = await counter.town.rows("select count(*) from outbox where state = 'sent'")
    assert said == 1


@pytest.mark.parametrize("trouble", [Rejected("no such file"), TooLarge("21 MB"), Gone("left")])
async def test_a_file_the_platform_will_not_give_is_refused_for_good(
    counter: Counter, trouble: Exception
) -> None:
    await counter.receives(XLSX)
    counter.shelf.troubles.append(trouble)
    await counter.store.fetch_waiting()
    assert await counter.rows() == [("refused", "", 0)]
    assert counter.records.told == [("refused", False)]
    assert counter.kept() == []


async def test_a_file_that_is_not_what_it_claims_to_be_is_refused(counter: Counter) -> None:
    await counter.receives(b"%PDF-1.7")
    await counter.store.fetch_waiting()
    assert await counter.rows() == [("refused", "", 0)]
    assert counter.kept() == []


async def test_a_file_whose_channel_is_gone_is_refused(counter: Counter) -> None:
    await counter.receives(XLSX)
    counter.store = MediaStore(counter.app.database, {}, counter.app.dispatch, counter.folder)
    await counter.store.fetch_waiting()
    assert counter.records.told == [("refused", False)]


async def test_a_file_that_could_not_be_fetched_is_fetched_later_with_growing_pauses(
    counter: Counter,
) -> None:
    await counter.receives(XLSX)
    counter.shelf.troubles.extend((Unsent("no connection"), Uncertain("502")))
    assert await counter.store.fetch_waiting() == 1
    for pause in (10, 20):
        counter.seconds.pass_by(pause - 1)
        assert await counter.store.fetch_waiting() == 0
        counter.seconds.pass_by(1)
        assert await counter.store.fetch_waiting() == 1
    assert counter.records.told == [("stored", True)]


async def test_a_file_that_never_came_is_lost_and_its_sender_told_once(counter: Counter) -> None:
    await counter.receives(XLSX)
    counter.shelf.troubles.extend(Unsent("no connection") for _ in range(MOST_ATTEMPTS))
    for _attempt in range(MOST_ATTEMPTS + 3):
        await counter.store.fetch_waiting()
        counter.seconds.pass_by(3600)
    assert len(counter.shelf.asked) == MOST_ATTEMPTS
    assert counter.records.told == [("lost", False)]
    assert await counter.rows() == [("lost", "", MOST_ATTEMPTS)]


async def test_where_nobody_could_take_it_the_file_comes_again_and_others_are_not_held_up(
    counter: Counter,
) -> None:
    await counter.receives(XLSX, "ref-1")
    await counter.receives(b"ID3 tune", "ref-2", kind="voice", about="case")
    counter.records.trouble = RuntimeError("a mistake of ours")
    await counter.store.fetch_waiting()
    assert [state for state, _file, _attempts in await counter.rows()] == ["waiting", "stored"]
    assert counter.kept() == [b"ID3 tune"]
    assert await counter.town.rows("select what from failures") == [("file/1",)]
    counter.records.trouble = None
    counter.seconds.pass_by(10)
    await counter.store.fetch_waiting()
    assert counter.records.told == [("stored", True)]


async def test_a_file_that_nobody_can_ever_take_is_given_up(counter: Counter) -> None:
    await counter.receives(XLSX)
    counter.records.trouble = RuntimeError("a mistake of ours")
    for _attempt in range(MOST_ATTEMPTS + 3):
        await counter.store.fetch_waiting()
        counter.seconds.pass_by(3600)
    assert await counter.rows() == [("lost", "", MOST_ATTEMPTS)]
    assert counter.kept() == []


async def test_two_who_fetch_at_once_fetch_each_file_once(counter: Counter) -> None:
    await counter.receives(XLSX)
    counter.shelf.gate.clear()
    both = asyncio.gather(counter.store.fetch_waiting(), counter.store.fetch_waiting())
    await counter.shelf.was_asked.wait()
    counter.shelf.gate.set()
    assert tuple(await both) == (1, 0)
    assert counter.shelf.asked == ["ref-1"]
    assert counter.records.told == [("stored", True)]


async def test_a_deleted_file_leaves_the_folder_and_then_its_name_the_record(
    counter: Counter,
) -> None:
    await counter.receives(XLSX)
    await counter.store.fetch_waiting()
    await counter.deletes()
    assert await counter.store.fetch_waiting() == 0
    assert counter.kept() == []
    assert await counter.rows() == [("deleted", "", 0)]


async def test_a_file_deleted_while_it_is_on_its_way_is_not_kept(counter: Counter) -> None:
    await counter.receives(XLSX)
    counter.shelf.gate.clear()
    fetching = asyncio.create_task(counter.store.fetch_waiting())
    await counter.shelf.was_asked.wait()
    await counter.deletes()
    counter.shelf.gate.set()
    await fetching
    assert counter.kept() == []
    assert await counter.rows() == [("deleted", "", 0)]
    assert counter.records.told == []


# ── What a file must be ──────────────────────────────────────────────────────


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera's maker"
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", size, "red").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_upright_small_enough_and_without_what_the_camera_wrote(
    kind: str,
) -> None:
    clean, suffix = photo(picture(kind, (3200, 300)))
    with Image.open(BytesIO(clean)) as drawn:
        assert (drawn.format, suffix) == ("JPEG", ".jpg")
        assert drawn.size == (150, LONGEST_SIDE)
        assert not drawn.getexif()


@pytest.mark.parametrize("data", [b"", b"<svg/>", picture("GIF"), DARK[:2000]])
def test_what_is_no_whole_photo_is_not_wanted(data: bytes) -> None:
    with pytest.raises(NotWanted):
        photo(data)


@pytest.mark.parametrize(
    ("data", "suffix"), [(b"OggS..", ".ogg"), (b"\0\0\0\x1cftypM4A ", ".m4a"), (b"#!AMR", ".amr")]
)
def test_a_voice_message_is_kept_as_it_came(data: bytes, suffix: str) -> None:
    assert sound(data) == (data, suffix)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (XLSX, ".xlsx"),
        (b"PK\x03\x04 other", ".zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", ".xls"),
    ],
)
def test_a_document_is_kept_as_it_came_and_named_by_what_is_in_it(data: bytes, suffix: str) -> None:
    assert document(data) == (data, suffix)


@pytest.mark.parametrize("check", [sound, document])
def test_anything_else_is_not_wanted(check: object) -> None:
    for data in (b"", b"MZ program", b"%PDF-1.7", b"PK"):
        with pytest.raises(NotWanted):
            check(data)  # type: ignore[operator]
