"""Accounts: who may use the desk, how they prove it, for how long that is believed, and what was done.

Of a session or token only the digest is kept: 256 random bits need no slow hash, and who reads the database cannot
use what is there.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from unicodedata import category, normalize

import sqlalchemy as sa

from aseancan_kg.desk import attempts, passwords
from aseancan_kg.desk.database import Database
from aseancan_kg.errors import InputError, Unauthorised

SCOPES = ("read", "draft", "publish")
"""What a caller may do: see drafts, write them, publish them."""
IDLE, AT_MOST = timedelta(hours=2), timedelta(hours=12)
"""How long a session lasts in which nothing is asked, and at all."""
OPERATOR = "(command line)"
"""Who acts on the command line; no account is called so."""
_SEEN = timedelta(minutes=1)
"""How precisely it is known when a session was last used."""
_MOST_DAYS = 366
_LONGEST_NAME, _LONGEST_DETAIL = 60, 500
_MARKS = " .'’-"
"""What a name may have besides letters and digits."""
_PREFIX = "aseancan_desk_"
"""What tokens begin with, so that programs that look for lost secrets find them."""

_ACCOUNT = sa.table("account", *map(sa.column, ("name", "key", "role", "password", "made", "closed")))
_SESSION = sa.table("session", *map(sa.column, ("digest", "account", "made", "seen")))
_TOKEN = sa.table("token", *map(sa.column, ("name", "digest", "account", "scopes", "made", "expires", "revoked")))
_AUDIT = sa.table("audit", *map(sa.column, ("number", "at", "actor", "event", "detail", "client")))


class Role(StrEnum):
    """What an account is for; an editor may do all that a cataloguer may."""

    CATALOGUER = "cataloguer"
    EDITOR = "editor"

    @property
    def scopes(self) -> frozenset[str]:
        """What the role allows."""
        return frozenset(SCOPES) if self is Role.EDITOR else frozenset({"read", "draft"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what that call may do."""

    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is listed; times are UTC."""

    name: str
    role: str
    made: str
    closed: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed, without its secret."""

    name: str
    account: str
    scopes: str
    made: str
    expires: str
    revoked: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """What was done: when (UTC), by which account, from which address. Never a secret."""

    number: int
    at: str
    actor: str
    event: str
    detail: str
    client: str


