"""The desk's office: a composer that cannot start says why, at once from then on, until the tables change."""

import os

import pytest

from aseancan_kg.desk import office as offices
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.office import Office
from aseancan_kg.errors import TablesChanged


@pytest.fixture
def resources(tmp_path):
    """A checkout whose tables cannot be read."""
    (tmp_path / "data" / "registers").mkdir(parents=True)
    (tmp_path / "data" / "registers" / "bodies.csv").write_text("nonsense\n")
    return tmp_path


def test_tables_that_cannot_be_used_are_told_once_they_are_known_at_once(resources, tmp_path, monkeypatch):
    office = Office(Database(f"sqlite:///{tmp_path}/journal.sqlite", new=True), resources, lambda: "0" * 16)
    assert office.refusal is None
    with pytest.raises(TablesChanged, match="the tables cannot be used") as first, office.desk():
        pass
    composer = offices.Composer
    monkeypatch.setattr(offices, "Composer", None)  # it is not asked again
    with pytest.raises(TablesChanged) as again, office.desk():
        pass
    assert str(again.value) == str(first.value) == str(office.refusal)
    (resources / "shapes").mkdir()
    (resources / "shapes" / "records.ttl").touch()  # of which the dataset is made too
    assert office.refusal is None
    (resources / "shapes" / "records.ttl").unlink()
    assert office.refusal
    table = resources / "data" / "registers" / "bodies.csv"
    os.utime(table, ns=(1, table.stat().st_mtime_ns + 10**9))
    assert office.refusal is None
    monkeypatch.setattr(offices, "Composer", composer)
    with pytest.raises(TablesChanged), office.desk():
        pass


def test_what_becomes_right_while_it_is_read_is_read_again(resources, tmp_path, monkeypatch):
    office = Office(Database(f"sqlite:///{tmp_path}/journal.sqlite", new=True), resources, lambda: "0" * 16)

    def slow(*_):
        (resources / "data" / "registers" / "bodies.csv").write_text("slug,name\n")
        raise TablesChanged("the tables cannot be used")

    monkeypatch.setattr(offices, "Composer", slow)
    with pytest.raises(TablesChanged), office.desk():
        pass
    assert office.refusal is None
