import os
import stat
from pathlib import Path

import pytest

from aseancan_kg.errors import InputError
from aseancan_kg.outputs import refuse_unwritable, write_whole


def test_a_file_is_written_whole_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", b"once")
    write_whole(tmp_path / "link", b"twice")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"twice"
    assert {path.name for path in tmp_path.iterdir()} == {"link", "file"}


@pytest.mark.parametrize("name", ["nowhere/file", ".", "/dev/null"])
def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot write it"):
        refuse_unwritable(tmp_path / name)


@pytest.mark.parametrize("name", ["data", "data/file", "data/new", "data/../data/file", "link"])
def test_what_has_to_be_kept_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "data" / "file")
    refuse_unwritable(tmp_path / "other", kept=[tmp_path / "data"])
    with pytest.raises(InputError, match="what is there has to be kept"):
        refuse_unwritable(tmp_path / name, kept=[tmp_path / "data"])


def test_a_file_that_somebody_has_put_in_the_way_is_not_written_into(tmp_path: Path) -> None:
    beside = tmp_path / f".file.{os.getpid()}"
    (tmp_path / "theirs").touch()
    beside.symlink_to(tmp_path / "theirs")
    write_whole(tmp_path / "file", b"secret", mode=0o600)
    assert (tmp_path / "theirs").read_bytes() == b""
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot write it"):
        write_whole(tmp_path / "folder", b"x")
    assert {path.name for path in tmp_path.iterdir()} == {"folder"}
