"""What harms a disk or a file: the journal refuses clearly, or has everything that was acknowledged."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.errors import InvalidData, StoreUnavailable

pytestmark = pytest.mark.proof


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MB, which can be made to be read only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip(
            "NOT CHECKED: no file system may be mounted here; run as root, outside of a container that forbids it"
        )
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_refuses_and_loses_nothing(small_disk, change):
    url = f"sqlite:///{small_disk}/journal.sqlite"
    journal = Journal(Database(url, new=True))
    filled = replace(change, added=tuple(f'<urn:a> <urn:b> "{n}" <urn:g> .\n' for n in range(2000)))
    written = []
    with pytest.raises(StoreUnavailable, match=r"cannot be used: .*full"):
        written.extend(journal.append(filled, number) for number in range(1000))
    assert written
    assert journal.after(0) == written
    (small_disk / "journal.sqlite").stat()
    subprocess.run(["mount", "-o", "remount,size=9m", small_disk], check=True)
    written.append(Journal(Database(url)).append(change, len(written)))
    assert journal.after(0) == written


def test_a_disk_that_is_read_only_refuses_and_loses_nothing(small_disk, change):
    journal = Journal(Database(f"sqlite:///{small_disk}/journal.sqlite", new=True))
    written = [journal.append(change, 0)]
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreUnavailable, match=r"cannot be used: .*(readonly|unable to open)"):
        journal.append(change, 1)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        Database(f"sqlite:///{small_disk}/journal.sqlite")
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert journal.after(0) == written
    assert journal.append(change, 1).sequence == 2


def test_a_database_that_may_not_be_written_refuses_and_loses_nothing(journal, url, change):
    """Of PostgreSQL as after a fail-over, or when its disk is full; of SQLite as `query_only` has it."""
    written = [journal.append(change, 0)]
    if url.startswith("postgresql"):
        refusing = f"{url}?options=-cdefault_transaction_read_only%3Don"
        with pytest.raises(StoreUnavailable, match="read-only transaction"):
            Journal(Database(refusing)).append(change, 1)
    else:
        database = Database(url)
        sa.event.listen(database._engine, "begin", lambda one: one.exec_driver_sql("PRAGMA query_only=ON"))
        with pytest.raises(StoreUnavailable, match="readonly"):
            Journal(database).append(change, 1)
    assert journal.after(0) == written


@pytest.fixture
def torn(tmp_path, change):
    """Return what copies a journal of 30 entries, as after a crash, with its write-ahead log; and the entries."""
    url = f"sqlite:///{tmp_path}/journal.sqlite"
    journal = Journal(Database(url, new=True))
    # A reader that stays keeps the log from being taken over into the file.
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT * FROM entry").all()
        written = [journal.append(replace(change, reason=f"reason {n}"), n) for n in range(30)]

        def copied(name: str) -> Path:
            there = tmp_path / name
            there.mkdir()
            for suffix in ("", "-wal"):
                shutil.copy(tmp_path / f"journal.sqlite{suffix}", there)
            return there / "journal.sqlite"

        yield copied, written


def test_a_log_that_is_cut_or_overwritten_gives_a_beginning_of_what_was_written_or_is_refused(torn):
    """A log's frames have checksums: what follows the first that is torn is not taken for an entry."""
    copied, written = torn
    size = copied("whole").with_name("journal.sqlite-wal").stat().st_size
    found = []
    for number in range(24):
        file = copied(f"{number}")
        log, at = file.with_name("journal.sqlite-wal"), size * (number + 1) // 25
        with log.open("r+b") as content:
            if number % 2:
                content.truncate(at)
            else:
                content.seek(at)
                content.write(b"\xff" * 200)
        journal = Journal(Database(f"sqlite:///{file}"))
        entries = journal.after(0)
        assert entries == written[: len(entries)]
        found.append(len(entries))
        if len(entries) < len(written):  # whoever holds more, as a service does that has served it, is told
            with pytest.raises(InvalidData, match="entry 30 of the journal is missing"):
                journal.goes_beyond(written[-1].mark)
    assert found[1::2] == sorted(found[1::2])
    assert 0 < found[-1] < len(written)


def test_a_file_whose_bytes_are_overwritten_is_refused(torn):
    """In whatever page: it is no database any more, or its entries are not what was written."""
    copied, written = torn
    whole = copied("whole")
    assert Journal(Database(f"sqlite:///{whole}")).after(0) == written  # and the log is in the file
    with sa.create_engine(f"sqlite:///{whole}", poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = whole.read_bytes()
    refused = 0
    for at in range(0, len(content), 1024):
        whole.write_bytes(content[:at] + b"\xff" * 64 + content[at + 64 :])
        try:
            entries = Journal(Database(f"sqlite:///{whole}")).after(0)
        except (InvalidData, StoreUnavailable):
            refused += 1
            continue
        assert entries == written
    assert refused > 3


def test_a_file_that_lost_its_end_is_refused(torn):
    copied, written = torn
    whole = copied("whole")
    with sa.create_engine(f"sqlite:///{whole}", poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with whole.open("r+b") as content:
        content.truncate(whole.stat().st_size // 2)
    with pytest.raises((InvalidData, StoreUnavailable)):
        Journal(Database(f"sqlite:///{whole}")).goes_beyond(written[-1].mark)
