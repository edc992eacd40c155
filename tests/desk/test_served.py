"""The dataset that is served: a release and the changes of the journal."""

from dataclasses import replace

import pytest

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.desk.served import Changed
from aseancan_kg.errors import InvalidData

BASE, NEXT = "0123456789abcdef", "fedcba9876543210"
OLD, NEW = '<urn:a> <urn:p> "old" <urn:g> .\n', '<urn:a> <urn:p> "new" <urn:g> .\n'
DATASET = "<https://w3id.org/aseancan/dataset> <http://purl.org/dc/terms/modified>"
OTHER = '<urn:b> <urn:p> "\u2028 ends no line" <urn:g> .\n'


@pytest.fixture
def journal(tmp_path):
    return Journal(Database(f"sqlite:///{tmp_path}/journal.sqlite", new=True))


@pytest.fixture
def changed(journal, tmp_path):
    return Changed(journal, tmp_path / "desk")


def undated(file):
    return "".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith(DATASET))


def release(tmp_path, *lines, version=BASE):
    file = tmp_path / f"aseancan-{version}.nq"
    file.write_text("".join(lines))
    return file


def test_without_changes_the_release_is_served(changed, tmp_path):
    file = release(tmp_path, OLD, OTHER)
    assert changed.materialise(file) == file
    assert not changed.is_newer(BASE)


def test_changes_make_another_dataset_and_its_version_names_it(changed, journal, change, tmp_path):
    file = release(tmp_path, OLD, OTHER)
    journal.append(replace(change, added=(NEW,), removed=(OLD,)), 0)
    assert changed.is_newer(BASE)
    made = changed.materialise(file)
    assert made.name == f"aseancan-{BASE}+1.nq"
    assert undated(made) == NEW + OTHER
    assert not changed.is_newer(f"{BASE}+1")
    journal.append(replace(change, added=(OLD,), removed=(NEW,)), 1)
    assert undated(changed.materialise(file)) == OLD + OTHER
    assert file.read_text() == OLD + OTHER


@pytest.mark.parametrize(("added", "removed"), [((OLD,), ()), ((), (NEW,))])
def test_a_change_that_does_not_fit_the_release_is_refused(changed, journal, change, tmp_path, added, removed):
    journal.append(replace(change, added=added, removed=removed), 0)
    with pytest.raises(InvalidData, match="entry 1 of the journal does not fit"):
        changed.materialise(release(tmp_path, OLD))


def test_the_next_release_has_to_contain_what_was_changed(changed, journal, change, tmp_path):
    journal.append(replace(change, added=(NEW,), removed=(OLD,), reason="A mistake"), 0)
    with pytest.raises(InvalidData, match=r"entry 1 of the journal \(A mistake\) is not in this release.*desk export"):
        changed.materialise(release(tmp_path, OLD, OTHER, version=NEXT))
    contained = release(tmp_path, NEW, OTHER, version=NEXT)
    assert changed.materialise(contained) == contained
    journal.append(replace(change, base=NEXT, added=(), removed=(OTHER,)), 1)
    made = changed.materialise(contained)
    assert (made.name, undated(made)) == (f"aseancan-{NEXT}+2.nq", NEW)


def test_what_is_changed_has_the_day_of_its_change(changed, journal, change, tmp_path):
    def day(document, name, day):
        graph = "description" if document == "dataset" else "history"
        node, term = f"<https://w3id.org/aseancan/{document}>", f"<http://purl.org/dc/terms/{name}>"
        date = f'"{day}"^^<http://www.w3.org/2001/XMLSchema#date>'
        return f"{node} {term} {date} <https://w3id.org/aseancan/graph/{graph}> .\n"

    def fact(path):
        return f'<https://w3id.org/aseancan/id/{path}> <urn:p> "x" <urn:g> .\n'

    before = [day("dataset", "modified", "2020-01-01"), day("doc/body/a", "created", "2020-01-01")]
    before += [day(f"doc/body/{name}", "modified", "2020-01-01") for name in "ac"]
    lines = fact("body/a"), fact("body/b"), fact("assertion/body/c/name")
    entry = journal.append(replace(change, added=lines, removed=()), 0)
    made = changed.materialise(release(tmp_path, *before)).read_text().splitlines(keepends=True)
    today = entry.at[:10]
    assert set(made) - set(lines) == {
        day("dataset", "modified", today),
        day("doc/body/a", "created", "2020-01-01"),
        day("doc/body/a", "modified", today),
        day("doc/body/b", "created", today),
        day("doc/body/b", "modified", today),
        day("doc/body/c", "modified", "2020-01-01"),
    }


def test_the_files_of_old_versions_go(changed, journal, change, tmp_path):
    file = release(tmp_path, OTHER)
    for number in range(8):
        lines = {"added": (NEW,), "removed": ()} if number % 2 == 0 else {"added": (), "removed": (NEW,)}
        journal.append(replace(change, **lines), number)
        changed.materialise(file)
    assert len(list((tmp_path / "desk").iterdir())) == 4
    assert (tmp_path / "desk" / f"aseancan-{BASE}+8.nq").exists()
