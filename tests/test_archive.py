"""Past releases: kept once, each under a number of its own, and read as they were."""

import hashlib
import json
from datetime import date

import pytest

from aseancan_kg import archive, settings
from aseancan_kg.archive import Release
from aseancan_kg.errors import InputError

FIRST, SECOND = (Release(number, number * 16, date(2026, 1, day)) for number, day in (("1", 5), ("2", 6)))
QUADS = b"<urn:a> <urn:b> <urn:c> <urn:d> .\n"


def test_a_release_is_kept_once_and_read_as_it_was(tmp_path):
    directory = tmp_path / "data" / "releases"
    assert archive.read(directory) == ()
    register, file = archive.keep(directory, FIRST, QUADS)
    archive.keep(directory, SECOND, b"")
    assert archive.keep(directory, FIRST, b"something else") == (register, file)
    first, second = archive.read(directory)
    assert (first.version, first.dataset, first.issued, first.file) == ("1", "1" * 16, date(2026, 1, 5), file)
    assert (first.sha256, second.version) == (hashlib.sha256(file.read_bytes()).hexdigest(), "2")
    assert first.lines() == [QUADS.decode()]


def test_a_register_without_its_last_end_of_line_and_a_file_that_is_lost(tmp_path):
    register, file = archive.keep(tmp_path, FIRST, QUADS)
    register.write_bytes(b"\xef\xbb\xbf" + register.read_bytes().rstrip().replace(b"\n", b"\r\n"))
    archive.keep(tmp_path, SECOND, QUADS)
    assert [one.version for one in archive.read(tmp_path)] == ["1", "2"]
    assert register.read_bytes().count(b"\r\n") == register.read_bytes().count(b"\n") == 3
    file.unlink()
    with pytest.raises(InputError, match="cannot read it"):
        archive.keep(tmp_path, FIRST, QUADS)


def test_two_releases_have_not_one_number(tmp_path):
    archive.keep(tmp_path, FIRST, QUADS)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="there is another release 1"):
        archive.keep(tmp_path, Release("1", "f" * 16, date(2026, 1, 7)), QUADS)
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Return the file of a release that is built, of one quad."""
    file = tmp_path / "build" / f"aseancan-{'a' * 16}.nq"
    file.parent.mkdir()
    file.write_bytes(QUADS)
    told = {"version": "a" * 16, "release": "0.3.0", "issued": "2026-11-25", "dataset": file.name, "graphs": []}
    told["sha256"] = hashlib.sha256(QUADS).hexdigest()
    (file.parent / "manifest.json").write_text(json.dumps(told))
    monkeypatch.setattr(settings, "dataset_file", lambda: file)
    monkeypatch.setattr(settings, "RELEASED", "a" * 16)
    return file


def test_a_release_is_kept_as_it_was_built(main, built, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "VERSION", "9.0.0")  # that of the next one, which is not built yet
    assert main("keep", "--releases", tmp_path / "releases").returncode == 0
    (kept,) = archive.read(tmp_path / "releases")
    assert (kept.version, kept.dataset, kept.issued) == ("0.3.0", "a" * 16, date(2026, 11, 25))
    assert kept.lines() == [QUADS.decode()]


def test_a_damaged_release_is_not_kept(main, built, tmp_path):
    built.write_bytes(QUADS[:-2])
    told = main("keep", "--releases", tmp_path / "releases")
    assert (told.returncode, "its SHA-256 differs" in told.stderr) == (1, True)
    assert not (tmp_path / "releases").exists()


def test_only_a_release_is_kept(main, built, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "RELEASED", "f" * 16)
    told = main("keep", "--releases", tmp_path / "releases")
    assert told.returncode == 2
    assert "is no release. Only ffffffffffffffff, which RELEASED in settings.py names, is kept" in told.stderr
    assert not (tmp_path / "releases").exists()
