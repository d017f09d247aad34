"""Taking the words out of a case's history, and leaving the codes that figures are counted from."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from governance.cases import WORDS


class only_codes(FunctionElement[Any]):  # noqa: N801 - read like a function of SQL
    """The `data` of a line without what somebody said and without names; figures need the rest."""

    inherit_cache = True


@compiles(only_codes, "sqlite")
def _on_sqlite(element: only_codes, compiler: SQLCompiler, **more: Any) -> str:
    keys = ", ".join(f"'$.{key}'" for key in sorted(WORDS))
    return f"json_remove({compiler.process(element.clauses, **more)}, {keys})"


@compiles(only_codes, "postgresql")
def _on_postgresql(element: only_codes, compiler: SQLCompiler, **more: Any) -> str:
    keys = ", ".join(f"'{key}'" for key in sorted(WORDS))
    return f"(({compiler.process(element.clauses, **more)})::jsonb - ARRAY[{keys}])::json"
