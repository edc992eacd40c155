"""Accounts: who may use the desk, and how long that is believed; on each of the databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from aseancan_kg.desk import attempts, passwords
from aseancan_kg.desk.accounts import AT_MOST, IDLE, SCOPES, Accounts, Caller, Role
from aseancan_kg.desk.database import Database
from aseancan_kg.errors import InputError, StoreUnavailable, Throttled, Unauthorised

PASSWORD, OTHER = "three quiet canoes", "seven loud ferries"
HERE, THERE = "192.0.2.1", "192.0.2.2"
EDITOR, CATALOGUER = frozenset(SCOPES), frozenset({"read", "draft"})


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = datetime(2026, 11, 26, 8, tzinfo=UTC)

    def __call__(self):
        return self.now

    def go(self, by):
        self.now += by


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(url):
    return Database(url, new=True)


@pytest.fixture
def cheap(monkeypatch):
    """Hash with parameters that cost nothing, where it does not matter what a guess costs."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    monkeypatch.setattr(passwords, "NOBODYS", hasher.hash("nobody's"))


@pytest.fixture
def accounts(database, clock, cheap):
    return with_ann(database, clock)


@pytest.fixture
def dear(database, clock):
    """Accounts as they are outside tests."""
    return with_ann(database, clock)


def with_ann(database, clock):
    accounts = Accounts(database, clock)
    accounts.add("Ann Lee", Role.EDITOR, PASSWORD)
    return accounts


def events(accounts):
    return [(one.actor, one.event, one.detail, one.client) for one in accounts.notes()]


def dump(database):
    """Return everything that the tables of accounts hold, as a thief would read it."""
    with database.begun() as connection:
        tables = ("account", "session", "token", "attempt", "audit")
        return str([connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables])


def fail(accounts, name="Ann Lee", client=HERE, times=1):
    for _ in range(times):
        with pytest.raises(Unauthorised, match="the name or the password is wrong"):
            accounts.sign_in(name, OTHER, client)


def test_who_signs_in_is_known_until_signing_out(accounts):
    secret = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    assert len(secret) >= 43  # 256 bits in base64
    assert accounts.session(secret) == Caller("Ann Lee", EDITOR)
    assert accounts.sign_in("ann lee", PASSWORD, HERE) != secret
    accounts.sign_out(secret, HERE)
    assert accounts.session(secret) is None
    accounts.sign_out(secret, HERE)
    assert [one[1] for one in events(accounts)] == ["account made", "signed in", "signed in", "signed out"]


def test_a_session_is_nobodys_choice(accounts):
    assert accounts.session("chosen by another") is None
    assert accounts.sign_in("Ann Lee", PASSWORD, HERE) != accounts.sign_in("Ann Lee", PASSWORD, HERE)


def test_a_session_ends_when_nothing_is_asked_and_in_any_case(accounts, clock):
    secret = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    for _ in range(7):
        clock.go(IDLE - timedelta(minutes=10))
        assert accounts.session(secret) or clock.now > datetime(2026, 11, 26, 8, tzinfo=UTC) + AT_MOST
    assert accounts.session(secret) is None
    idle = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    clock.go(IDLE)
    assert accounts.session(idle) is None


def test_whatever_is_over_is_forgotten(accounts, clock, database):
    accounts.sign_in("Ann Lee", PASSWORD, HERE)
    clock.go(AT_MOST)
    accounts.sign_in("Ann Lee", PASSWORD, HERE)
    with database.begun() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar() == 1


def test_another_password_ends_the_sessions_of_the_old_one(accounts):
    accounts.add("Bob", Role.CATALOGUER, PASSWORD)
    secret, bobs = (accounts.sign_in(name, PASSWORD, HERE) for name in ("Ann Lee", "Bob"))
    accounts.set_password("ann lee", OTHER)
    assert accounts.session(secret) is None
    assert accounts.session(bobs) == Caller("Bob", CATALOGUER)
    with pytest.raises(Unauthorised):
        accounts.sign_in("Ann Lee", PASSWORD, HERE)
    assert accounts.session(accounts.sign_in("Ann Lee", OTHER, HERE))


