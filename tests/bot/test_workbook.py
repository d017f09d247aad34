"""Workbooks as people make them, and files that are none."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from bot.workbooks import parts as workbook_parts
from bot.workbooks import xlsx as workbook
from bot.workbooks.parts import Unreadable, letters_of, place_of
from bot.workbooks.roster import read
from bot.workbooks.xlsx import Leaf, pages, write
from governance.roster import COLUMNS, Roster, Sheet
from governance.sheets import Row

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
AREAS = ["编码", "名称", "级别", "上级编码"]
ROOT = ["QH", "清河区", "区", ""]


def made(path: Path, fill: Callable[[Worksheet], None], title: str = "区域") -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        fill(book.add_worksheet(title))
    return path


def with_rows(path: Path, *rows: Sequence[object], title: str = "区域") -> Path:
    def fill(sheet: Worksheet) -> None:
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return made(path, fill, title)


def said(row: Row, sheet: str = Sheet.AREAS) -> dict[str, str]:
    cells = zip(COLUMNS[Sheet(sheet)], row.cells, strict=True)
    return {column: text for column, text in cells if text}


def rows_of(roster: Roster) -> list[dict[str, str]]:
    return [said(row, table.sheet) for table in roster.tables for row in table.rows]


def why(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        read(path)
    return refused.value.code


def rezipped(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The workbook with one of its parts changed."""
    with ZipFile(path) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, change(data.decode()) if name == part else data)
    return path


# ── as people make them ──────────────────────────────────────────────────────


def test_headings_are_found_below_a_title_and_columns_in_any_order(tmp_path: Path) -> None:
    path = with_rows(
        tmp_path / "a.xlsx",
        ["清河区网格划分表（2026年）"],
        [],
        ["备注", "区域名称", " 编 码 ", "级别（必填）"],
        ["老城", " 清河区　", "QH", "区"],
    )
    (row,) = read(path).tables[0].rows
    assert row.number == 4
    assert said(row) == {"code": "QH", "name": "清河区", "kind": "区"}
    assert read(path).tables[0].letters == {"name": "B", "code": "C", "kind": "D"}


def test_a_table_that_begins_in_the_middle_keeps_its_places(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row("C5", AREAS)
        sheet.write_row("C6", ROOT)

    table = read(made(tmp_path / "a.xlsx", fill)).tables[0]
    assert (table.letters["code"], table.rows[0].number) == ("C", 6)
    assert said(table.rows[0])["name"] == "清河区"


@pytest.mark.parametrize(
    ("title", "headings", "sheet"),
    [
        ("Units", ["code", "name", "kind of unit"], Sheet.UNITS),
        ("柳林街道", ["姓名", "手机号", "岗位"], Sheet.PEOPLE),
        ("Sheet1", ["编码", "单位名称", "负责事项编码"], Sheet.UNITS),
        ("Sheet2", ["编码", "区域名称", "上级编码"], Sheet.AREAS),
    ],
)
def test_a_sheet_is_known_by_its_title_or_its_headings(
    tmp_path: Path, title: str, headings: list[object], sheet: Sheet
) -> None:
    path = with_rows(tmp_path / "a.xlsx", headings, ["U1", "x", "y"], title=title)
    assert [table.sheet for table in read(path).tables] == [sheet]


def test_other_sheets_are_left_alone_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("统计").write_row(0, 0, ["月份", "件数"])
        sheet = book.add_worksheet("区域")
        sheet.write_row(0, 0, AREAS)
        sheet.write_row(1, 0, ROOT)
    assert read(path).ignored == ("统计",)


def test_merged_cells_say_the_same_in_every_row(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["编码", "姓名", "岗位", "岗位所在编码"])
        sheet.merge_range("A2:A3", "P1")
        sheet.merge_range("B2:B3", "高明")
        sheet.write_row("C2", ["网格员", "G1"])
        sheet.write_row("C3", ["网格员", "G2"])
        sheet.merge_range("A4:B9", "")

    found = rows_of(read(made(tmp_path / "a.xlsx", fill, "人员岗位")))
    assert found == [
        {"code": "P1", "name": "高明", "post": "网格员", "place": "G1"},
        {"code": "P1", "name": "高明", "post": "网格员", "place": "G2"},
    ]


def test_numbers_and_dates_come_as_people_would_type_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("人员岗位")
        sheet.write_row(0, 0, ["编码", "姓名", "电话", "任期开始", "任期结束"])
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(1, 0, [1001.0, "高明", 13800000000.0])
        sheet.write_datetime(1, 3, datetime(2026, 3, 1, 8, 30), day)
        sheet.write_string(1, 4, "2028年12月31日")
    assert rows_of(read(path)) == [
        {
            "code": "1001",
            "name": "高明",
            "phone": "13800000000",
            "since": str(date(2026, 3, 1)),
            "until": "2028年12月31日",
        }
    ]


def test_a_formula_counts_by_its_saved_value(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, AREAS)
        sheet.write_row(1, 0, ROOT)
        sheet.write_formula(1, 1, '="清河"&"区"', None, "清河区")
        sheet.write_formula(1, 3, '=""', None, "")

    path = rezipped(
        made(tmp_path / "a.xlsx", fill),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace('<c r="D2">', '<c r="D2" t="str">'),
    )
    (row,) = read(path).tables[0].rows
    assert said(row) == {"code": "QH", "name": "清河区", "kind": "区"}
    assert row.faults == ()


def test_a_formula_without_a_value_and_an_error_are_faults_of_their_cells(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, AREAS)
        sheet.write_row(1, 0, ROOT)
        sheet.write_formula(1, 1, "=A2", None, "")
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 0, "=A2", None, "")
        sheet.write_formula(2, 9, "=A2", None, "")

    rows = read(made(tmp_path / "a.xlsx", fill)).tables[0].rows
    assert [(fault.column, fault.code) for fault in rows[0].faults] == [
        ("name", "formula"),
        ("parent", "error_cell"),
    ]
    assert rows[0].faults[1].data == {"value": "#DIV/0!"}
    assert [(row.number, fault.column) for row in rows[1:] for fault in row.faults] == [(3, "code")]


