"""Placeholders like {响应率} in the cells of somebody's own workbook: found, and filled in.

Only the bytes between which a placeholder stands are written anew, so whatever else is in the
workbook stays as it was: formats, formulas, charts, pictures. docs/decisions/0021 says why no
library does this. A cell that holds one placeholder and nothing else becomes a number where its
value is one, so that formulas go on from there; they are computed when the workbook is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from bot.workbooks.parts import MOST_UNPACKED, Budget, Unreadable, parser_of, titles_of

Filler: TypeAlias = "Callable[[str], Filled | None]"
"""What is filled in for a name; None for one that is not known."""
Edit: TypeAlias = "tuple[int, int, bytes]"

MOST_TEXT = 20_000_000  # bytes of the parts that are looked through
MOST_FOUND = 2_000
STRINGS, BOOK = "xl/sharedStrings.xml", "xl/workbook.xml"
_NAMED = re.compile(r"\{([^{}\n]{1,40})\}")
_TAG = re.compile(rb"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_TYPE = re.compile(rb"\st\s*=\s*(\"[^\"]*\"|'[^']*')")
_CALC = re.compile(rb"\sfullCalcOnLoad\s*=\s*(\"[^\"]*\"|'[^']*')")
_AFTER_CALC = frozenset(
    {
        *("oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes"),
        *("webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"),
    }
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a placeholder becomes: among other words `text`, in a cell of its own the `number`
    where there is one."""

    text: str
    number: int | float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a placeholder stands."""

    name: str
    sheet: str
    cell: str


@dataclass(slots=True)
class _Run:
    """The words of one `<t>`, and between which bytes they stand."""

    start: int
    end: int
    text: str = ""


@dataclass(slots=True)
class _Cell:
    """A cell with words: of its own (`runs`), or those with this number."""

    name: str
    start: int
    runs: list[_Run] = field(default_factory=list)
    shared: int | None = None
    inner: int = 0
    end: int = 0


def found_in(path: Path) -> list[Place]:
    """Every placeholder in a cell, sheet by sheet; the first `MOST_FOUND`. Raises `Unreadable`."""
    book = _Book(path)
    return [place for place, _cell in zip(book.places(), range(MOST_FOUND), strict=False)]


def fill(path: Path, target: Path, value: Filler) -> None:
    """`target` is the workbook with every placeholder that has a value filled in."""
    _Book(path).write(target, value)


class _Book:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with ZipFile(path) as archive:
                self._read(archive)
        except (BadZipFile, expat.ExpatError) as error:
            raise Unreadable("broken") from error

    def _read(self, archive: ZipFile) -> None:
        infos = archive.infolist()
        parts = {info.filename: info for info in infos}
        if len(parts) < len(infos):
            raise Unreadable("broken")  # which of two parts counts is not said
        if any(name.casefold().endswith("vbaproject.bin") for name in parts):
            raise Unreadable("macros")
        budget = Budget(MOST_TEXT)
        self._titles = {
            part: title for part, (title, _) in titles_of(archive, parts, budget).items()
        }
        wanted = [part for part in (*self._titles, STRINGS, BOOK) if part in parts]
        self._data = {part: _unpacked(archive, parts[part], budget) for part in wanted}
        self._strings = _Strings(self._data.get(STRINGS, b"")).found
        named = {n for n, runs in enumerate(self._strings) if _NAMED.search(_said(runs))}
        self._cells = {
            part: _Cells(self._data.get(part, b""), named).found for part in self._titles
        }

    def places(self) -> Iterator[Place]:
        for part, title in self._titles.items():
            for cell in self._cells[part]:
                for name in _NAMED.findall(_said(self._runs(cell))):
                    yield Place(name, title, cell.name)

    def _runs(self, cell: _Cell) -> Sequence[_Run]:
        return cell.runs if cell.shared is None else self._strings[cell.shared]

    def write(self, target: Path, value: Filler) -> None:
        edited: dict[str, bytes] = {}
        for part in self._titles:
            if data := self._data.get(part):
                edited[part] = _edited(data, [*self._cell_edits(part, data, value)])
        if strings := self._data.get(STRINGS):
            runs = [edit for item in self._strings for edit in _run_edits(item, value)]
            edited[STRINGS] = _edited(strings, runs)
        edited[BOOK] = _computed_anew(self._data[BOOK])
        with ZipFile(self._path) as archive, ZipFile(target, "w", ZIP_DEFLATED) as made:
            budget = Budget(MOST_UNPACKED)
            for info in archive.infolist():
                _copy(archive, made, info, edited.get(info.filename), budget)

    def _cell_edits(self, part: str, data: bytes, value: Filler) -> Iterator[Edit]:
        for cell in self._cells[part]:
            runs = self._runs(cell)
            alone = _NAMED.fullmatch(_said(runs).strip())
            filled = value(alone[1]) if alone else None
            if filled is not None and filled.number is not None:
                yield from _as_number(data, cell, filled.number)
            elif cell.shared is None:
                yield from _run_edits(runs, value)


def _unpacked(archive: ZipFile, info: ZipInfo, budget: Budget) -> bytes:
    with closing(budget.unpack(archive, info)) as chunks:
        return b"".join(chunks)


def _copy(
    archive: ZipFile, made: ZipFile, info: ZipInfo, data: bytes | None, budget: Budget
) -> None:
    copy = ZipInfo(info.filename, info.date_time)
    copy.compress_type = ZIP_DEFLATED
    if data is not None:
        made.writestr(copy, data)
        return
    with made.open(copy, "w") as part, closing(budget.unpack(archive, info)) as chunks:
        for chunk in chunks:
            part.write(chunk)


# ── what the parts say ───────────────────────────────────────────────────────


class _Reader:
    """Walks through a part, and knows at which byte each word of it stands."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._parser = parser_of()
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._run: _Run | None = None
        self._aside = 0  # inside how a word is read aloud, which nobody sees
        if data:
            self._parser.Parse(data, True)

    def started(self, name: str, attrs: Mapping[str, str], at: int) -> None: ...

    def ended(self, name: str, at: int) -> None: ...

    def said(self, run: _Run) -> None: ...

    def tag_end(self, at: int) -> int:
        """The byte after the tag that begins here."""
        tag = _TAG.match(self.data, at)
        if tag is None:
            raise Unreadable("broken")
        return tag.end()

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if (encoding or "utf-8").casefold() not in {"utf-8", "us-ascii"}:
            raise Unreadable("broken")  # bytes would not be characters

    def _started(self, name: str, attrs: dict[str, str]) -> None:
        local, at = name.rpartition(" ")[2], self._parser.CurrentByteIndex
        self._aside += local == "rPh"
        if local in {"t", "v"} and not self._aside:
            begin = self.tag_end(at)
            self._run = _Run(begin, begin)
            self._parser.CharacterDataHandler = self._text
        self.started(local, attrs, at)

    def _text(self, text: str) -> None:
        if self._run is not None:
            self._run.text += text

    def _ended(self, name: str) -> None:
        local, at = name.rpartition(" ")[2], self._parser.CurrentByteIndex
        self._aside -= local == "rPh"
        if local in {"t", "v"} and self._run is not None:
            run, self._run = self._run, None
            self._parser.CharacterDataHandler = None
            run.end = max(at, run.start)
            self.said(run)
        self.ended(local, at)


