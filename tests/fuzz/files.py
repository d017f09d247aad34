"""Files and forms from outside, as the fuzzers hand them in."""

from __future__ import annotations

import tarfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

from pydantic import ValidationError
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from bot import formats
from bot.commands import outlines
from bot.settings import BadSettings, Settings, _remedy, load
from bot.upkeep import archive
from bot.web import demo
from bot.web.bodies import Problem, TooLong, parse
from bot.web.papers import _uploaded
from bot.workbooks import guide, lists, placeholders, roster
from bot.workbooks.parts import Unreadable, look
from bot.workbooks.xlsx import pages
from tests.fuzz import seeds
from tests.fuzz.room import folder, loop
from tests.fuzz.shapes import Bytes, bent, said

WAYS = (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA)
NASTY = (
    *(b"", b"<c r='A1' t='inlineStr'><is><t>x</t></is></c>", b"<row r='\xc2\xb2'>", b"<v>"),
    *(b"</row>", b"r='A99999999'", b't="s"', b"999999999999", b"<!DOCTYPE x>", b"\x00", b"&#0;"),
    *(b"{a}", b"<f>", b"<t>{\xe5\x93\x8d}", b"r='XFD1048576'", b'encoding="utf-7"', b"<is>", b"-1"),
)
"""Pieces that are put into the XML of a workbook, or in place of some of it."""


def book(data: bytes) -> bytes:
    """A workbook of ours, with its parts or its bytes spoilt."""
    source = Bytes(data)
    parts = dict(source.pick(seeds.parts()))
    way = source.pick(WAYS)
    for _ in range(source.number(5)):
        name = source.pick(sorted(parts))
        at = source.number(max(len(parts[name]), 1))
        end = at + source.number(64)
        parts[name] = parts[name][:at] + source.pick(NASTY) + parts[name][end:]
        if source.number(8) == 0:
            del parts[name]
    out = BytesIO()
    with ZipFile(out, "w", way) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    whole = bytearray(out.getvalue())
    for _ in range(source.number(4)):
        whole[source.number(len(whole))] = source.number(256)
    return bytes(whole)


@contextmanager
def kept(data: bytes, name: str) -> Iterator[Path]:
    path = folder() / name
    path.write_bytes(data)
    yield path


def workbook(data: bytes) -> None:
    """What is looked at before anything is opened, then read as everything it may be."""
    with kept(book(data), "in.xlsx") as path:
        extents = look(path)
        for read in (roster.read, guide.read, lists.read):
            try:
                read(path, extents)
            except Unreadable:
                continue
        for page in pages(path, extents):
            for _number, _row in page.rows:
                pass


def raw_workbook(data: bytes) -> None:
    with kept(data, "raw.xlsx") as path:
        for page in pages(path):
            list(page.rows)


def filled(data: bytes) -> None:
    with kept(book(data), "to-fill.xlsx") as path:
        look(path)
        placeholders.found_in(path)
        value = placeholders.Filled("<&>", 1.5)
        placeholders.fill(path, path.with_name("filled.xlsx"), lambda name: value)


def outline(data: bytes) -> None:
    with kept(seeds.as_json(bent(seeds.OUTLINES, data)), "outlines.json") as path:
        for feature in outlines._features(path):
            outlines._code(feature)
            outlines._shape(feature.get("geometry") if isinstance(feature, dict) else None)


def raw_outline(data: bytes) -> None:
    with kept(data, "raw.json") as path:
        outlines._features(path)


def backup(data: bytes) -> None:
    """A backup whose manifest or bytes are spoilt."""
    source = Bytes(data)
    manifest = bent(seeds.MANIFESTS, source.rest())
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in (("shaodao.db", b"x"), ("manifest.json", seeds.as_json(manifest))):
            info = tarfile.TarInfo(source.pick((name, name, name, "../x", "media/a.jpg")))
            info.type = source.pick((tarfile.REGTYPE,) * 6 + (tarfile.SYMTYPE, tarfile.DIRTYPE))
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    whole = bytearray(out.getvalue())
    for _ in range(source.number(3)):
        whole[source.number(1536)] = source.number(256)
    with kept(bytes(whole), "backup.tar") as path:
        archive.verify(path)