# ── what is no workbook, or not ours ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        ("编码,名称\nQH,清河区\n".encode(), "not_xlsx"),
        (OLE + bytes(1000) + "Workbook".encode("utf-16-le"), "not_xlsx"),
        (OLE + bytes(1000) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04" + bytes(100), "broken"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_apart(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert why(path) == code


def test_another_kind_of_zip_is_no_workbook(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert why(tmp_path / "a.xlsx") == "not_xlsx"


def test_an_empty_workbook_and_one_without_rows_or_sheets_of_ours(tmp_path: Path) -> None:
    assert why(with_rows(tmp_path / "a.xlsx")) == "empty"
    assert why(with_rows(tmp_path / "b.xlsx", list(AREAS))) == "empty"
    assert why(with_rows(tmp_path / "c.xlsx", ["月份", "件数"], [1, 2], title="统计")) == (
        "no_known_sheet"
    )


def test_a_workbook_cut_off_or_damaged_is_broken(tmp_path: Path) -> None:
    whole = with_rows(tmp_path / "a.xlsx", list(AREAS), list(ROOT)).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])
    assert why(tmp_path / "b.xlsx") == "broken"
    path = with_rows(tmp_path / "c.xlsx", list(AREAS), list(ROOT))
    assert why(rezipped(path, "xl/worksheets/sheet1.xml", lambda xml: xml[:-40])) == "broken"


def test_a_large_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(200_000_000)
    assert why(path) == "too_large"


def test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked(tmp_path: Path) -> None:
    path = with_rows(tmp_path / "a.xlsx", list(AREAS), list(ROOT))
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(200_000_000))
    assert path.stat().st_size < 1_000_000
    assert why(path) == "too_large"


def test_nor_when_it_lies_about_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_rows(tmp_path / "a.xlsx", list(AREAS), list(ROOT))
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(3_000_000))
    data = bytearray(path.read_bytes())
    size = (3_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (300).to_bytes(4, "little")))
    assert zipfile.ZipFile(path).getinfo("xl/media/bomb.bin").file_size == 300
    monkeypatch.setattr(workbook_parts, "MOST_UNPACKED", 2_000_000)
    assert why(path) == "too_large"


def test_one_cell_in_the_far_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, AREAS)
        sheet.write("XFD150000", "x")

    assert why(made(tmp_path / "a.xlsx", fill)) == "too_large"

    def deep(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, AREAS)
        sheet.write("A1048576", "x")

    assert why(made(tmp_path / "b.xlsx", deep)) == "too_many_rows"