def test_another_role_counts_at_once(accounts):
    secret = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    token = accounts.make_token("Ann Lee", "import", EDITOR, 1)
    accounts.set_role("Ann Lee", Role.CATALOGUER)
    assert accounts.session(secret) == accounts.bearer(token) == Caller("Ann Lee", CATALOGUER)
    accounts.set_role("Ann Lee", Role.EDITOR)
    assert accounts.session(secret) == accounts.bearer(token) == Caller("Ann Lee", EDITOR)


def test_a_closed_account_ends_at_once_and_its_name_stays_taken(accounts):
    secret = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    token = accounts.make_token("Ann Lee", "import", EDITOR, 1)
    accounts.close("Ann Lee")
    assert accounts.session(secret) is None
    with pytest.raises(Unauthorised, match="was revoked"):
        accounts.bearer(token)
    with pytest.raises(Unauthorised, match="the name or the password is wrong"):
        accounts.sign_in("Ann Lee", PASSWORD, HERE)
    for change in (accounts.close, lambda name: accounts.set_role(name, Role.EDITOR)):
        with pytest.raises(InputError, match="there is no account Ann Lee"):
            change("Ann Lee")
    with pytest.raises(InputError, match="Ann Lee was closed; its name stays its own"):
        accounts.add("ann lee", Role.EDITOR, PASSWORD)
    (listed,) = accounts.accounts()
    assert (listed.name, listed.role, bool(listed.closed)) == ("Ann Lee", "editor", True)


@pytest.mark.parametrize("meanwhile", ["close", "set_password"])
def test_what_is_done_while_a_password_is_verified_is_not_passed_by(accounts, monkeypatch, meanwhile):
    is_right = passwords.is_right

    def slow(password, hash_):
        accounts.close("Ann Lee") if meanwhile == "close" else accounts.set_password("Ann Lee", OTHER)
        return is_right(password, hash_)

    monkeypatch.setattr(passwords, "is_right", slow)
    with pytest.raises(Unauthorised):
        accounts.sign_in("Ann Lee", PASSWORD, HERE)
    assert "signed in" not in [one[1] for one in events(accounts)]


def test_secrets_are_not_kept(dear, database):
    secret = dear.sign_in("Ann Lee", PASSWORD, HERE)
    token = dear.make_token("Ann Lee", "import", CATALOGUER, 1)
    fail(dear, name=OTHER)  # typed into the wrong field
    told = dump(database)
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in told
    for one in (PASSWORD, OTHER, secret, token, token.rpartition("_")[2]):
        assert one not in told


def test_a_hash_of_weaker_parameters_is_made_anew(dear, database):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.begun(writes=True) as connection:
        connection.execute(sa.text("UPDATE account SET password = :weak"), {"weak": weak})
    fail(dear)
    assert weak in dump(database)
    assert dear.session(dear.sign_in("Ann Lee", PASSWORD, HERE))
    assert weak not in dump(database)
    assert dear.session(dear.sign_in("Ann Lee", PASSWORD, HERE))


def test_names_that_nobody_has_cost_as_much_as_others(dear, monkeypatch):
    verified = []
    is_right = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda *given: verified.append(given[1]) or is_right(*given))
    told = []
    for name in ("Ann Lee", "Nobody", "", "\0", "\ud800", "x" * 10_000):
        with pytest.raises(Unauthorised) as refused:
            dear.sign_in(name, OTHER, HERE)
        told.append(str(refused.value))
    assert len(set(told)) == 1
    assert [hash_.rpartition("$")[0].rpartition("$")[0] for hash_ in verified] == ["$argon2id$v=19$m=65536,t=3,p=4"] * 6
    assert verified[1:] == [passwords.NOBODYS] * 5
    assert not passwords.is_outdated(passwords.NOBODYS)
    assert [one[:2] for one in events(dear)[1:]] == [("Ann Lee", "sign-in refused"), *[("", "sign-in refused")] * 5]


