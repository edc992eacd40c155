"""Accounts, tokens and the audit log on the command line."""

import json
import os
import pty
import re
import stat
import subprocess

import pytest

from aseancan_kg.desk.accounts import SCOPES, Accounts, Caller
from aseancan_kg.desk.database import Database

PASSWORD, OTHER = "three quiet canoes", "seven loud ferries"
STDIN = "--password-stdin"


@pytest.fixture
def journal(main, tmp_path, monkeypatch):
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/journal.sqlite")
    assert main("desk", "init").returncode == 0


@pytest.fixture
def accounts(journal):
    return Accounts(Database(os.environ["AC_JOURNAL"]))


@pytest.fixture
def desk(main, journal):
    """Run a verb of the desk, which has an editor's account, and return what it prints."""

    def desk(*arguments, stdin=None, fails=False):
        ran = main("desk", *arguments, stdin=stdin)
        assert ran.returncode == (2 if fails else 0), ran.stderr
        return ran.stderr if fails else ran.stdout

    made = desk("account", "add", "Ann Lee", "--role", "editor", STDIN, stdin=f"{PASSWORD}\nmore\n")
    assert made == "Ann Lee may sign in as editor.\n"
    return desk


def test_an_account_is_made_changed_and_closed(desk, accounts):
    secret = accounts.sign_in("Ann Lee", PASSWORD, "192.0.2.1")
    assert accounts.session(secret) == Caller("Ann Lee", frozenset(SCOPES))
    assert desk("account", "role", "Ann Lee", "cataloguer") == "Ann Lee is cataloguer.\n"
    assert accounts.session(secret).scopes == {"read", "draft"}
    desk("account", "password", "Ann Lee", STDIN, stdin=f"{OTHER}\r\n")
    assert accounts.session(secret) is None
    assert accounts.session(accounts.sign_in("Ann Lee", OTHER, "192.0.2.1"))
    assert re.fullmatch(r"Ann Lee  cataloguer, since \d{4}-\d\d-\d\d\n", desk("account", "list"))
    assert desk("account", "close", "Ann Lee") == "Ann Lee is closed.\n"
    assert re.fullmatch(r"Ann Lee  cataloguer, closed \d{4}-\d\d-\d\d\n", desk("account", "list"))


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["account", "add", "Bob", "--role", "editor", STDIN], "short\n", "a password has 12 to 256 characters"),
        (["account", "add", "Bob", "--role", "editor", STDIN], "", "a password has 12 to 256 characters"),
        (["account", "add", "Bob", "--role", "editor"], PASSWORD, "no terminal to ask for the password"),
        (["account", "add", "Bob", "--role", "owner", STDIN], PASSWORD, "'owner' is not one of"),
        (["account", "add", "Bob", STDIN], PASSWORD, "Missing option '--role'"),
        (["account", "add", "ann lee", "--role", "editor", STDIN], PASSWORD, "the account Ann Lee is there already"),
        (["account", "add", "b\nob", "--role", "editor", STDIN], PASSWORD, "can be no name"),
        (["account", "add", "Bob", "--role", "editor", "--password", PASSWORD], "", "No such option: --password"),
        (["account", "password", "Nobody", STDIN], PASSWORD, "there is no account Nobody"),
        (["account", "close", "Nobody"], None, "there is no account Nobody"),
        (["account", "role", "Nobody", "editor"], None, "there is no account Nobody"),
        (["token", "make", "Nobody", "import"], None, "there is no account Nobody"),
        (["token", "make", "Ann Lee", "import", "--scopes", "all"], None, "a token has scopes: read, draft, publish"),
        (["token", "make", "Ann Lee", "import", "--scopes", ""], None, "a token has scopes: read, draft, publish"),
        (["token", "make", "Ann Lee", "import", "--days", "0"], None, "a token lasts 1 to 366 days"),
        (["token", "revoke", "import"], None, "there is no token import to revoke"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_changed(desk, accounts, arguments, stdin, words):
    before = accounts.accounts(), accounts.notes()
    told = desk(*arguments, stdin=stdin, fails=True)
    assert words in told
    assert "Traceback" not in told
    assert PASSWORD not in told.replace(f"--password {PASSWORD}", "")
    assert (accounts.accounts(), accounts.notes(), accounts.tokens()) == (*before, [])


def test_a_password_that_is_not_utf_8_is_refused(script, desk):
    command = [script, "desk", "account", "password", "Ann Lee", STDIN]
    told = subprocess.run(command, input=b"\xff" * 20, capture_output=True)
    assert told.returncode == 2
    assert b"the password is not UTF-8" in told.stderr


def test_a_password_is_asked_for_twice_and_not_shown(script, desk, accounts):
    ours, its = pty.openpty()
    command = [script, "desk", "account", "password", "Ann Lee"]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True) as process:
        shown = b""
        for prompt in (b"Password: ", b"Repeat for confirmation: "):
            while prompt not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, f"{OTHER}\n".encode())
        while b"is set" not in shown:
            shown += os.read(ours, 1000)
        assert process.wait(60) == 0
    os.close(ours)
    os.close(its)
    assert OTHER.encode() not in shown
    assert accounts.sign_in("Ann Lee", OTHER, "192.0.2.1")


