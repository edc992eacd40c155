"""The dataset that is served: a release and the changes of the journal."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.desk.served import Changed
from aseancan_kg.errors import InvalidData
from aseancan_kg.namespaces import DESCRIPTION_GRAPH, HISTORY_GRAPH

BASE, NEXT = "0123456789abcdef", "fedcba9876543210"
OLD, NEW = '<urn:a> <urn:p> "old" <urn:g> .\n', '<urn:a> <urn:p> "new" <urn:g> .\n'
OTHER = '<urn:b> <urn:p> "\u2028 ends no line" <urn:g> .\n'
OURS, DCTERMS, PROV = "https://w3id.org/aseancan/", "http://purl.org/dc/terms/", "http://www.w3.org/ns/prov#"


@pytest.fixture
def journal(tmp_path):
    return Journal(Database(f"sqlite:///{tmp_path}/journal.sqlite", new=True))


@pytest.fixture
def changed(journal, tmp_path):
    return Changed(journal, tmp_path / "desk")


def data(file):
    """Return what a file tells of things."""
    told = (f"<{DESCRIPTION_GRAPH}> .\n", f"<{HISTORY_GRAPH}> .\n")
    return {line for line in lines(file) if not line.endswith(told)}


def lines(file):
    return {f"{line}\n" for line in file.read_text().split("\n")} - {"\n"}


def release(tmp_path, *lines, version=BASE, contained=None):
    file = tmp_path / f"aseancan-{version}.nq"
    node = contained and f"<{OURS}change/{contained.sequence}>"
    mark = [
        f"<{OURS}dataset> <{PROV}wasGeneratedBy> {node} <{HISTORY_GRAPH}> .\n",
        f'{node} <{DCTERMS}identifier> "{contained.digest}" <{HISTORY_GRAPH}> .\n',
    ] if contained else []  # fmt: skip
    file.write_text("".join([*lines, *mark]))
    return file


def forget(tmp_path, statement):
    """Change the journal as no program of ours can."""
    with sa.create_engine(f"sqlite:///{tmp_path}/journal.sqlite", poolclass=sa.NullPool).begin() as connection:
        for event in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS entry_{event}")
        connection.exec_driver_sql(statement)


def test_without_changes_the_release_is_served(changed, tmp_path):
    file = release(tmp_path, OLD, OTHER)
    assert changed.materialise(file) == file
    assert not changed.is_newer(BASE)


def test_changes_make_another_dataset_and_its_version_names_it(changed, journal, change, tmp_path):
    file = release(tmp_path, OLD, OTHER)
    changed.materialise(file)
    journal.append(replace(change, added=(NEW,), removed=(OLD,)), 0)
    assert changed.is_newer(BASE)
    made = changed.materialise(file)
    assert made.name == f"aseancan-{BASE}+1.nq"
    assert data(made) == {NEW, OTHER}
    assert not changed.is_newer(f"{BASE}+1")
    journal.append(replace(change, added=(OLD,), removed=(NEW,)), 1)
    assert changed.is_newer(f"{BASE}+1")
    assert data(changed.materialise(file)) == {OLD, OTHER}
    assert file.read_text() == OLD + OTHER


@pytest.mark.parametrize(("added", "removed"), [((OLD,), ()), ((), (NEW,))])
def test_a_change_that_does_not_fit_the_release_is_refused(changed, journal, change, tmp_path, added, removed):
    journal.append(replace(change, added=added, removed=removed, reason="A mistake"), 0)
    with pytest.raises(InvalidData, match=r"entry 1 of the journal \(A mistake\) does not fit this release.*desk exp"):
        changed.materialise(release(tmp_path, OLD))


def test_a_release_holds_what_it_tells_and_the_rest_is_applied_to_it(changed, journal, change, tmp_path):
    first = journal.append(replace(change, added=(NEW,), removed=(OLD,)), 0)
    contained = release(tmp_path, NEW, OTHER, version=NEXT, contained=first.mark)
    made = changed.materialise(contained)
    assert (made.name, data(made)) == (f"aseancan-{NEXT}.nq", {NEW, OTHER})
    assert not changed.is_newer(NEXT)
    # What was edited by hand since, and a change that was made to the release before this one.
    contained = release(tmp_path, '<urn:a> <urn:p> "by hand" <urn:g> .\n', OTHER, version=NEXT, contained=first.mark)
    journal.append(replace(change, added=(), removed=(OTHER,)), 1)
    made = changed.materialise(contained)
    assert (made.name, data(made)) == (f"aseancan-{NEXT}+2.nq", {'<urn:a> <urn:p> "by hand" <urn:g> .\n'})


def test_a_release_that_holds_another_journal_is_refused(changed, journal, change, tmp_path):
    first = journal.append(replace(change, added=(NEW,)), 0)
    for mark in (replace(first.mark, digest="0" * 64), replace(first.mark, sequence=2)):
        with pytest.raises(InvalidData, match=f"entry {mark.sequence} of the journal is missing or is not what was"):
            changed.materialise(release(tmp_path, OTHER, contained=mark))


@pytest.mark.parametrize("damage", ["DELETE FROM entry WHERE sequence = 2", "UPDATE entry SET digest = 'x'"])
def test_what_was_served_is_not_gone_behind(changed, journal, change, tmp_path, damage):
    file = release(tmp_path, OLD, OTHER)
    for number, line in enumerate((NEW, '<urn:c> <urn:p> "c" <urn:g> .\n')):
        journal.append(replace(change, added=(line,)), number)
    changed.materialise(file)
    forget(tmp_path, damage)
    with pytest.raises(InvalidData, match="entry 2 of the journal is missing or is not what was written"):
        changed.is_newer(f"{BASE}+2")
    for service in (changed, Changed(journal, tmp_path / "desk")):  # the one that runs, and one that is started anew
        with pytest.raises(InvalidData, match="entry 2 of the journal is missing or is not what was written"):
            service.materialise(file)


def test_what_is_changed_has_the_time_of_its_change(changed, journal, change, tmp_path):
    def time(document, name, at):
        graph = DESCRIPTION_GRAPH if document == "dataset" else HISTORY_GRAPH
        kind = "dateTime" if "T" in at else "date"
        date = f'"{at}"^^<http://www.w3.org/2001/XMLSchema#{kind}>'
        return f"<{OURS}{document}> <{DCTERMS}{name}> {date} <{graph}> .\n"

    def fact(path):
        return f'<{OURS}id/{path}> <urn:p> "x" <urn:g> .\n'

    before = [time("dataset", "modified", "2020-01-01"), time("doc/body/a", "created", "2020-01-01")]
    before += [time(f"doc/body/{name}", "modified", "2020-01-01") for name in "acd"]
    before += [time("doc/body/d", "created", "2020-01-01"), fact("body/d")]
    added = fact("body/a"), fact("body/b"), fact("assertion/body/c/name")
    entry = journal.append(replace(change, added=added, removed=(fact("body/d"),)), 0)
    made = lines(changed.materialise(release(tmp_path, *before)))
    now = f"{entry.at[:19]}Z"
    told = {line for line in made if f"<{DCTERMS}modified>" in line or f"<{DCTERMS}created>" in line}
    assert told == {
        time("dataset", "modified", now),
        time("doc/body/a", "created", "2020-01-01"),
        time("doc/body/a", "modified", now),
        time("doc/body/b", "created", now),
        time("doc/body/b", "modified", now),
        time("doc/body/c", "modified", "2020-01-01"),
    }


def test_what_a_release_contains_has_the_day_of_a_later_release_only(changed, journal, change, tmp_path):
    fact = f'<{OURS}id/body/a> <urn:p> "x" <urn:g> .\n'
    entry = journal.append(replace(change, added=(fact,)), 0)
    for day, expected in (("9999-12-31", "9999-12-31"), ("2020-01-01", f"{entry.at[:19]}Z")):
        told = f'<{OURS}doc/body/a> <{DCTERMS}modified> "{day}"^^<urn:date> <{HISTORY_GRAPH}> .\n'
        made = changed.materialise(release(tmp_path, fact, told, contained=entry.mark)).read_text()
        assert f'<{OURS}doc/body/a> <{DCTERMS}modified> "{expected}"' in made
        assert made.count(f"<{OURS}doc/body/a> <{DCTERMS}modified>") == 1


def test_the_files_of_old_versions_go_but_for_the_one_that_is_served(changed, journal, change, tmp_path):
    file = release(tmp_path, OTHER)
    for number in range(8):
        lines = {"added": (NEW,), "removed": ()} if number % 2 == 0 else {"added": (), "removed": (NEW,)}
        journal.append(replace(change, **lines), number)
        changed.materialise(file)
        if number == 0:
            changed.is_newer(f"{BASE}+1")
    kept = {one.name for one in (tmp_path / "desk").glob("*/*.nq")}
    assert kept == {f"aseancan-{BASE}+{number}.nq" for number in (1, 5, 6, 7, 8)}


SERVICE = """
import sys, time
from pathlib import Path
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.desk.served import Changed

directory = Path(sys.argv[1])
changed = Changed(Journal(Database(f"sqlite:///{directory}/journal.sqlite")), directory / "desk")
print(changed.materialise(directory / sys.argv[2]), flush=True)
time.sleep(60)
"""


def test_services_that_share_a_directory_leave_each_other_s_files(changed, journal, change, tmp_path):
    file = release(tmp_path, OTHER)
    journal.append(replace(change, added=(NEW,)), 0)
    own = changed.materialise(file)
    command = [sys.executable, "-c", SERVICE, tmp_path, file.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as other:
        try:
            theirs = other.stdout.readline().strip()
            assert own.is_file()
            os.kill(other.pid, signal.SIGKILL)
        finally:
            other.kill()
    assert os.path.exists(theirs)
    Changed(journal, tmp_path / "desk").materialise(file)
    assert own.is_file()
    assert not os.path.exists(theirs)
