"""Requests to which a response goes without its body: HEAD, and those whose conditions say so (RFC 9110 §13)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]

HEAD = "aseancan_kg.head"
"""In the scope of a GET that was a HEAD: its body is not sent."""
_LONGEST_DATE = 64


def status(asked: Mapping[bytes, bytes], headers: Headers) -> int:
    """Return the status of a response that would be 200 with these headers: 412, 304 or 200, in the order of §13.2.2.

    `asked` are headers of the request, by name in lower case. Whether a part is sent instead comes after this.
    """
    if required := asked.get(b"if-match"):
        if not _names(required, value_of(headers, b"etag")):
            return 412
    elif _changed(headers, asked.get(b"if-unmodified-since")) is True:
        return 412
    if held := asked.get(b"if-none-match"):  # by the weak comparison of §8.8.3.2
        return 304 if _names(held.replace(b"W/", b""), value_of(headers, b"etag").removeprefix(b"W/")) else 200
    return 304 if _changed(headers, asked.get(b"if-modified-since")) is False else 200


def value_of(headers: Headers, wanted: bytes) -> bytes:
    """Return the value of a header, b"" for one that is not there."""
    for name, value in headers:  # half the time of a generator, and every answer is looked through
        if name == wanted:
            return value
    return b""


def _names(tags: bytes, tag: bytes) -> bool:
    """Tell whether a list of tags has one; a star stands for whatever there is."""
    return tags == tag or not {tag or b"*", b"*"}.isdisjoint(one.strip() for one in tags.split(b","))


def _changed(headers: Headers, since: bytes | None) -> bool | None:
    """Tell whether a response has changed since a date; None where that cannot be known."""
    if not since:
        return None
    then, modified = _moment(since), _moment(value_of(headers, b"last-modified"))
    return modified > then if then and modified else None


@lru_cache(256)
def _moment(value: bytes) -> datetime | None:
    """Read an HTTP date in any of its three forms (RFC 9110 §5.6.7), all of which are in UTC; None for what is none."""
    if len(value) > _LONGEST_DATE:
        return None
    try:
        found = parsedate_to_datetime(value.decode("latin-1"))
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
