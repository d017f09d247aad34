"""What Shaodao needs in operation is locked, and an audit that saw nothing does not say all is well."""

from __future__ import annotations

from packaging.requirements import Requirement

from tests.audit import LOCK, Pin, holes, locked, missing, wanted

HASH = "    --hash=sha256:" + "a" * 64


def test_everything_that_is_needed_is_locked_with_hashes() -> None:
    assert missing(wanted(), locked(LOCK.read_text("utf-8"))) == []


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert "://" not in LOCK.read_text("utf-8")


def test_a_lock_is_read_with_its_markers_and_its_gaps() -> None:
    lock = locked(
        f"One==1.0 \\\n{HASH} \\\n{HASH}\ntwo-b==2 ; python_version < '3.12' \\\n{HASH}\nthree==3\n"
    )
    assert lock == {"one": [Pin("1.0", 2)], "two-b": [Pin("2", 1)], "three": [Pin("3", 0)]}
    needs = [Requirement(text) for text in ("one>=1", "Two_B>=3", "four")]
    assert missing(needs, lock) == [
        *("three has no hash", "Two_B>=3 is locked as 2", "four is not locked"),
    ]


def test_packages_that_could_not_be_looked_up_are_not_counted_as_sound() -> None:
    hole = {"id": "GHSA-0", "fix_versions": ["2"]}
    report = {
        "dependencies": [
            {"name": "a", "skip_reason": "not found"},
            {"name": "b", "version": "1", "vulns": [hole]},
            {"name": "c", "version": "1", "vulns": []},
        ]
    }
    assert holes(report) == (["b 1: GHSA-0"], 2)
    assert holes({"dependencies": [{"name": "a", "skip_reason": "not found"}]}) == ([], 0)
