"""A backup is whole or refused, and nothing in it leads out of the folder."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.upkeep import archive
from bot.upkeep.archive import BadArchive, Manifest

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A small backup with one photo."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "0a1b.jpg").write_bytes(b"photo" * 300)
    (tmp_path / "media" / "0a1b.jpg.part").write_bytes(b"half")
    (tmp_path / "copy.db").write_bytes(b"database" * 300)
    manifest = Manifest("0.1.0", "0021", NOW, "sqlite")
    archive.write(tmp_path / "b.tar", manifest, tmp_path / "copy.db", tmp_path / "media")
    return tmp_path / "b.tar"


def test_what_went_in_comes_out_and_what_is_there_already_stays(
    written: Path, tmp_path: Path
) -> None:
    manifest = archive.verify(written)
    assert sorted(manifest.files) == ["media/0a1b.jpg", "shaodao.db"]
    assert (manifest.revision, manifest.made_at) == ("0021", NOW)
    elsewhere = tmp_path / "elsewhere"
    assert archive.take_out_media(written, manifest, elsewhere) == 1
    assert archive.take_out_media(written, manifest, elsewhere) == 0
    assert (elsewhere / "0a1b.jpg").read_bytes() == b"photo" * 300
    assert written.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("at", [0, 130, 600, 2000, 3700])
def test_one_wrong_byte_is_found(written: Path, at: int) -> None:
    data = bytearray(written.read_bytes())
    data[at] ^= 1
    written.write_bytes(data)
    with pytest.raises(BadArchive):
        archive.verify(written)


def test_an_end_that_is_missing_is_found(written: Path) -> None:
    whole = written.read_bytes()
    for length in range(0, len(whole) - 1024 * 10, 512):
        written.write_bytes(whole[:length])
        with pytest.raises(BadArchive):
            archive.verify(written)


@pytest.mark.parametrize("name", ["../shaodao.key", "media/../../x", "/etc/passwd", "media/.ssh"])
def test_a_name_that_leads_elsewhere_is_refused(written: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(written) as tar:
        database = tar.extractfile("shaodao.db")
        assert database is not None
        (tmp_path / "again.db").write_bytes(database.read())
    manifest = Manifest("0.1.0", "0021", NOW, "sqlite")
    bad = tmp_path / "bad.tar"
    with tarfile.open(bad, "w") as tar:
        manifest.files["shaodao.db"] = archive._add(tar, "shaodao.db", tmp_path / "again.db")
        manifest.files[name] = archive._add(tar, name, tmp_path / "again.db")
        data = archive._as_json(manifest)
        info = tarfile.TarInfo(archive.MANIFEST)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    with pytest.raises(BadArchive, match="holds what no backup holds"):
        archive.verify(bad)


@pytest.mark.parametrize("size", ["Infinity", "[" * 20_000, '"x"', "{}"])
def test_a_manifest_that_is_spoilt_is_named_as_such(tmp_path: Path, size: str) -> None:
    told = (
        '{"format": 1, "release": "", "revision": "", "made_at": "2026-11-26T03:00:00+00:00", '
        f'"database": "sqlite", "files": {{"shaodao.db": [{size}, "x"]}}}}'
    ).encode()
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        info = tarfile.TarInfo(archive.MANIFEST)
        info.size = len(told)
        tar.addfile(info, io.BytesIO(told))
    with pytest.raises(BadArchive, match="no backup"):
        archive.verify(tmp_path / "bad.tar")
