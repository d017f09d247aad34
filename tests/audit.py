"""`make audit`: is what we depend on locked, and has it known holes?

`requirements.lock` names a version and the hashes of its files for everything that Shaodao needs
in operation; `pip install --require-hashes -r requirements.lock` takes nothing else. pip-audit
looks the versions up in a public list of holes. Where that cannot be reached this says so, and
does not say that all is well.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PATIENCE = 300  # seconds
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?:\s*;[^\\]*)?(?:\s*\\)?$")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """One version, and how many of its files are known by their hash."""

    version: str
    hashes: int


def wanted() -> list[Requirement]:
    """What Shaodao needs in operation, with every messenger and database."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for some in project["optional-dependencies"].values() for one in some]
    return [Requirement(text) for text in (*project["dependencies"], *extras)]


def locked(text: str) -> dict[str, list[Pin]]:
    """The pins of a lock file by name; a name has several where platforms differ."""
    found: dict[str, list[Pin]] = {}
    name, version, hashes = "", "", 0
    for line in [*text.splitlines(), "end==0"]:
        pin = _PIN.match(line)
        if pin is None:
            hashes += len(_HASH.findall(line))
            continue
        if name:
            found.setdefault(name, []).append(Pin(version, hashes))
        name, version, hashes = canonicalize_name(pin[1]), pin[2], 0
    return found


def missing(requirements: Iterable[Requirement], lock: Mapping[str, list[Pin]]) -> list[str]:
    """What is needed and not locked, locked in a version that will not do, or without a hash."""
    faults = [
        f"{name} has no hash" for name, pins in lock.items() if not all(p.hashes for p in pins)
    ]
    for requirement in requirements:
        pins = lock.get(canonicalize_name(requirement.name), [])
        if not pins:
            faults.append(f"{requirement} is not locked")
        faults += [
            f"{requirement} is locked as {pin.version}"
            for pin in pins
            if not requirement.specifier.contains(pin.version, prereleases=True)
        ]
    return faults


def holes(report: Mapping[str, Any]) -> tuple[list[str], int]:
    """The known holes in a report of pip-audit, and how many packages were looked up at all."""
    looked_up = [one for one in report["dependencies"] if "skip_reason" not in one]
    found = [
        f"{one['name']} {one['version']}: {hole['id']}"
        for one in looked_up
        for hole in one["vulns"]
    ]
    return found, len(looked_up)


def main() -> int:
    faults = missing(wanted(), locked(LOCK.read_text("utf-8")))
    for fault in faults:
        print(f"requirements.lock: {fault}; run make lock")
    if faults:
        return 1
    print("requirements.lock: everything is locked, with hashes")
    report = _report()
    found, count = holes(report) if report else ([], 0)
    if not count:
        print(
            "known holes: nothing could be looked up from here; do it where the list can be reached"
        )
        return 0
    print(*found, f"known holes: {len(found)} in {count} packages", sep="\n")
    return int(bool(found))


def _report() -> Mapping[str, Any] | None:
    """What pip-audit says, if it says anything."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--require-hashes"]
    quiet = ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [*command, *quiet], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return report


if __name__ == "__main__":
    sys.exit(main())
