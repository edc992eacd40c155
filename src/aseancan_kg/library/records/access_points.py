"""Names by which works are found: a treaty goes by its title and the date of its signature (RDA 6.29.1)."""

import re

from aseancan_kg.library.records.record import Value

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SIGNED = re.compile(rf"\((\d{{4}})(?: ({'|'.join(_MONTHS)})(?: (\d\d?))?)?\)")
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
"""A date of ISO 8601 as precise as known: year, month and day."""


def signing_date(date: str) -> str:
    """Write a date as it stands in the access point of a treaty: `(2015 November 21)`; "" for what is no date."""
    match = DATE.fullmatch(date)
    if not match or not 1 <= int(match[2] or 1) <= len(_MONTHS):
        return ""
    month = _MONTHS[int(match[2]) - 1] if match[2] else ""
    return f"({' '.join(filter(None, (match[1], month, (match[3] or '').lstrip('0'))))})"


def date_signed(written: str) -> str:
    """Return the date that stands in the access point of a treaty: `(2015 November 21)`; "" for anything else."""
    match = _SIGNED.search(written)
    if not match:
        return ""
    year, month, day = match.groups()
    number = f"{_MONTHS.index(month) + 1:02}" if month else ""
    return "-".join(filter(None, (year, number, day and day.zfill(2))))


def access_point(value: Value) -> str:
    """Return the title of a work as it is found by: of what binds in law with its date."""
    date = signing_date(value.date) if value.legal else ""
    return f"{value.text} {date}" if date else value.text
