"""A journal on each of the databases that it may stand on, and what changes it."""

import pytest

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Edit


@pytest.fixture
def url(empty_database, tmp_path) -> str:
    """Return the URL of an empty database."""
    return empty_database(tmp_path)


@pytest.fixture
def journal(url) -> Journal:
    return Journal(Database(url, new=True))


@pytest.fixture
def change() -> Entry:
    edit = Edit("registers/bodies", "asean", {"name": "ASEAN"}, {"name": "Asséan"})
    return Entry("0123456789abcdef", "Ann", "It is so", (edit,), ("<urn:a> <urn:b> <urn:c> <urn:g> .\n",), ())
