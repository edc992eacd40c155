"""Answers to requests that carry a key of their client's, so that a request sent twice is done once.

They are known for `KEPT_DAYS`: whoever sends a request again after that does something new.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from aseancan_kg.desk.database import Database
from aseancan_kg.errors import Conflict, InputError

_REQUEST = sa.table("request", *map(sa.column, ("account", "key", "digest", "at", "answer")))
LONGEST_KEY = 255
KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, where to look, and the members of the body."""

    status: int
    location: str
    told: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of an account with a key, and the digest of what it asked for."""

    account: str
    key: str
    digest: str

    @classmethod
    def of(cls, account: str, key: str, *content: str) -> "Asked":
        """Make one of a request's content; raises `InputError` for a key that is none."""
        if not key.isascii() or not key.isprintable() or not 0 < len(key) <= LONGEST_KEY:
            raise InputError("Idempotency-Key is no key", remedy=f"Send up to {LONGEST_KEY} visible ASCII characters.")
        return cls(account, key, hashlib.sha256(json.dumps(content).encode()).hexdigest())


class Replies:
    """The answers in a database of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to(self, asked: Asked) -> Reply | None:
        """Return what was answered to a request before; raises `InputError` when its key was used for another."""
        own = (_REQUEST.c.account == asked.account) & (_REQUEST.c.key == asked.key) & (_REQUEST.c.at >= _oldest())
        with self._database.begun() as connection:
            found = connection.execute(sa.select(_REQUEST.c.digest, _REQUEST.c.answer).where(own)).first()
        if found is None:
            return None
        if found.digest != asked.digest:
            raise InputError("this Idempotency-Key was sent with another request", remedy="Make a new key for each.")
        return Reply(**json.loads(found.answer))

    @staticmethod
    def keep(connection: sa.Connection, asked: Asked, reply: Reply) -> None:
        """Keep an answer in the transaction of what it tells of; raises `Conflict` when the same was done meanwhile."""
        row = {"account": asked.account, "key": asked.key, "digest": asked.digest, "at": datetime.now(UTC).isoformat()}
        connection.execute(sa.delete(_REQUEST).where(_REQUEST.c.at < _oldest()))
        try:
            connection.execute(sa.insert(_REQUEST).values(**row, answer=json.dumps(asdict(reply))))
        except IntegrityError as error:
            raise Conflict("the same request was answered meanwhile", remedy="Send it again.") from error


def _oldest() -> str:
    """Return when the oldest answer was given that is known."""
    return (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
