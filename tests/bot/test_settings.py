"""The configuration: documented to the last key, and refused with a remedy."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import decisions, settings
from bot.settings import BadSettings, Settings
from governance.cases import Reason

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_the_example_names_every_key_and_no_other() -> None:
    written = {part: set(keys) for part, keys in tomllib.loads(EXAMPLE.read_text("utf-8")).items()}
    known = {part: set(getattr(Settings(), part).model_dump()) for part in Settings.model_fields}
    assert written == known


def test_the_example_says_the_defaults() -> None:
    assert settings.load(EXAMPLE).model_dump() == Settings().model_dump()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[telegram]\ntokn = 'x'", "telegram.tokn: unknown key"),
        ("[web]\nport = 99999", "web.port = 99999"),
        ("[district]\nzone = 'Mars'", "district.zone = 'Mars'"),
        ("[district]\nzone = 'Asia'", "district.zone = 'Asia'"),
        ("[database]\nurl = 'mysql://x'", "sqlite:///shaodao.db"),
        ("[telegram]\ntoken = 'x'\nmode = 'webhook'", "needs webhook_url and webhook_secret"),
        ("[wechat]\napp_id = 'wx1'", "app_id needs app_secret"),
        ("[wechat]\npath = 'wechat'", "wechat.path = 'wechat'"),
        ("[wecom]\ncorp_id = 'ww1'", "corp_id needs agent_id, secret"),
        ("[telegram", "config.toml"),
    ],
)
def test_what_cannot_be_used_is_named_with_a_remedy(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(BadSettings) as refused:
        settings.load(path)
    assert named in str(refused.value)


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHAODAO_WEB__PORT", "9000")
    assert settings.load(EXAMPLE).web.port == 9000


def whistles_file(folder: Path, change: Callable[[list[Any]], object]) -> Path:
    """The kinds that ship, with something wrong in them."""
    kinds = json.loads((decisions.DATA / "whistles.json").read_text("utf-8"))
    changed = change(kinds)
    path = folder / "whistles.json"
    path.write_text(json.dumps(kinds if changed is None else changed), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda kinds: kinds[0]["ladder"].update(steps=[]), "at least one step"),
        (lambda kinds: kinds[0]["ladder"].pop("steps") and None, "'steps'"),
        (lambda kinds: kinds[0]["ladder"]["steps"][0].__setitem__(0, "mayor"), "'mayor'"),
        (lambda kinds: kinds[1].update(power="blow_up"), "'blow_up'"),
        (lambda kinds: kinds[0]["ladder"].pop("report_in") and None, "'report_in'"),
        (lambda kinds: kinds[0]["ladder"].update(report_in="soon"), "report_in"),
        (lambda kinds: kinds[0]["ladder"].update(silent=-1), "silent"),
        (lambda kinds: kinds[0]["ladder"].update(repeat=0), "repeat"),
        (lambda kinds: kinds[0]["ladder"]["steps"][1].__setitem__(1, "five"), "steps"),
        (lambda kinds: kinds[0]["ladder"]["steps"].reverse(), "steps"),
        (lambda kinds: kinds[1].update(code="emergency"), "emergency"),
        (lambda kinds: kinds[0].update(code="much longer than a column"), "code"),
        (lambda _kinds: {"emergency": 1}, "whistles.file"),
        (lambda _kinds: [], "no kind"),
    ],
)
def test_a_ladder_nobody_can_climb_is_refused_with_key_value_and_remedy(
    tmp_path: Path, change: Callable[[list[Any]], object], named: str
) -> None:
    path = whistles_file(tmp_path, change)
    with pytest.raises(BadSettings) as refused:
        decisions.whistle_kinds(str(path))
    said = str(refused.value)
    assert said.startswith(f"whistles.file = {str(path)!r}: ")
    assert named in said
    assert said.endswith("see docs/whistle.md")


def test_a_file_of_whistles_that_is_missing_or_no_json_is_refused_by_the_policy(
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.json").write_text("[{", "utf-8")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for name, why in (
        ("missing.json", "No such file"),
        ("broken.json", "JSONDecodeError"),
        ("binary.json", "UnicodeDecodeError"),
    ):
        config = tmp_path / "config.toml"
        config.write_text(f"[whistles]\nfile = '{tmp_path / name}'")
        with pytest.raises(BadSettings) as refused:
            decisions.policy(settings.load(config), decisions.categories())
        assert f"whistles.file = {str(tmp_path / name)!r}: {why}" in str(refused.value)


def test_a_districts_own_kinds_are_used(tmp_path: Path) -> None:
    path = whistles_file(tmp_path, lambda kinds: kinds[0]["ladder"].update(report_in=12))
    assert decisions.whistle_kinds(str(path))["emergency"].ladder.report_in == 12


def channels_file(folder: Path, change: Callable[[list[Any]], object]) -> Path:
    """The channels that ship, with something wrong in them."""
    found = json.loads((decisions.DATA / "channels.json").read_text("utf-8"))
    changed = change(found)
    path = folder / "channels.json"
    path.write_text(json.dumps(found if changed is None else changed), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda found: found[0].update(reason="bored"), "'bored'"),
        (lambda found: found.pop() and None, "'unlawful'"),
        (lambda found: found[0].pop("phone") and None, "'phone'"),
        (lambda found: found[0].update(phone=12368), "'litigation'"),
        (lambda found: found[0].update(zh=""), "'litigation'"),
        (lambda _found: ["litigation"], "TypeError"),
    ],
)
def test_a_reason_without_a_channel_is_refused_with_value_and_remedy(
    tmp_path: Path, change: Callable[[list[Any]], object], named: str
) -> None:
    path = channels_file(tmp_path, change)
    with pytest.raises(BadSettings) as refused:
        decisions.channels(str(path))
    said = str(refused.value)
    assert said.startswith(f"channels.file = {str(path)!r}: ")
    assert named in said
    assert said.endswith("see docs/cases.md")


def test_a_districts_own_channels_are_used(tmp_path: Path) -> None:
    path = channels_file(tmp_path, lambda found: found[1].update(phone=" 0421-0000188 "))
    config = tmp_path / "config.toml"
    config.write_text(f"[channels]\nfile = '{path}'")
    policy = decisions.policy(settings.load(config), decisions.categories())
    assert policy.channels[Reason.PETITION].phone == "0421-0000188"
    assert policy.channels[Reason.LITIGATION].phone == "12368"


def test_a_district_promises_its_own_hours_for_a_kind(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[limits]\nkinds = { 0101 = { contact_hours = 1.0, result_hours = 8.0, working = true } }"
    )
    policy = decisions.policy(settings.load(path), decisions.categories())
    kind, other = policy.category("0101"), policy.category("0102")
    assert (kind.respond_hours, kind.resolve_hours, kind.working) == (1, 8, True)
    assert (other.resolve_hours, other.working) == (
        decisions.policy(Settings(), decisions.categories()).category("0102").resolve_hours,
        False,
    )


def test_hours_for_a_kind_that_there_is_not_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[limits]\nkinds = { 9999 = { result_hours = 8.0 } }")
    with pytest.raises(BadSettings, match="no kind 9999"):
        decisions.policy(settings.load(path), decisions.categories())