def _now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """The accounts in a database of the desk. `clock` tells the time, with its zone."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account; raises `InputError` for a name or a password that cannot be, or a name that is taken."""
        _check_name(name)
        hash_ = passwords.hashed(password, name)
        row = {"name": name, "key": _key(name), "role": role, "password": hash_, "made": self._time()}
        with self._database.begun(writes=True) as connection:
            if found := _find(connection, name):
                told = "was closed; its name stays its own" if found.closed else "is there already"
                raise InputError(f"the account {found.name} {told}", remedy="Take another name.")
            connection.execute(sa.insert(_ACCOUNT), row)
            self._note(connection, OPERATOR, "account made", f"{name}, {role}")

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, which ends its sessions; raises `InputError`."""
        hash_ = passwords.hashed(password, name)
        with self._database.begun(writes=True) as connection:
            account = _open(connection, name)
            self._change(connection, account.name, password=hash_)
            connection.execute(sa.delete(_SESSION).where(_SESSION.c.account == account.name))
            self._note(connection, OPERATOR, "password set", account.name)

    def set_role(self, name: str, role: Role) -> None:
        """Give an account another role, which its sessions and tokens have from now on; raises `InputError`."""
        with self._database.begun(writes=True) as connection:
            account = _open(connection, name)
            self._change(connection, account.name, role=role)
            self._note(connection, OPERATOR, "role set", f"{account.name}, {role}")

    def close(self, name: str) -> None:
        """Close an account for good, which ends its sessions and tokens; raises `InputError`."""
        with self._database.begun(writes=True) as connection:
            account, now = _open(connection, name), self._time()
            self._change(connection, account.name, closed=now)
            connection.execute(sa.delete(_SESSION).where(_SESSION.c.account == account.name))
            tokens = _TOKEN.c.account == account.name, _TOKEN.c.revoked.is_(None)
            connection.execute(sa.update(_TOKEN).where(*tokens).values(revoked=now))
            self._note(connection, OPERATOR, "account closed", account.name)

    def accounts(self) -> list[Account]:
        """Return the accounts by name, closed ones too."""
        columns = (_ACCOUNT.c[name] for name in Account.__slots__)
        with self._database.begun() as connection:
            rows = connection.execute(sa.select(*columns).order_by(_ACCOUNT.c.key)).all()
        return [Account(*row) for row in rows]

    def sign_in(self, name: str, password: str, client: str) -> str:
        """Begin a session, and return its secret. It takes 64 MB, and as long for names that nobody has.

        Raises `Unauthorised` when name or password is wrong, and `Throttled` when too many attempts have failed.
        """
        with self._database.begun(writes=True) as connection:
            attempts.count(connection, client, _key(name), self._clock())
            account = _find(connection, name)
        hash_ = account.password if account else passwords.NOBODYS
        is_right = passwords.is_right(password, hash_)
        renewed = passwords.again(password) if is_right and passwords.is_outdated(hash_) else hash_
        secret = secrets.token_urlsafe()
        with self._database.begun(writes=True) as connection:
            # Nothing that was done to the account meanwhile may be undone or passed by.
            now = _find(connection, name)
            begins = is_right and now is not None and now.password == hash_ and not now.closed
            if now and begins:
                self._change(connection, now.name, password=renewed)
                self._begin(connection, now.name, secret)
                attempts.forget(connection, client, _key(name), self._clock())
                self._note(connection, now.name, "signed in", client=client)
            else:  # what nobody is called is not told: it may be a password in the wrong field
                self._note(connection, now.name if now else "", "sign-in refused", client=client)
        if not begins:
            raise Unauthorised("the name or the password is wrong", remedy="Correct it and sign in again.")
        return secret

    def session(self, secret: str) -> Caller | None:
        """Return whose session has a secret; None when there is none, or no more."""
        found = sa.select(_SESSION.c.seen, _ACCOUNT.c.name, _ACCOUNT.c.role).join_from(
            _SESSION, _ACCOUNT, _SESSION.c.account == _ACCOUNT.c.name
        )
        now = self._clock()
        lasting = _SESSION.c.seen > _written(now - IDLE), _SESSION.c.made > _written(now - AT_MOST)
        this = _SESSION.c.digest == _digest(secret)
        with self._database.begun() as connection:
            row = connection.execute(found.where(this, *lasting, _ACCOUNT.c.closed.is_(None))).first()
        if row and row.seen < _written(now - _SEEN):
            with self._database.begun(writes=True) as connection:
                connection.execute(sa.update(_SESSION).where(this).values(seen=_written(now)))
        return Caller(row.name, Role(row.role).scopes) if row else None

    def sign_out(self, secret: str, client: str) -> None:
        """End a session, if there is one of this secret."""
        with self._database.begun(writes=True) as connection:
            ended = sa.delete(_SESSION).where(_SESSION.c.digest == _digest(secret)).returning(_SESSION.c.account)
            if name := connection.execute(ended).scalar():
                self._note(connection, name, "signed out", client=client)

    def make_token(self, account: str, name: str, scopes: frozenset[str], days: int) -> str:
        """Make a token of an account, and return its secret, which nobody can read again; raises `InputError`."""
        _check_name(name)
        if not scopes or not scopes <= {*SCOPES}:
            raise InputError(
                f"a token has scopes: {', '.join(SCOPES)}", remedy="Give one or more, set apart by commas."
            )
        if not 1 <= days <= _MOST_DAYS:
            raise InputError(f"a token lasts 1 to {_MOST_DAYS} days", remedy="Make another when it has expired.")
        secret, now = f"{_PREFIX}{secrets.token_urlsafe()}", self._clock()
        with self._database.begun(writes=True) as connection:
            owner = _open(connection, account)
            if beyond := scopes - Role(owner.role).scopes:
                raise InputError(f"a {owner.role} may not {min(beyond)}", remedy="Leave it out, or set another role.")
            if connection.execute(sa.select(_TOKEN.c.name).where(_TOKEN.c.name == name)).first():
                raise InputError(f"there is a token {name} already", remedy="Take another name.")
            row = {"name": name, "digest": _digest(secret), "account": owner.name, "scopes": _listed(scopes)}
            row |= {"made": _written(now), "expires": _written(now + timedelta(days=days))}
            connection.execute(sa.insert(_TOKEN), row)
            self._note(connection, OPERATOR, "token made", f"{name} of {owner.name}: {_listed(scopes)}, {days} days")
        return secret

    def revoke_token(self, name: str) -> None:
        """End a token; raises `InputError` when there is none of this name that has not been ended."""
        with self._database.begun(writes=True) as connection:
            this = _TOKEN.c.name == name, _TOKEN.c.revoked.is_(None)
            if not connection.execute(sa.update(_TOKEN).where(*this).values(revoked=self._time())).rowcount:
                raise InputError(f"there is no token {name} to revoke", remedy="`desk token list` lists them.")
            self._note(connection, OPERATOR, "token revoked", name)

    def tokens(self) -> list[Token]:
        """Return the tokens by name, those that have ended too."""
        columns = (_TOKEN.c[name] for name in Token.__slots__)
        with self._database.begun() as connection:
            return [Token(*row) for row in connection.execute(sa.select(*columns).order_by(_TOKEN.c.name))]

    def bearer(self, secret: str) -> Caller:
        """Return who calls by a token, with those of its scopes that the account's role has now.

        Raises `Unauthorised` when there is no such token, or no more.
        """
        found = sa.select(_TOKEN.c.scopes, _ACCOUNT.c.name, _ACCOUNT.c.role).join_from(
            _TOKEN, _ACCOUNT, _TOKEN.c.account == _ACCOUNT.c.name
        )
        lasting = _TOKEN.c.expires > self._time(), _TOKEN.c.revoked.is_(None), _ACCOUNT.c.closed.is_(None)
        with self._database.begun() as connection:
            row = connection.execute(found.where(_TOKEN.c.digest == _digest(secret), *lasting)).first()
        if not row:
            remedy = "Whoever runs the service makes one with `aseancan-kg desk token make`."
            raise Unauthorised("the token is unknown, has expired or was revoked", remedy=remedy)
        return Caller(row.name, Role(row.role).scopes & {*row.scopes.split(",")})

    def note(self, actor: str, event: str, detail: str, client: str) -> None:
        """Write into the audit log, which nobody can change."""
        with self._database.begun(writes=True) as connection:
            self.note_with(connection, actor, event, detail, client)

    def note_with(self, connection: sa.Connection, actor: str, event: str, detail: str, client: str) -> None:
        """Write into the audit log in the transaction of what was done."""
        self._note(connection, actor, event, detail, client)

    def notes(self) -> list[Note]:
        """Return the audit log, the oldest note first."""
        columns = (_AUDIT.c[name] for name in Note.__slots__)
        with self._database.begun() as connection:
            return [Note(*row) for row in connection.execute(sa.select(*columns).order_by(_AUDIT.c.number))]

    def _begin(self, connection: sa.Connection, name: str, secret: str) -> None:
        """Begin a session, and forget those of all accounts that are over."""
        now = self._clock()
        over = (_SESSION.c.seen <= _written(now - IDLE)) | (_SESSION.c.made <= _written(now - AT_MOST))
        connection.execute(sa.delete(_SESSION).where(over))
        row = {"digest": _digest(secret), "account": name, "made": _written(now), "seen": _written(now)}
        connection.execute(sa.insert(_SESSION), row)

    def _change(self, connection: sa.Connection, name: str, **values: str) -> None:
        connection.execute(sa.update(_ACCOUNT).where(_ACCOUNT.c.name == name).values(**values))

    def _note(self, connection: sa.Connection, actor: str, event: str, detail: str = "", client: str = "") -> None:
        told = {"actor": actor, "event": event, "detail": detail[:_LONGEST_DETAIL], "client": client}
        row = {name: _in_one_line(words) for name, words in told.items()}
        connection.execute(sa.insert(_AUDIT), {"at": self._time(), **row})

    def _time(self) -> str:
        return _written(self._clock())


def _written(moment: datetime) -> str:
    """Write a time so that times are in order when their texts are."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _listed(scopes: frozenset[str]) -> str:
    return ",".join(scope for scope in SCOPES if scope in scopes)


