"""The restore drill: what was backed up is there again, to the letter, on whatever database it stood."""

import hashlib
import json
import os
import stat

import pytest
import sqlalchemy as sa

from aseancan_kg.desk import backups
from aseancan_kg.desk.accounts import SCOPES, Accounts, Caller, Role
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.drafts import Drafts, Status
from aseancan_kg.desk.journal import Journal
from aseancan_kg.errors import InputError, InvalidData

ANN = Caller("Ann", frozenset({"read", "draft"}))
BOB = Caller("Bob", frozenset(SCOPES))


@pytest.fixture(autouse=True)
def desk(url, journal, monkeypatch):
    monkeypatch.setenv("AC_JOURNAL", url)


@pytest.fixture
def busy(url, journal, change):
    """A desk with entries, accounts, a token, and a draft in review of which somebody has said something."""
    database = Database(url)
    accounts, drafts = Accounts(database), Drafts(database)
    accounts.add("Ann", Role.CATALOGUER, "three quiet canoes")
    accounts.add("Bob", Role.EDITOR, "three quiet canoes")
    accounts.make_token("Bob", "nightly", frozenset({"read"}), 30)
    for number in range(3):
        journal.append(change, number)
    draft = drafts.begin(ANN, change.edits, "As the seal has it")
    drafts.remark(draft, BOB, "Which seal?")
    drafts.submit(draft, ANN)
    return database


def another(name, tmp_path):
    os.environ["AC_JOURNAL"] = f"sqlite:///{tmp_path}/{name}.sqlite"
    return Database(os.environ["AC_JOURNAL"], new=True)


def test_everything_of_the_desk_is_restored_and_goes_on(main, busy, journal, change, tmp_path, empty_database):
    file = tmp_path / "backup.jsonl"
    told = main("desk", "backup", file)
    assert told.stdout.startswith(f"3 entries, the last {journal.entry(3).digest[:16]}; 2 accounts, 1 drafts; SHA-256 ")
    assert told.stdout.split()[-1] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    (other := tmp_path / "other").mkdir()
    os.environ["AC_JOURNAL"] = empty_database(other)
    assert main("desk", "init").returncode == 0
    assert main("desk", "restore", file).stdout == told.stdout
    restored = Database(os.environ["AC_JOURNAL"])
    assert rows(backups.backup(restored), "restored") == rows(file.read_bytes()) == rows(backups.backup(busy))
    assert Journal(restored).after(0) == journal.after(0)
    drafts, accounts = Drafts(restored), Accounts(restored)
    (draft,) = drafts.all(Status.REVIEW)
    assert [(one.author, one.words) for one in drafts.remarks(draft)] == [("Bob", "Which seal?")]
    assert [(one.name, one.role) for one in accounts.accounts()] == [("Ann", "cataloguer"), ("Bob", "editor")]
    (note,) = [one for one in accounts.notes() if one.event == "restored"]
    assert note.detail == told.stdout.strip()
    assert accounts.sign_in("Ann", "three quiet canoes", "127.0.0.1")
    # What is numbered by the database goes on from there.
    assert Journal(restored).append(change, 3).sequence == 4
    assert drafts.begin(ANN, change.edits, "Another").number > draft.number
    again = main("desk", "restore", file)
    assert again.returncode == 2
    assert "the database holds something already, in its table entry. Restore into one that is new" in again.stderr


def test_a_backup_outlives_changes_of_the_tables(main, change, tmp_path):
    former = Database(f"sqlite:///{tmp_path}/former.sqlite", new=True, version="0002")  # which had no drafts
    Accounts(former).add("Ann", Role.CATALOGUER, "three quiet canoes")
    Journal(former).append(change, 0)
    file = tmp_path / "backup.jsonl"
    file.write_bytes(backups.backup(former))
    assert file.read_bytes().endswith(b'"tables": "0002"}\n')
    restored = another("restored", tmp_path)
    told = main("desk", "restore", file).stdout
    assert told.split()[-1] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert Journal(restored).after(0) == Journal(former).after(0)
    assert [one.name for one in Accounts(restored).accounts()] == ["Ann"]
    assert Drafts(restored).begin(ANN, change.edits, "As the seal has it").number == 1


@pytest.mark.parametrize("name", ["journal.sqlite", "notes.txt"])
def test_a_backup_takes_the_place_of_no_other_file(main, change, tmp_path, name):
    Journal(another("journal", tmp_path)).append(change, 0)
    (tmp_path / "notes.txt").write_text('{"tables": "0003"}\n')
    before = (tmp_path / name).read_bytes()
    told = main("desk", "backup", tmp_path / name)
    assert (told.returncode, "what is there is no backup" in told.stderr) == (2, True)
    assert (tmp_path / name).read_bytes() == before
    (tmp_path / "empty").touch()
    assert main("desk", "backup", tmp_path / "empty").returncode == 0


def test_a_desk_that_is_damaged_is_not_backed_up_over_a_backup_that_is_good(main, busy, url, tmp_path):
    file = tmp_path / "backup.jsonl"
    main("desk", "backup", file)
    good = file.read_bytes()
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        table = " ON entry" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER entry_update{table}")
        connection.exec_driver_sql("UPDATE entry SET author = 'Eve' WHERE sequence = 1")
    told = main("desk", "backup", file)
    assert told.returncode == 1
    assert "entry 1 of the journal is missing or is not what was written" in told.stderr
    assert file.read_bytes() == good


def rows(content, *but):
    """Return the lines of rows of a backup but for notes of these events."""
    lines = content.decode().splitlines()[:-1]
    return [line for line in lines if not any(f'"event": "{event}"' in line for event in but)]


def cut(content):
    return content[:-20]


def altered(content):
    return content.replace(b"Ann", b"Eve", 1)


def emptied(content):
    return b""


def shortened(content):
    """Take a line out and seal it anew, as somebody might who means harm."""
    *lines, _ = content.splitlines(keepends=True)
    return sealed(b"".join(line for line in lines if b'"sequence": 2' not in line), "0003")


def later(content):
    """Return a backup as a version to come would write it."""
    *lines, _ = content.splitlines(keepends=True)
    return sealed(b"".join(lines), "9999")


def sealed(body, tables):
    return body + json.dumps({"sha256": hashlib.sha256(body).hexdigest(), "tables": tables}).encode() + b"\n"


@pytest.mark.parametrize(
    ("damage", "status", "told"),
    [
        (cut, 2, "this is no backup, or not a whole one"),
        (altered, 2, "this is no backup, or not a whole one"),
        (emptied, 2, "this is no backup, or not a whole one"),
        (later, 2, "the backup is of a later version"),
        (shortened, 1, "it is damaged: entry 2 of the journal is missing or is not what was written. Nothing was"),
    ],
)
def test_a_backup_that_is_not_what_was_written_restores_nothing(main, busy, tmp_path, damage, status, told):
    file = tmp_path / "backup.jsonl"
    file.write_bytes(damage(backups.backup(busy)))
    other = another("restored", tmp_path)
    refused = main("desk", "restore", file)
    assert refused.returncode == status
    assert told in refused.stderr
    assert Journal(other).head() == 0
    assert not Accounts(other).accounts()
    with pytest.raises((InputError, InvalidData)):
        backups.tried(file.read_bytes(), file)
