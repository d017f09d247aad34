"""The configuration: documented to the last key, and refused with a remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot import settings
from bot.settings import BadSettings, Settings

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
        ("[database]\nurl = 'mysql://x'", "sqlite:///shaodao.db"),
        ("[telegram]\ntoken = 'x'\nmode = 'webhook'", "needs webhook_url and webhook_secret"),
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