@pytest.mark.parametrize("name", ["Ann Lee", "Nobody"])
def test_whoever_guesses_has_to_wait_and_others_need_not(accounts, clock, name):
    fail(accounts, name, times=attempts.OF_BOTH)
    clock.go(timedelta(minutes=5))
    for _ in range(3):
        with pytest.raises(Throttled, match="too many attempts to sign in have failed") as throttled:
            accounts.sign_in(name, PASSWORD, HERE)
        assert throttled.value.retry_after == 10 * 60
    assert accounts.sign_in("Ann Lee", PASSWORD, THERE)
    assert [one[1] for one in events(accounts)].count("sign-in refused") == attempts.OF_BOTH
    clock.go(timedelta(minutes=10))
    fail(accounts, name)


def test_a_client_cannot_try_one_account_after_the_other(accounts, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", lambda *_: False)
    for number in range(attempts.OF_CLIENT):
        fail(accounts, f"Guess {number}")
    with pytest.raises(Throttled):
        accounts.sign_in("Ann Lee", PASSWORD, HERE)
    fail(accounts, client=THERE)


def test_many_clients_cannot_try_one_account_for_ever(accounts, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", lambda *_: False)
    for number in range(attempts.OF_ACCOUNT):
        fail(accounts, client=f"198.51.100.{number}")
    with pytest.raises(Throttled):
        accounts.sign_in("Ann Lee", PASSWORD, THERE)
    fail(accounts, name="Bob", client=THERE)


def test_who_signs_in_may_err_again(accounts):
    for _ in range(3):
        fail(accounts, times=attempts.OF_BOTH - 1)
        assert accounts.sign_in("Ann Lee", PASSWORD, HERE)


def test_many_guesses_at_once_are_counted_too(accounts, monkeypatch):
    together = threading.Barrier(attempts.OF_BOTH, timeout=60)

    def verify(*_):
        together.wait()  # nobody has failed yet when the last is let in
        return False

    monkeypatch.setattr(passwords, "is_right", verify)
    refused = []

    def guess():
        with pytest.raises((Unauthorised, Throttled)) as one:
            accounts.sign_in("Ann Lee", OTHER, HERE)
        refused.append(type(one.value))

    guesses = [threading.Thread(target=guess) for _ in range(3 * attempts.OF_BOTH)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert refused.count(Unauthorised) == attempts.OF_BOTH
    assert refused.count(Throttled) == 2 * attempts.OF_BOTH


def test_a_token_may_do_what_its_scopes_and_its_account_may(accounts):
    accounts.add("Bob", Role.CATALOGUER, PASSWORD)
    assert accounts.bearer(accounts.make_token("ann lee", "reader", frozenset({"read"}), 1)).scopes == {"read"}
    with pytest.raises(InputError, match="a cataloguer may not publish"):
        accounts.make_token("Bob", "publisher", frozenset({"read", "publish"}), 1)
    for scopes in (frozenset(), frozenset({"read", "everything"})):
        with pytest.raises(InputError, match="a token has scopes: read, draft, publish"):
            accounts.make_token("Bob", "other", scopes, 1)
    for days in (0, -1, 367):
        with pytest.raises(InputError, match="a token lasts 1 to 366 days"):
            accounts.make_token("Bob", "other", frozenset({"read"}), days)
    with pytest.raises(InputError, match="there is a token reader already"):
        accounts.make_token("Bob", "reader", frozenset({"read"}), 1)
    assert [one.name for one in accounts.tokens()] == ["reader"]


def test_a_token_ends_with_its_days_or_when_it_is_revoked(accounts, clock):
    short, long = (accounts.make_token("Ann Lee", f"t{days}", frozenset({"read"}), days) for days in (1, 90))
    clock.go(timedelta(days=1))
    with pytest.raises(Unauthorised, match="is unknown, has expired or was revoked"):
        accounts.bearer(short)
    assert accounts.bearer(long).name == "Ann Lee"
    accounts.revoke_token("t90")
    with pytest.raises(Unauthorised):
        accounts.bearer(long)
    with pytest.raises(InputError, match="there is no token t90 to revoke"):
        accounts.revoke_token("t90")


@pytest.mark.parametrize("secret", ["", "x", "\0", "\ud800", "' OR '1'='1", "x" * 100_000])
def test_what_is_no_secret_is_nobodys(accounts, secret):
    accounts.sign_in("Ann Lee", PASSWORD, HERE)
    assert accounts.session(secret) is None
    with pytest.raises(Unauthorised):
        accounts.bearer(secret)


@pytest.mark.parametrize("name", ["Bo", "Nguyễn Thị Hương", "Zoë O’Neil-Smith", "สมชาย ใจดี", "A. Librarian", "ann2"])
def test_a_name_is_that_of_a_person(accounts, name):
    accounts.add(name, Role.CATALOGUER, PASSWORD)
    assert accounts.session(accounts.sign_in(name.upper(), PASSWORD, HERE)).name == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "a",
            " ann",
            "ann ",
            "a  b",
            "2nd",
            ".ann",
            "ann\n",
            "ann\nbob",
            "a\0b",
            "a\u202eb",
            "a\u200bb",
            "x" * 61,
        ),
        *("(command line)", "a@b.example", "<b>ann</b>", "a;b", "a\ud800", "Zoe\u0308"),
    ],
)
def test_what_could_be_taken_for_something_else_is_no_name(accounts, name):
    with pytest.raises(InputError, match="can be no name"):
        accounts.add(name, Role.CATALOGUER, PASSWORD)


