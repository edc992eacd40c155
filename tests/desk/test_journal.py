"""The journal of changes."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.edits import Mark
from aseancan_kg.errors import Conflict, InputError, InvalidData, NotFound, StoreUnavailable


def test_entries_come_back_as_they_were_written_in_order(journal, url, change):
    assert (journal.head(), journal.after(0)) == (0, [])
    written = [journal.append(replace(change, reason=f"reason {number}"), number) for number in range(3)]
    assert [one.sequence for one in written] == [1, 2, 3]
    assert [one.at for one in written] == sorted(one.at for one in written)
    for one in (journal, Journal(Database(url))):
        assert one.head() == 3
        assert one.after(0) == written
        assert one.after(1) == written[1:]
        assert one.after(3) == []
        assert one.entry(2) == written[1]
    with pytest.raises(NotFound, match="no entry 4"):
        journal.entry(4)
    with pytest.raises(InvalidData, match="entry 4 of the journal is missing"):
        journal.after(4)


def test_what_some_take_for_the_end_of_a_line_stands_in_a_quad(journal, change):
    lines = ('<urn:a> <urn:b> "\u2028\x85\x0b" <urn:g> .\n', "<urn:a> <urn:b> <urn:c> <urn:g> .\n")
    written = journal.append(replace(change, added=lines), 0)
    assert journal.after(0) == [written]


def test_what_holds_a_part_of_the_journal_is_told_of_more_and_of_a_loss(journal, change):
    assert not journal.goes_beyond(Mark())
    first = journal.append(change, 0)
    assert journal.goes_beyond(Mark())
    assert not journal.goes_beyond(first.mark)
    assert first.version == "0123456789abcdef+1"
    second = journal.append(change, 1)
    assert journal.goes_beyond(first.mark)
    for lost in (Mark(3, second.digest), Mark(2, first.digest), Mark(1, "")):
        with pytest.raises(InvalidData, match=f"entry {lost.sequence} of the journal is missing"):
            journal.goes_beyond(lost)


def test_a_clock_that_steps_back_takes_no_entry_with_it(journal, change, monkeypatch):
    class Clock(datetime):
        year_now = 2101

        @classmethod
        def now(cls, tz=None):
            return cls(cls.year_now, 1, 1, tzinfo=tz)

    monkeypatch.setattr("aseancan_kg.desk.journal.datetime", Clock)
    first = journal.append(change, 0)
    Clock.year_now = 2100
    second = journal.append(change, 1)
    Clock.year_now = 2102
    third = journal.append(change, 2)
    assert (first.at, second.at) == ("2101-01-01T00:00:00.000000+00:00",) * 2
    assert third.at.startswith("2102")
    assert journal.after(0) == [first, second, third]


def test_a_digest_is_made_of_the_content_in_an_order_that_never_changes(journal, url):
    """Journals that were written once must be read by every version of the program to come."""
    version, day = "0123456789abcdef", "2026-11-26T08:00:00.000000+00:00"
    edits = '[{"table": "registers/bodies", "key": "asean", "after": {"note": "", "name": "é"}, "before": null}]'
    quads, digest = (
        '<urn:a> <urn:b> "é" <urn:g> .\n',
        "0041ce655ab15181b0d9de19c5782b82218fbefee8f24b02ae0d2ccf84eca8b7",
    )
    row = (1, version, version, day, "Ann", "It is so", None, edits, quads, "", digest)
    names = ["sequence", "base", "before", "at", "author", "reason", "undoes", "edits", "added", "removed", "digest"]
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.insert(sa.table("entry", *map(sa.column, names))), dict(zip(names, row, strict=True)))
    (entry,) = journal.after(0)
    assert (entry.digest, entry.added) == (digest, (quads,))


def test_of_two_who_write_at_one_place_one_is_told(journal, change):
    journal.append(change, 0)
    with pytest.raises(Conflict, match="another change was published meanwhile"):
        journal.append(change, 0)
    assert len(journal.after(0)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry",
        "UPDATE entry SET author = 'Eve'",
        "REPLACE INTO entry SELECT sequence, base, before, at, 'Eve', reason, undoes, edits, added, removed, digest"
        " FROM entry",
    ],
)
def test_no_entry_can_be_changed_or_deleted(journal, url, change, statement):
    if statement.startswith("REPLACE") and url.startswith("postgresql"):
        statement = "TRUNCATE entry CASCADE"
    written = journal.append(change, 0)
    with (
        sa.create_engine(url, poolclass=sa.NullPool).begin() as connection,
        pytest.raises(sa.exc.DBAPIError, match="never change"),
    ):
        connection.exec_driver_sql(statement)
    assert journal.after(0) == [written]


@pytest.mark.parametrize("damage", ["UPDATE entry SET author = 'Eve'", "DELETE FROM entry"])
def test_an_entry_that_is_altered_or_lost_by_force_is_found(journal, url, change, damage):
    for number in range(3):
        journal.append(change, number)
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        for event in ("update", "delete"):
            table = " ON entry" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER entry_{event}{table}")
        connection.exec_driver_sql(f"{damage} WHERE sequence = 2")
    with pytest.raises(InvalidData, match="entry 2 of the journal"):
        journal.after(0)


@pytest.mark.parametrize("url", ["nonsense", "mysql://x", "sqlite:////nowhere/there/journal.sqlite"])
def test_a_database_that_cannot_be_used_is_told(url):
    with pytest.raises((InputError, StoreUnavailable), match=r"names no database|cannot be used|it needs MySQLdb"):
        Database(url, new=True)


def test_a_journal_that_vanished_is_not_made_anew(tmp_path):
    with pytest.raises(InputError, match="there is no journal where AC_JOURNAL says"):
        Database(f"sqlite:///{tmp_path}/journal.sqlite")
    assert not list(tmp_path.iterdir())


def test_an_entry_is_on_the_disk_before_it_is_acknowledged(tmp_path):
    with Database(f"sqlite:///{tmp_path}/journal.sqlite", new=True).begun() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


WRITER = """
import sys
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.errors import Conflict

journal = Journal(Database(sys.argv[1]))
change = Entry("0123456789abcdef", "A writer", "Because", (), ("<urn:a> .\\n",), ())
while True:
    try:
        entry = journal.append(change, journal.head())
    except Conflict:
        continue
    print(entry.sequence, entry.digest, flush=True)
"""


@pytest.mark.proof
def test_whatever_is_acknowledged_outlives_its_writer(journal, url, tmp_path):
    """Kill writers at any moment, again and again: every entry that was acknowledged is there, the chain is whole."""
    acknowledged = []
    for number in range(4):
        writers = []
        for place in range(2):
            with (tmp_path / f"{number}-{place}").open("wb") as told:
                writers.append(subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=told))
        files = [tmp_path / f"{number}-{place}" for place in range(2)]
        deadline = time.monotonic() + 120
        while not any(len(read_whole(file)) > 5 for file in files):
            assert time.monotonic() < deadline
            time.sleep(0.01 + number / 100)
        for writer in writers:
            writer.kill()
            writer.wait()
        acknowledged += [line.split() for file in files for line in read_whole(file)]
    found = {entry.sequence: entry.digest for entry in journal.after(0)}
    assert len(acknowledged) > 20
    assert all(found[int(sequence)] == digest for sequence, digest in acknowledged)


def read_whole(file):
    """Return the lines of a file that are whole."""
    return [line for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]
