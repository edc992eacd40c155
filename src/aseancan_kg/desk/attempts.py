"""Attempts to sign in that have failed, counted so that nobody can guess for long."""

import hashlib
from datetime import datetime, timedelta
from math import ceil

import sqlalchemy as sa

from aseancan_kg.errors import Throttled

WINDOW = timedelta(minutes=15)
"""How long attempts are counted together, from the first."""
OF_CLIENT, OF_ACCOUNT, OF_BOTH = 20, 50, 5
"""Attempts that may fail within it: of one client, at one account, and of one client at one account.

Whoever fails on purpose at the account of another keeps out himself first, and the other only from many addresses.
"""
_COUNT = sa.text("""
    INSERT INTO attempt (subject, since, tries) VALUES (:subject, :now, 1)
    ON CONFLICT (subject) DO UPDATE SET
        tries = CASE WHEN attempt.since <= :past THEN 1 ELSE attempt.tries + 1 END,
        since = CASE WHEN attempt.since <= :past THEN excluded.since ELSE attempt.since END
    RETURNING since, tries
""")
_FORGIVE = sa.text("UPDATE attempt SET tries = tries - 1 WHERE subject = :subject AND tries > 0")
_FORGET = sa.text("DELETE FROM attempt WHERE subject = :subject OR since <= :past")


def count(connection: sa.Connection, client: str, account: str, now: datetime) -> None:
    """Count an attempt before it is known whether it fails, so that many at once are counted too.

    Raises `Throttled` when too many have failed; what was counted is to be rolled back then, so that whoever goes on
    does not prolong the wait, nor take the attempts of others at the account.
    """
    for subject, most in _subjects(client, account).items():
        given = {"subject": subject, "now": _seconds(now), "past": _seconds(now - WINDOW)}
        since, tries = connection.execute(_COUNT, given).one()
        if tries > most:
            wait = since - given["past"]
            remedy = f"Wait {ceil(wait / 60)} minutes; whoever runs the service can set another password meanwhile."
            raise Throttled("too many attempts to sign in have failed", remedy=remedy, retry_after=wait)


def forget(connection: sa.Connection, client: str, account: str, now: datetime) -> None:
    """Forget those that failed before one that did not; those of the client at other accounts stay."""
    of_client, *others = _subjects(client, account)
    connection.execute(_FORGIVE, {"subject": of_client})
    for subject in others:
        connection.execute(_FORGET, {"subject": subject, "past": _seconds(now - WINDOW)})


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _subjects(client: str, account: str) -> dict[str, int]:
    """Return what attempts are counted by, and how many may be; a name that nobody has may be somebody's password."""
    told = {f"client {client}": OF_CLIENT, f"{client} at {account}": OF_BOTH, f"account {account}": OF_ACCOUNT}
    return {
        hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest(): most for subject, most in told.items()
    }