@pytest.mark.parametrize("name", ["ann lee", "ANN LEE", "Ann Lee"])
def test_two_names_differ_in_more_than_case(accounts, name):
    with pytest.raises(InputError, match="the account Ann Lee is there already"):
        accounts.add(name, Role.CATALOGUER, PASSWORD)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("eleven char", "a password has 12 to 256 characters"),
        ("", "a password has 12 to 256 characters"),
        ("x" * 257, "a password has 12 to 256 characters"),
        ("MARGARET ATWOOD", "the password is the name of the account"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused(accounts, password, words):
    with pytest.raises(InputError, match=words):
        accounts.add("Margaret Atwood", Role.CATALOGUER, password)
    with pytest.raises(InputError, match=words if "name" not in words else "no account Margaret Atwood|is the name"):
        accounts.set_password("Margaret Atwood", password)
    assert [one.name for one in accounts.accounts()] == ["Ann Lee"]


def test_a_password_is_the_same_however_a_keyboard_composes_it(accounts):
    accounts.set_password("Ann Lee", "cafe\u0301 au lait\ud800 🛶")
    assert accounts.sign_in("Ann Lee", "café au lait\ud800 🛶", HERE)
    fail(accounts)


def test_the_audit_log_cannot_be_changed(accounts, database):
    accounts.note("Ann Lee", "published", "entry 1", HERE)
    before = accounts.notes()
    changes = ["UPDATE audit SET actor = 'Bob'", "DELETE FROM audit"]
    if "sqlite" in str(database._engine.url):
        changes.append("INSERT OR REPLACE INTO audit SELECT number, at, 'Bob', event, detail, client FROM audit")
    else:
        changes.append("TRUNCATE audit")
    for change in changes:
        with pytest.raises(StoreUnavailable, match="what was noted never changes"), database.begun(writes=True) as one:
            one.exec_driver_sql(change)
    assert accounts.notes() == before


def test_a_note_is_one_line_whatever_it_is_of(accounts):
    accounts.note("Ann Lee", "published", "x\n2026-11-26  Bob  signed in\0\x1b[2K\u202e" + "y" * 1000, HERE)
    (note,) = (one for one in accounts.notes() if one.event == "published")
    assert note.detail.isprintable()
    assert len(note.detail) == 500


def test_what_belongs_together_is_written_together_or_not_at_all(accounts, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError

    secret = accounts.sign_in("Ann Lee", PASSWORD, HERE)
    monkeypatch.setattr(accounts, "_note", broken)
    for change in (
        lambda: accounts.close("Ann Lee"),
        lambda: accounts.set_password("Ann Lee", OTHER),
        lambda: accounts.set_role("Ann Lee", Role.CATALOGUER),
        lambda: accounts.add("Bob", Role.EDITOR, PASSWORD),
        lambda: accounts.sign_out(secret, HERE),
    ):
        with pytest.raises(RuntimeError):
            change()
    assert accounts.session(secret) == Caller("Ann Lee", EDITOR)
    assert [one.name for one in accounts.accounts()] == ["Ann Lee"]
