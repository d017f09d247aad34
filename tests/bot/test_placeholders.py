"""A workbook of somebody's own with placeholders: they are filled in, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter

from bot.workbooks.parts import Unreadable
from bot.workbooks.placeholders import Filled, fill, found_in
from bot.workbooks.xlsx import pages

KNOWN = {"反映数": Filled("40", 40), "响应率": Filled("95%", 0.95), "满意率": Filled("5件中4件")}


def made(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, other = book.add_worksheet("月报"), book.add_worksheet("说明")
        percent, bold = book.add_format({"num_format": "0%"}), book.add_format({"bold": True})
        sheet.write("A1", "本月{反映数}件，响应率{响应率} & <好>")
        sheet.write("B1", "{反映数}")
        sheet.write("B2", " {响应率} ", percent)
        sheet.write("B3", "{满意率}")
        sheet.write("B4", "{天气}")
        sheet.write_formula("B5", '=B1*2&"{反映数}"', None, "80{反映数}")
        sheet.write_rich_string("A2", "共{反", bold, "映数}件，", "{天气}")
        sheet.write("B6", "{反映数}")
        other.write("C3", "照旧")
        other.insert_chart("E2", _chart(book))
    return path


def _chart(book: xlsxwriter.Workbook) -> xlsxwriter.chart.Chart:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=月报!$B$1:$B$2"})
    return chart


def rows(path: Path) -> list[list[str]]:
    return [row for _number, row in next(iter(pages(path))).rows]


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_is_known_is_filled_in_and_all_else_stays_byte_for_byte(tmp_path: Path) -> None:
    before, after = made(tmp_path / "mine.xlsx"), tmp_path / "filled.xlsx"
    _change(before, "xl/workbook.xml", b' fullCalcOnLoad="1"', b"")
    named = [(place.name, place.cell) for place in found_in(before)]
    assert named == [
        *(("反映数", "A1"), ("响应率", "A1"), ("反映数", "B1"), ("反映数", "A2"), ("天气", "A2")),
        *(("响应率", "B2"), ("满意率", "B3"), ("天气", "B4"), ("反映数", "B6")),
    ]
    fill(before, after, KNOWN.get)
    assert rows(after)[0] == ["本月40件，响应率95% & <好>", "40"]
    assert rows(after)[1] == ["共40件，{天气}", "0.95"]
    assert [row[1] for row in rows(after)[2:]] == ["5件中4件", "{天气}", "80{反映数}", "40"]
    was, now = parts(before), parts(after)
    changed = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"}
    assert list(was) == list(now)
    assert {name for name in was if was[name] != now[name]} == changed
    sheet = now["xl/worksheets/sheet1.xml"]
    assert '<f>B1*2&amp;"{反映数}"</f>'.encode() in sheet
    assert b'<c r="B2" s="1" t="n"><v>0.95</v></c>' in sheet
    assert b'<calcPr calcId="124519" fullCalcOnLoad="1"/>' in now["xl/workbook.xml"]


def test_words_may_stand_in_the_cell_itself_and_a_book_may_say_nothing_of_computing(
    tmp_path: Path,
) -> None:
    before, after = tmp_path / "mine.xlsx", tmp_path / "filled.xlsx"
    with xlsxwriter.Workbook(str(before), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "{反映数}")
        sheet.write("A2", "反映{反映数}件")
    _change(before, "xl/workbook.xml", b'<calcPr calcId="124519" fullCalcOnLoad="1"/>', b"")
    fill(before, after, KNOWN.get)
    assert rows(after) == [["40"], ["反映40件"]]
    assert b'</sheets><calcPr fullCalcOnLoad="1"/></workbook>' in parts(after)["xl/workbook.xml"]


def _change(path: Path, part: str, old: bytes, new: bytes) -> None:
    was = parts(path)
    assert old in was[part]
    with ZipFile(path, "w") as archive:
        for name, data in was.items():
            archive.writestr(name, data.replace(old, new) if name == part else data)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/sharedStrings.xml", b"<sst", b'<!DOCTYPE x [<!ENTITY a "b">]><sst'),
        ("xl/sharedStrings.xml", b'encoding="UTF-8"', b'encoding="GBK"'),
        ("xl/worksheets/sheet1.xml", b"</worksheet>", b""),
    ],
)
def test_what_is_not_written_like_a_workbook_is_refused(
    part: str, old: bytes, new: bytes, tmp_path: Path
) -> None:
    path = made(tmp_path / "mine.xlsx")
    _change(path, part, old, new)
    with pytest.raises(Unreadable) as refused:
        found_in(path)
    assert refused.value.code == "broken"


def test_macros_a_part_that_stands_twice_and_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "mine.xlsx")
    monkeypatch.setattr("bot.workbooks.placeholders.MOST_TEXT", 1000)
    with pytest.raises(Unreadable, match="too_large"):
        found_in(path)
    monkeypatch.undo()
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    with pytest.raises(Unreadable, match="broken"):
        found_in(path)
    path = made(tmp_path / "other.xlsx")
    with ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    with pytest.raises(Unreadable, match="macros"):
        found_in(path)
