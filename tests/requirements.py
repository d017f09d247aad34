"""What a test does when this machine lacks something it needs."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def require(name: str, reason: str) -> NoReturn:
    """The test is skipped with the reason; under SHAODAO_TEST_REQUIRE=all it fails.

    Call it when `name` was looked for and not found; `reason` says how to get it.
    """
    if os.environ.get("SHAODAO_TEST_REQUIRE") == "all":
        pytest.fail(f"{name} is missing: {reason}", pytrace=False)
    pytest.skip(f"{name} is missing: {reason}")