class _Strings(_Reader):
    def __init__(self, data: bytes) -> None:
        self.found: list[list[_Run]] = []
        super().__init__(data)

    def started(self, name: str, attrs: Mapping[str, str], at: int) -> None:
        if name == "si":
            self.found.append([])

    def said(self, run: _Run) -> None:
        self.found[-1].append(run)


class _Cells(_Reader):
    """Cells with placeholders that no formula made; `named`: the strings in which there are some."""

    def __init__(self, data: bytes, named: Set[int]) -> None:
        self.found: list[_Cell] = []
        self._named = named
        self._cell: _Cell | None = None
        self._kind = ""
        super().__init__(data)

    def started(self, name: str, attrs: Mapping[str, str], at: int) -> None:
        if name == "c":
            self._kind = attrs.get("t", "")
            self._cell = _Cell(attrs.get("r", ""), at)
            self._cell.inner = self.tag_end(at)
        elif name == "f":
            self._kind = "formula"

    def said(self, run: _Run) -> None:
        if self._cell is not None and self._kind == "s" and run.text.strip().isdecimal():
            self._cell.shared = int(run.text)
        elif self._cell is not None and self._kind == "inlineStr":
            self._cell.runs.append(run)

    def ended(self, name: str, at: int) -> None:
        if name == "c" and self._cell is not None:
            cell, self._cell = self._cell, None
            cell.end = at
            mine = _NAMED.search(_said(cell.runs)) is not None
            if self._kind != "formula" and (mine or cell.shared in self._named):
                self.found.append(cell)