def _in_one_line(words: str) -> str:
    """Return words of whoever, so that they cannot look like a note of their own."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words)


def _key(name: str) -> str:
    """Return what a name is known by: names that differ only in case or in the form of their letters are one."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _check_name(name: str) -> None:
    """Refuse what is no name: the journal tells it as the author of changes, on a line and for good."""
    is_plain = all(category(letter)[0] in "LMN" or letter in _MARKS for letter in name)
    is_tidy = name == normalize("NFC", name) == " ".join(name.split()) and category(name[:1] or " ")[0] == "L"
    if not (is_plain and is_tidy and 2 <= len(name) <= _LONGEST_NAME):
        remedy = (
            f"Take 2 to {_LONGEST_NAME} letters, digits and “{_MARKS.strip()}”, single spaces between, a letter first."
        )
        raise InputError(f"{name!r} can be no name", remedy=remedy)


def _find(connection: sa.Connection, name: str) -> "sa.Row[tuple[str, ...]] | None":
    """Return the row of an account, closed or not, which nobody else changes until the transaction ends."""
    if not name.isprintable():
        return None  # which some databases would not even look for
    return connection.execute(sa.select(_ACCOUNT).where(_ACCOUNT.c.key == _key(name)).with_for_update()).first()


def _open(connection: sa.Connection, name: str) -> "sa.Row[tuple[str, ...]]":
    account = _find(connection, name)
    if account is None or account.closed:
        raise InputError(f"there is no account {name}", remedy="`desk account list` lists them.")
    return account
