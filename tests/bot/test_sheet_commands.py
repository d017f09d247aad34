"""`shaodao import`: 0 when every row went in, 1 when rows were refused, 2 when nothing can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select

from bot import settings
from bot.commands import sheets as sheet_commands
from bot.workbooks import xlsx as workbook
from bot.workbooks.xlsx import Leaf
from storage.database import connect
from storage.guide import entries
from storage.org import areas
from storage.privacy import audits

HEADINGS = ["编码", "名称", "级别", "上级编码"]
DISTRICT = ["D", "清河区", "区", ""]
STREET = ["D-1", "柳林街道", "街道", "D"]
LOST = ["D-2", "石桥街道", "街道", "D-9"]


class Console:
    """Somebody at a terminal with an empty database."""

    def __init__(self, url: str, folder: Path, read: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._settings = settings.Settings(database=settings.DatabaseSettings(url=url))
        self._read = read

    def file(self, *rows: Sequence[str]) -> Path:
        path = self.folder / "roster.xlsx"
        workbook.write(path, [Leaf("区域", HEADINGS, [("", row) for row in rows])])
        return path

    def imports(self, path: Path, report: Path | None = None, **more: bool) -> int:
        options = {"dry_run": False, "skip_refused": False, **more}
        return sheet_commands.bring_in(
            self._settings, path, report=report, language="zh_CN", **options
        )

    def exports(self, path: Path) -> int:
        return sheet_commands.take_out(self._settings, path, "zh_CN")

    def looks(self) -> int:
        engine = connect(self._settings.database.url)
        with engine.connect().execution_options(read=True) as conn:
            count = len(conn.execute(select(audits.c.id)).all())
        engine.dispose()
        return count

    def reads(self) -> str:
        said = self._read.readouterr()
        return said.out + said.err

    def known(self) -> set[str]:
        engine = connect(self._settings.database.url)
        with engine.connect().execution_options(read=True) as conn:
            found = set(conn.scalars(select(areas.c.code)))
        engine.dispose()
        return found


@pytest.fixture
def console(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(sqlite_url, tmp_path, capsys)


def test_every_row_goes_in_and_a_second_time_changes_nothing(console: Console) -> None:
    path = console.file(DISTRICT, STREET)
    assert console.imports(path, dry_run=True) == 0
    assert console.known() == set()
    assert console.imports(path) == 0
    assert console.known() == {"D", "D-1"}
    console.reads()
    assert console.imports(path) == 0
    assert "新增 0  更改 0  无变化 2  拒绝 0" in console.reads()


def test_a_refused_row_is_named_and_nothing_goes_in(console: Console) -> None:
    assert console.imports(console.file(DISTRICT, LOST, STREET)) == 1
    assert console.known() == set()
    said = console.reads()
    assert "第3行" in said
    assert "D-9" in said
    pages = workbook.pages(console.folder / "roster-result.xlsx")
    rows = [row for page in pages for _number, row in page.rows]
    assert any("拒绝" in row and "石桥街道" in row for row in rows)


def test_the_row_that_is_wrong_is_named_before_those_that_need_it(console: Console) -> None:
    inside = [[f"D-2-{n}", f"{n}社区", "社区", "D-2"] for n in range(12)]
    assert console.imports(console.file(DISTRICT, *inside, ["D-2", "石桥街道", "街到", "D"])) == 1
    assert "“街到”" in console.reads()


def test_the_other_rows_go_in_when_told_to_leave_it_out(console: Console) -> None:
    assert console.imports(console.file(DISTRICT, LOST, STREET), skip_refused=True) == 1
    assert console.known() == {"D", "D-1"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"code,name\nD,x\n", "不是 Excel"),
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"PK\x03\x04 and then nothing", "坏了"),
    ],
)
def test_what_cannot_be_read_ends_with_2(console: Console, data: bytes, says: str) -> None:
    path = console.folder / "roster.xlsx"
    path.write_bytes(data)
    assert console.imports(path) == 2
    assert says in console.reads()


def test_a_file_that_is_not_there_ends_with_2(console: Console) -> None:
    assert console.imports(console.folder / "nowhere.xlsx") == 2
    assert "nowhere.xlsx" in console.reads()


def test_a_folder_is_no_file(console: Console) -> None:
    assert console.imports(console.folder) == 2
    assert "打不开" in console.reads()


def test_where_the_result_cannot_be_written_nothing_goes_in(console: Console) -> None:
    nowhere = console.folder / "nowhere" / "result.xlsx"
    assert console.imports(console.file(DISTRICT), report=nowhere) == 2
    assert "result.xlsx：写不进去" in console.reads()
    assert console.known() == set()


def test_a_roster_that_could_not_be_taken_out_was_not(console: Console) -> None:
    assert console.exports(console.folder / "nowhere" / "roster.xlsx") == 2
    assert "写不进去" in console.reads()
    assert console.looks() == 0


def test_the_template_goes_in_as_it_is_and_names_who_looks_after_the_roster(
    console: Console,
) -> None:
    path = console.folder / "template.xlsx"
    assert sheet_commands.start(path, "zh_CN") == 0
    assert console.imports(path) == 0
    pages = [list(page.rows) for page in workbook.pages(path)]
    assert [row for rows in pages for _n, row in rows if "管理员" in row]


def test_a_roster_that_is_filled_in_is_not_overwritten_by_the_template(console: Console) -> None:
    path = console.file(DISTRICT)
    before = path.read_bytes()
    assert sheet_commands.start(path, "zh_CN") == 1
    assert path.read_bytes() == before
    assert "已经有文件" in console.reads()


# ── the guide ────────────────────────────────────────────────────────────────

GUIDE = ["编码", "事项", "答复", "依据", "责任人或单位", "有效期"]
DOG = ["G1", "狗证", "派出所办。", "示例", "区指挥中心", "2027-12-31"]


def guide_file(console: Console, *rows: Sequence[str], title: str = "办事指南") -> Path:
    path = console.folder / "guide.xlsx"
    workbook.write(path, [Leaf(title, GUIDE, [("", row) for row in rows])])
    return path


def guide_codes(console: Console) -> list[str]:
    engine = connect(console._settings.database.url)
    with engine.connect().execution_options(read=True) as conn:
        found = list(conn.scalars(select(entries.c.code).order_by(entries.c.code)))
    engine.dispose()
    return found


def test_a_guide_is_known_by_its_sheet_checked_and_brought_in(console: Console) -> None:
    assert console.imports(console.file(DISTRICT)) == 0
    path = guide_file(console, DOG)
    assert console.imports(path, dry_run=True) == 0
    assert "办事指南：新增 1" in console.reads()
    assert guide_codes(console) == []
    assert console.imports(path) == 0
    assert guide_codes(console) == ["G1"]
    assert console.imports(path) == 0
    assert "无变化 1" in console.reads()


def test_a_guide_with_a_wrong_row_changes_nothing_and_says_where(console: Console) -> None:
    assert console.imports(console.file(DISTRICT)) == 0
    console.reads()
    assert (
        console.imports(guide_file(console, DOG, ["G2", "猫证", "", "示例", "无此人", "明年"])) == 1
    )
    told = console.reads()
    assert "“办事指南”第3行：" in told
    for reason in ("C3 答复：这一格空着", "E3 责任人或单位：“无此人”", "F3 有效期：“明年”"):
        assert reason in told
    assert guide_codes(console) == []
    assert (console.folder / "guide-result.xlsx").exists()
    assert console.imports(console.folder / "guide.xlsx", skip_refused=True) == 1
    assert guide_codes(console) == ["G1"]


def test_a_guide_goes_out_and_the_same_comes_back(console: Console) -> None:
    assert console.imports(console.file(DISTRICT)) == 0
    assert console.imports(guide_file(console, DOG)) == 0
    console.reads()
    path = console.folder / "out.xlsx"
    assert sheet_commands.take_out(console._settings, path, "zh_CN", "guide") == 0
    assert console.imports(path) == 0
    told = console.reads()
    assert "新增 0  更改 0  无变化 1  拒绝 0" in told
    assert console.looks() == 0  # there is nobody's data in it


def test_an_empty_guide_can_be_imported_once_its_examples_fit(console: Console) -> None:
    path = console.folder / "empty.xlsx"
    assert sheet_commands.start(path, "zh_CN", "guide") == 0
    assert console.imports(console.file(DISTRICT)) == 0
    assert console.imports(path, dry_run=True) == 1  # the second one is of a community
    assert "YL-01-01" in console.reads()


@pytest.mark.parametrize("title", ["Sheet1", "指南清单"])
def test_a_guide_under_another_title_is_told_from_a_roster(console: Console, title: str) -> None:
    assert console.imports(console.file(DISTRICT)) == 0
    assert console.imports(guide_file(console, DOG, title=title)) == 0
    assert guide_codes(console) == ["G1"]


def test_a_formula_without_its_result_and_a_huge_file_are_refused(console: Console) -> None:
    assert console.imports(console.file(DISTRICT)) == 0
    path = console.folder / "formula.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("办事指南")
        sheet.write_row(0, 0, GUIDE)
        sheet.write_row(1, 0, DOG)
        sheet.write_formula(1, 2, "=A1&B1", value="")
    assert console.imports(path) == 1
    assert "公式" in console.reads()
    huge = console.folder / "huge.xlsx"
    huge.write_bytes(b"PK\x03\x04" + bytes(21_000_000))
    assert console.imports(huge) == 2
    long = [["G1", "狗证", "长" * 32_000, "示例", "区指挥中心", "2027-12-31"]]
    assert console.imports(guide_file(console, *long)) == 1
    assert guide_codes(console) == []