def test_what_excel_does_not_show_is_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        shown, hidden = book.add_worksheet("看得见"), book.add_worksheet("看不见")
        for sheet in (shown, hidden):
            sheet.write_column(0, 0, ["a", "b", "c", "d"])
        shown.set_row(1, None, None, {"hidden": True})
        shown.set_row(2, 0)
        hidden.hide()
    one, other = ({n for n in range(4) if p.hides(n)} for p in pages(tmp_path / "a.xlsx"))
    assert one == {1, 2}
    assert other == {0, 1, 2, 3}


def test_formulas_are_told_and_where_they_are_too_many_every_cell_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 1, "=1+1", None, 2)

    path = made(tmp_path / "a.xlsx", fill)
    (page,) = pages(path)
    assert [page.computes(1, column) for column in (0, 1)] == [False, True]
    monkeypatch.setattr(workbook, "MOST_FAULTS", 1)
    assert page.computes(0, 0)


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    path = with_rows(tmp_path / "a.xlsx", list(AREAS), list(ROOT))
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    change = rezipped(
        path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(r"\?>", "?>" + doctype, xml, count=1)
    )
    assert why(change) == "broken"


# ── out ──────────────────────────────────────────────────────────────────────


def test_what_people_wrote_never_becomes_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "http://x.example", "{=1}", "'1"]
    write(tmp_path / "a.xlsx", [Leaf("x", ["a"], (("", [text]) for text in texts))])
    with ZipFile(tmp_path / "a.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    (page,) = pages(tmp_path / "a.xlsx")
    assert [row[0] for _number, row in page.rows] == ["a", *texts]


def test_sheets_of_one_title_stand_beside_each_other(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", [Leaf("汇总", ["a"], []), Leaf("汇总", ["b"], [])])
    assert [page.title for page in pages(tmp_path / "a.xlsx")] == ["汇总", "汇总 (2)"]


@pytest.mark.parametrize("name", ["A1", "Z1", "AA1", "AZ9", "XFD1048576"])
def test_a_cell_is_found_by_its_name_and_named_again(name: str) -> None:
    row, column = place_of(name)
    assert f"{letters_of(column)}{row + 1}" == name


HOSTILE = (
    "=cmd|'/c calc'!A1",
    "+1+cmd|x",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    '=HYPERLINK("http://x")',
    "{=1}",
)


def test_what_people_wrote_is_text_in_every_workbook_also_when_the_cell_is_edited(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out.xlsx"
    write(path, [Leaf("说的", [*HOSTILE], [("", [*HOSTILE]), ("red", [*HOSTILE])])])
    [page] = pages(path)
    assert page.extent.formulas == set()
    assert [row for _number, row in page.rows] == [[cell.strip() for cell in HOSTILE]] * 3
    with ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    marked = {str(n) for n, style in enumerate(re.findall(r"<xf [^>]*>", styles.split("<cellXfs")[1]))
              if "quotePrefix" in style}  # fmt: skip
    second = re.findall(r"<c [^>]*>", sheet.split('<row r="2"')[1].split("</row>")[0])
    assert [re.search(r's="(\d+)"', cell)[1] in marked for cell in second] == [True] * 6 + [False]  # type: ignore[index]


def test_workbooks_are_written_in_one_place() -> None:
    writers = [
        p
        for p in Path(workbook.__file__).parents[1].rglob("*.py")
        if "xlsxwriter" in p.read_text("utf-8")
    ]
    assert writers == [Path(workbook.__file__)]


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_workbook_that_is_packed_as_none_is_and_spoilt_is_broken(
    tmp_path: Path, way: int
) -> None:
    path = with_rows(tmp_path / "in.xlsx", AREAS, ROOT)
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with ZipFile(path, "w", way) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    data = bytearray(path.read_bytes())
    data[120:140] = bytes(20)
    path.write_bytes(data)
    assert why(path) == "broken"


@pytest.mark.parametrize(
    ("old", "new"), [('r="1"', 'r="²"'), ('encoding="UTF-8"', 'encoding="utf-7"')]
)
def test_numbers_and_encodings_that_there_are_not_make_a_broken_workbook(
    tmp_path: Path, old: str, new: str
) -> None:
    path = with_rows(tmp_path / "in.xlsx", AREAS, ROOT)
    rezipped(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(old, new, 1))
    assert why(path) == "broken"