def _said(runs: Sequence[_Run]) -> str:
    return "".join(run.text for run in runs)


# ── what is written anew ─────────────────────────────────────────────────────


def _edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    parts, done = [], 0
    for start, end, new in sorted(edits):
        parts += [data[done:start], new]
        done = end
    return b"".join([*parts, data[done:]])


def _run_edits(runs: Sequence[_Run], value: Filler) -> Iterator[Edit]:
    """A placeholder may be spread over words of several formats: its value has the first one's."""
    whole = _said(runs)
    filled = [
        (m.start(), m.end(), v) for m in _NAMED.finditer(whole) if (v := value(m[1])) is not None
    ]
    at = 0
    for run in runs:
        text, begin, end = "", at, at + len(run.text)
        for start, stop, new in filled:
            if stop <= at or start >= end:
                continue
            text += whole[at : max(start, at)] + (new.text if start >= begin else "")
            at = min(stop, end)
        text += whole[at:end]
        at = end
        if text != run.text:
            yield run.start, run.end, escape(text).encode()


def _as_number(data: bytes, cell: _Cell, number: float) -> Iterator[Edit]:
    if kind := _TYPE.search(data, cell.start, cell.inner):
        yield kind.start(), kind.end(), b' t="n"'
    yield cell.inner, cell.end, b"<v>%s</v>" % str(number).encode()


class _Calc(_Reader):
    """Where the book says when formulas are computed, or where it would say so."""

    def __init__(self, data: bytes) -> None:
        self.tag: tuple[int, int] | None = None
        self.before: int | None = None
        self._depth = 0
        super().__init__(data)

    def started(self, name: str, attrs: Mapping[str, str], at: int) -> None:
        self._depth += 1
        if self._depth == 2 and name == "calcPr":
            self.tag = at, self.tag_end(at)
        elif self._depth == 2 and name in _AFTER_CALC and self.before is None:
            self.before = at

    def ended(self, name: str, at: int) -> None:
        self._depth -= 1
        if not self._depth and self.before is None:
            self.before = at


def _computed_anew(data: bytes) -> bytes:
    """Formulas are computed when the workbook is opened: what they go on from has changed."""
    calc = _Calc(data)
    if calc.tag is None:
        at = calc.before or 0
        prefix = re.match(rb"</?([\w.-]+:)?", data[at:])
        name = (prefix[1] or b"") if prefix else b""
        return _edited(data, [(at, at, b'<%scalcPr fullCalcOnLoad="1"/>' % name)])
    start, end = calc.tag
    tag = _CALC.sub(b"", data[start:end])
    close = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return _edited(data, [(start, end, tag[:close] + b' fullCalcOnLoad="1"' + tag[close:])])