def media(data: bytes) -> None:
    """A file is only ever what its content is, whatever it was sent as."""
    source = Bytes(data)
    base = bytearray(source.pick((*seeds.files(), source.rest())))
    for _ in range(source.number(6)):
        at = source.number(len(base))
        base[at : at + 1] = bytes([source.number(256)])
    spoilt = bytes(base) + source.rest()[:9]
    for check in formats.CHECKS.values():
        try:
            clean, suffix = check(spoilt)
        except formats.NotWanted:
            continue
        assert suffix.startswith(".")
        assert suffix[1:].isalnum()
        if suffix == ".jpg":
            formats.print_of(clean)


def settings(data: bytes) -> None:
    """What stands in a file, without making the class that reads it anew each time."""
    try:
        content = tomllib.loads(said(data))
        Settings.model_validate(content)
    except ValidationError as error:
        for one in error.errors():
            assert _remedy(dict(one))
    except ValueError as error:
        raise BadSettings(str(error)) from error


def settings_file(data: bytes) -> None:
    with kept(data, "config.toml") as path:
        load(path)


def form(data: bytes) -> None:
    """An upload to the roster desk."""
    source = Bytes(data)
    kind = source.pick(
        (b"multipart/form-data; boundary=x", b"multipart/form-data", source.rest()[:30])
    )
    _served(lambda: _uploaded(_request(source.rest(), kind)))


def page_bodies(data: bytes) -> None:
    """What the demo's page sends."""
    source = Bytes(data)
    model = source.pick((demo.Saying, demo.Press, demo.Picture, demo.Place, demo.Step, demo.Speech))
    body = source.pick((source.rest(), seeds.as_json(bent(BODIES, source.rest()))))
    _served(lambda: parse(_request(body, b"application/json"), model))


BODIES: list[dict[str, Any]] = [
    {"text": "灯", "chat": ""},
    {"token": "q:1:yes", "bubble": "b"},
    {"data": "aGk=", "chat": "", "album": ""},
    {"latitude": 30.0, "longitude": 120.0, "chat": ""},
    {"minutes": 5},
    {"language": "en"},
]


def _request(body: bytes, kind: bytes) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind)]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def _served(work: Callable[[], Any]) -> None:
    loop().run_until_complete(work())


_UPLOAD = (
    b'\x00--x\r\ncontent-disposition: form-data; name="file"; filename="a.xlsx"\r\n'
    b"content-type: application/zip\r\n\r\nPK\x03\x04\r\n--x--\r\n"
)
_FORM = (MultiPartException, KeyError, TooLong)
_SPOILT = tuple(bytes([n, m, k]) for n in range(3) for m in range(4) for k in range(2))

ROWS: tuple[tuple[Any, ...], ...] = (
    ("workbooks", workbook, (Unreadable,), _SPOILT, True),
    ("workbooks-raw", raw_workbook, (Unreadable,), [b"PK\x03\x04"], True),
    ("placeholders", filled, (Unreadable,), _SPOILT, True),
    ("outlines", outline, (outlines._Fault,), [b"\x00\x00", b"\x01\x00"]),
    ("outlines-raw", raw_outline, (outlines._Fault,), [*map(seeds.as_json, seeds.OUTLINES)]),
    ("backups", backup, (archive.BadArchive,), [bytes([0, 0]), bytes([0, 1, 2, 3])]),
    ("media", media, (), _SPOILT),
    ("settings", settings, (BadSettings,), [text.encode() for text in seeds.SETTINGS]),
    ("settings-file", settings_file, (BadSettings,), [t.encode() for t in seeds.SETTINGS], True),
    ("forms", form, _FORM, [_UPLOAD]),
    ("page-bodies", page_bodies, (Problem,), [bytes([n, 1, n, 0]) for n in range(6)]),
)
"""Name, how to call it, what it may raise, seeds, and whether it is slow."""
