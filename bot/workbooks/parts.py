"""A workbook from outside, looked at before it is opened: is it one, and is it small enough?

An .xlsx file is a ZIP of XML parts. What the ZIP says of its own sizes may be a lie, so the
parts are unpacked once, counting; and a single cell in the far corner would make a reader
lay out the whole sheet, so the sheets' extents are found first. On the way it is noticed
which cells hold a formula without its result, or an error: a reader shows both as empty.
"""

from __future__ import annotations

import copy
import re
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from governance.sheets import Reason

MOST_BYTES = 20_000_000
MOST_UNPACKED = 200_000_000
MOST_ROWS = 200_000
MOST_CELLS = 20_000_000
MOST_FAULTS = 10_000
PACKED = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""How parts of a workbook are packed; a ZIP knows other ways, and no office program uses them."""
_BROKEN = (
    # NotImplementedError is how zipfile refuses a way of packing that it does not know.
    *(BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError),
    *(ValueError, LookupError),  # numbers and encodings that there are not
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_YES = frozenset({"1", "true"})
_NO_HEIGHT = re.compile(r"0+(?:\.0*)?")
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships id"


class Unreadable(Exception):
    """The file is no workbook that can be read; `code` says why.

    not_xlsx, password, too_large, too_many_rows, empty, no_known_sheet, broken
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Extent:
    """How far a sheet reaches, and what cannot be read in it, by row and column from 0.

    `hidden`: Excel does not show the sheet; `hidden_rows`: or these of its rows. `formulas`: cells
    whose value comes from others, the first `MOST_FAULTS` of them.
    """

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], Reason] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def look(path: Path) -> dict[str, Extent]:
    """Every sheet's extent by its title. Raises `Unreadable`."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty")
    if size > MOST_BYTES:
        raise Unreadable("too_large")
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        raise Unreadable("password" if _PROTECTED in path.read_bytes() else "not_xlsx")
    if not start.startswith(b"PK\x03\x04"):
        raise Unreadable("not_xlsx")
    try:
        with ZipFile(path) as archive:
            return _look_inside(archive)
    except _BROKEN as error:
        raise Unreadable("broken") from error


def _look_inside(archive: ZipFile) -> dict[str, Extent]:
    parts = {info.filename.lstrip("/"): info for info in archive.infolist()}
    if "xl/workbook.xml" not in parts:
        raise Unreadable("not_xlsx")
    if any(info.flag_bits & 1 for info in parts.values()):
        raise Unreadable("password")
    if any(info.compress_type not in PACKED for info in parts.values()):
        raise Unreadable("broken")
    if sum(info.file_size for info in parts.values()) > MOST_UNPACKED:
        raise Unreadable("too_large")
    budget = Budget(MOST_UNPACKED)
    titles = titles_of(archive, parts, budget)
    extents: dict[str, Extent] = {}
    for name, info in parts.items():
        with closing(budget.unpack(archive, info)) as chunks:
            if name in titles:
                title, hidden = titles[name]
                extents[title] = extent = _Scan(chunks).extent
                extent.hidden = hidden
            else:
                for _chunk in chunks:
                    pass
    return extents


class Budget:
    """Unpacks parts, and stops when all together are too much."""

    def __init__(self, most: int) -> None:
        self._left = most

    def unpack(self, archive: ZipFile, info: ZipInfo) -> Generator[bytes, None, None]:
        whole = copy.copy(info)
        whole.file_size = 2 * MOST_UNPACKED  # read to its real end, whatever it claims
        with archive.open(whole) as part:
            while chunk := part.read(1 << 16):
                self._left -= len(chunk)
                if self._left < 0:
                    raise Unreadable("too_large")
                yield chunk


def titles_of(
    archive: ZipFile, parts: Mapping[str, ZipInfo], budget: Budget
) -> dict[str, tuple[str, bool]]:
    """The sheets' titles, and whether they are hidden, by the names of their parts."""
    targets: dict[str, str] = {}
    titles: dict[str, tuple[str, bool]] = {}

    def relation(name: str, attrs: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            inside = PurePosixPath("/xl") / attrs.get("Target", "")
            targets[attrs.get("Id", "")] = re.sub(r"^/+", "", str(inside))

    def sheet(name: str, attrs: dict[str, str]) -> None:
        if _local(name) == "sheet":
            part = targets.get(attrs.get(_RELATION) or attrs.get(_STRICT) or "", "")
            titles[part] = attrs.get("name", ""), attrs.get("state", "visible") != "visible"

    for name, started in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if name not in parts:
            raise Unreadable("broken")
        parser = parser_of()
        parser.StartElementHandler = started
        with closing(budget.unpack(archive, parts[name])) as chunks:
            for chunk in chunks:
                parser.Parse(chunk)
        parser.Parse(b"", True)
    return titles


def parser_of() -> expat.XMLParserType:
    """A parser that takes no document type: nothing is fetched, and nothing grows."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def no_doctype(*_: object) -> None:
        raise Unreadable("broken")  # no program that makes workbooks writes one

    parser.StartDoctypeDeclHandler = no_doctype
    return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Scan:
    """Walks through a sheet's XML. Only cells that hold something count."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.extent = Extent()
        self._row = self._column = -1
        self._kind = self._said = ""
        self._formula = self._filled = self._valued = self._hidden = False
        self._parser = parser_of()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        for chunk in chunks:
            self._parser.Parse(chunk)
        self._parser.Parse(b"", True)

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c":
            self._cell(attrs)
        elif local == "v" or local == "is":
            self._filled = True
            if local == "v":
                self._valued = True
            if self._formula or self._kind == "e":
                self._parser.CharacterDataHandler = self._text
        elif local == "f":
            self._formula = True
        elif local == "row":
            self._row = int(attrs["r"]) - 1 if attrs.get("r", "").isdigit() else self._row + 1
            self._column = -1
            flat = _NO_HEIGHT.fullmatch(attrs.get("ht", "")) is not None
            self._hidden = flat or attrs.get("hidden") in _YES

    def _cell(self, attrs: dict[str, str]) -> None:
        self._kind, self._said = attrs.get("t", ""), ""
        self._formula = self._filled = self._valued = False
        self._column += 1
        if name := attrs.get("r"):
            row, column = place_of(name)
            self._row, self._column = row, column

    def _text(self, text: str) -> None:
        self._said += text

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "v" or local == "is":
            self._parser.CharacterDataHandler = None
        elif local == "c":
            if self._filled or self._formula:
                self._grow()
            if self._formula and len(self.extent.formulas) < MOST_FAULTS:
                self.extent.formulas.add((self._row, self._column))
            if self._formula and (not self._valued or (not self._said and self._kind != "str")):
                self._fault(Reason("formula"))
            elif self._kind == "e":
                self._fault(Reason("error_cell", data={"value": self._said[:20]}))

    def _grow(self) -> None:
        extent = self.extent
        extent.rows = max(extent.rows, self._row + 1)
        extent.columns = max(extent.columns, self._column + 1)
        if self._hidden:
            extent.hidden_rows.add(self._row)
        if extent.rows > MOST_ROWS + 100:  # room for titles and empty rows
            raise Unreadable("too_many_rows")
        if extent.rows * extent.columns > MOST_CELLS:
            raise Unreadable("too_large")

    def _fault(self, reason: Reason) -> None:
        if len(self.extent.faults) < MOST_FAULTS:
            self.extent.faults[self._row, self._column] = reason


def place_of(name: str) -> tuple[int, int]:
    """Row and column from 0 of a cell: "C17" is (16, 2)."""
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", name)
    if found is None:
        raise Unreadable("broken")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def letters_of(column: int) -> str:
    """The letters of a column from 0: 27 is "AB"."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
