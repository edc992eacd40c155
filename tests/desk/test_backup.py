"""The restore drill: what was backed up is there again, to the letter, on whatever database the journal stands."""

import os
from dataclasses import replace

import pytest
import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal


@pytest.fixture(autouse=True)
def desk(url, journal, monkeypatch):
    monkeypatch.setenv("AC_JOURNAL", url)


def test_a_backup_is_tried_before_it_is_called_good_and_restores_the_journal(main, journal, change, tmp_path):
    lines = ('<urn:a> <urn:b> "\u2028\x85" <urn:g> .\n',)
    entries = [journal.append(replace(change, reason=f"“{number}”", added=lines), number) for number in range(3)]
    backup = tmp_path / "backup.jsonl"
    told = main("desk", "backup", backup)
    assert told.stdout.startswith(f"3 entries, the last {entries[-1].digest[:16]}; SHA-256 ")

    os.environ["AC_JOURNAL"] = other = f"sqlite:///{tmp_path}/restored.sqlite"
    assert main("desk", "init").returncode == 0
    assert main("desk", "restore", backup).stdout == told.stdout
    restored = Journal(Database(other))
    assert restored.after(0) == entries
    assert restored.append(change, 3).sequence == 4
    again = main("desk", "restore", backup)
    assert again.returncode == 2
    assert "the journal has entries already" in again.stderr


def test_a_journal_that_is_damaged_is_not_backed_up_over_a_backup_that_is_good(main, journal, url, change, tmp_path):
    journal.append(change, 0)
    backup = tmp_path / "backup.jsonl"
    main("desk", "backup", backup)
    good = backup.read_bytes()
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        table = " ON entry" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER entry_update{table}")
        connection.exec_driver_sql("UPDATE entry SET author = 'Eve'")
    told = main("desk", "backup", backup)
    assert told.returncode == 1
    assert "entry 1 of the journal is missing or is not what was written" in told.stderr
    assert backup.read_bytes() == good


def test_a_backup_that_was_cut_short_restores_nothing(main, journal, change, tmp_path):
    for number in range(2):
        journal.append(change, number)
    backup = tmp_path / "backup.jsonl"
    main("desk", "backup", backup)
    backup.write_bytes(backup.read_bytes()[:-20])
    os.environ["AC_JOURNAL"] = f"sqlite:///{tmp_path}/restored.sqlite"
    main("desk", "init")
    told = main("desk", "restore", backup)
    assert told.returncode == 2
    assert "line 2: this is no entry of a journal" in told.stderr
    assert main("desk", "log").stdout == ""
