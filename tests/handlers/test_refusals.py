"""Every rule that says no has words, and every word belongs to a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.refused import Refused
from handlers.refusals import REFUSALS, words_for
from handlers.words import LANGUAGES
from tests.handlers.reading import read

ROOT = Path(__file__).parents[2]


def refusals() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where something is refused: the place, the code, and the names of what comes with it."""
    for package in ("governance", "storage", "handlers", "bot"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                if node.func.id == "Refused":
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield where, _code(node, where), frozenset(k.arg or "" for k in node.keywords)


def _code(call: ast.Call, where: str) -> str:
    (code,) = call.args
    assert isinstance(code, ast.Constant), f"{where}: the code of a refusal is a literal"
    return str(code.value)


RAISED = tuple(refusals())


def test_every_refusal_has_words_and_no_words_are_left_over() -> None:
    assert {code for _where, code, _data in RAISED} == set(REFUSALS)


def test_a_code_has_words_in_one_room_only() -> None:
    """Two rooms with one code would answer each other's refusals."""
    rooms = sorted((ROOT / "handlers").rglob("refusals.py"))
    codes = [code for path in rooms for code in _keys(ast.parse(path.read_text("utf-8")))]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def _keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def test_the_rules_themselves_say_no() -> None:
    from_rules = {code for where, code, _data in RAISED if where.startswith("governance/")}
    assert {"not_yours", "wrong_state", "reopen_window_over", "nobody_above"} <= from_rules


@pytest.mark.parametrize(("where", "code", "data"), RAISED, ids=[where for where, *_ in RAISED])
def test_what_the_words_need_comes_with_the_refusal(
    where: str, code: str, data: frozenset[str]
) -> None:
    words_for(Refused(code, **dict.fromkeys(data, "x")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_reads_well_with_what_its_places_know(code: str, language: str) -> None:
    for _where, _code, data in (found for found in RAISED if found[1] == code):
        said = read(words_for(Refused(code, **dict.fromkeys(data, "李明"))), language)
        assert said == said.strip()
        assert not re.search(r"[{}]|\s\s", said)


def test_a_code_that_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        words_for(Refused("no such rule"))