def test_a_token_is_shown_once(desk, accounts):
    secret = desk("token", "make", "Ann Lee", "import", "--scopes", "read,draft", "--days", "30").strip()
    assert accounts.bearer(secret) == Caller("Ann Lee", frozenset({"read", "draft"}))
    desk("token", "make", "Ann Lee", "reader")
    (one, other) = accounts.tokens()
    assert (one.scopes, other.scopes) == ("read,draft", "read")
    listed = desk("token", "list")
    assert listed == (
        f"import  Ann Lee: read,draft, until {one.expires[:10]}\nreader  Ann Lee: read, until {other.expires[:10]}\n"
    )
    assert desk("token", "revoke", "import") == "import is revoked.\n"
    assert f"import  Ann Lee: read,draft, revoked {one.made[:10]}\n" in desk("token", "list")
    assert secret not in desk("token", "list") + desk("audit") + desk("audit", "--json")


def test_the_audit_log_tells_what_was_done(desk, accounts):
    accounts.sign_in("Ann Lee", PASSWORD, "192.0.2.1")
    desk("token", "make", "Ann Lee", "import")
    accounts.note("Ann Lee", "published", "entry 1\n2026-01-01  Bob  signed in", "192.0.2.1")
    told = [line.split("  ")[1:] for line in desk("audit").splitlines()]
    assert told == [
        ["(command line)", "account made", "Ann Lee, editor"],
        ["Ann Lee", "signed in", "192.0.2.1"],
        ["(command line)", "token made", "import of Ann Lee: read, 90 days"],
        ["Ann Lee", "published", "entry 1\N{REPLACEMENT CHARACTER}2026-01-01", "Bob", "signed in", "192.0.2.1"],
    ]
    lines = [json.loads(line) for line in desk("audit", "--json").splitlines()]
    assert [one["event"] for one in lines] == [one[1] for one in told]
    assert set(lines[0]) == {"number", "at", "actor", "event", "detail", "client"}


def test_only_the_owner_of_the_file_reads_it(main, tmp_path, monkeypatch):
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/journal.sqlite")
    before = os.umask(0)
    try:
        assert main("desk", "init").returncode == 0
        with Database(os.environ["AC_JOURNAL"]).begun(writes=True):
            files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert files == dict.fromkeys(["journal.sqlite", "journal.sqlite-shm", "journal.sqlite-wal"], 0o600)


def test_a_backup_holds_no_password_no_token_and_no_session(desk, tmp_path):
    token = desk("token", "make", "Ann Lee", "import").strip()
    session = Accounts(Database(os.environ["AC_JOURNAL"])).sign_in("Ann Lee", PASSWORD, "127.0.0.1")
    desk("backup", file := tmp_path / "backup")
    told = file.read_text()
    assert not [one for one in (token, PASSWORD, session, '"session"') if one in told]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
