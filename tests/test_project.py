"""The project as a whole: what its files may say, how long they are, what they import."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.requirements import require

ROOT = Path(__file__).parents[1]
PACKAGES = ("governance", "storage", "handlers", "bot", "benchmarks")

PLACES_OF_ONE_MACHINE = re.compile(r"(?<![\w.~}-])/(?:work|farm|root|tmp|home/\w+|Users/\w+)/")
REGISTRIES = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|pypi\.tuna)")
UNEXPLAINED_EXCEPTION = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]+\d))")
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is tracked or could be, this one aside: it names what it looks for."""
    # Inside a container the checkout may belong to somebody else, which git would refuse.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        require("git checkout", "these tests read the list of files from git")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(p for p in paths if p.is_file() and p != Path(__file__)))


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    for path in project_files():
        if not suffixes or path.suffix in suffixes:
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture, a sound


def found(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group()}"
        for path, text in texts(*suffixes)
        for hit in pattern.finditer(text)
    ]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert found(PLACES_OF_ONE_MACHINE) == []


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRIES) == []


def test_every_exception_from_a_check_names_the_rule() -> None:
    assert found(UNEXPLAINED_EXCEPTION, ".py") == []


def test_files_stay_small_enough_to_read_in_one_go() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, text in texts(".py", ".js", ".css", ".html")
        if path.parts[0] in PACKAGES and not {"migrations", "data"} & set(path.parts)
        if (lines := len(text.splitlines())) > 400
    ]
    assert long == []


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ""


def _gives_way(call: ast.Call) -> bool:
    """`asyncio.sleep(0)` lets others run and takes no time."""
    return [arg.value for arg in call.args if isinstance(arg, ast.Constant)] == [0]


def test_no_test_waits_for_the_clock() -> None:
    # Platforms in tests/servers push again after a pause, as the real ones do, and chaos lets a
    # process live for a while before it ends it.
    waits = {"sleep", "wait_for_timeout"}
    found_waits = [
        f"{path}:{node.lineno}"
        for path, text in texts(".py")
        if path.parts[0] == "tests" and path.parts[1] not in {"servers", "chaos"}
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Call) and _name(node.func) in waits and not _gives_way(node))
        or (isinstance(node, ast.ImportFrom) and waits & {name.name for name in node.names})
    ]
    assert found_waits == []


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"]
)
def test_a_visitor_finds(name: str) -> None:
    assert (ROOT / name).is_file()


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path}: {target}"
        for path, text in texts(".md")
        for target in LINK.findall(CODE.sub("", text))
        if not re.match(r"[a-z]+:|#", target)
        if not (ROOT / path).parent.joinpath(target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_every_make_command_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (str(path), name)
        for path, text in texts(".md")
        for name in re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z]+)\b", text, re.MULTILINE)
    }
    assert [(path, name) for path, name in sorted(named) if name not in targets] == []


def test_governance_needs_nothing_but_python() -> None:
    allowed = sys.stdlib_module_names | {"governance"}
    strangers = [
        f"{path}: {module}"
        for path, text in texts(".py")
        if path.parts[0] == "governance"
        for module in imported(ast.parse(text))
        if module.partition(".")[0] not in allowed
    ]
    assert strangers == []


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
