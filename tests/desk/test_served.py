"""The dataset that is served: a release and the changes of the journal."""

import random
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


def data(made):
    """Return what lines tell of things."""
    return {line for line in made if not line.endswith((f"<{DESCRIPTION_GRAPH}> .\n", f"<{HISTORY_GRAPH}> .\n"))}


def lines(file):
    return {f"{line}\n" for line in file.read_text().split("\n")} - {"\n"}


def made(changed, file):
    """Return the version and the lines of what the journal makes of a release."""
    version, found = None, lines(file)
    for patch in changed.follow(file):
        assert found.issuperset(patch.removed)
        assert found.isdisjoint(patch.added)
        version, found = patch.version, found.difference(patch.removed).union(patch.added)
    return version, found


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
    assert made(changed, file) == (BASE, {OLD, OTHER})
    assert not changed.is_newer(BASE)


def test_changes_make_another_dataset_and_its_version_names_it(changed, journal, change, tmp_path):
    file = release(tmp_path, OLD, OTHER)
    changed.follow(file)
    journal.append(replace(change, added=(NEW,), removed=(OLD,)), 0)
    assert changed.is_newer(BASE)
    version, found = made(changed, file)
    assert (version, data(found)) == (f"{BASE}+1", {NEW, OTHER})
    assert not changed.is_newer(f"{BASE}+1")
    journal.append(replace(change, added=(OLD,), removed=(NEW,)), 1)
    assert changed.is_newer(f"{BASE}+1")
    assert data(made(changed, file)[1]) == {OLD, OTHER}
    assert file.read_text() == OLD + OTHER


def test_who_follows_change_by_change_has_what_who_comes_later_has(changed, journal, change, tmp_path):
    """Documents come, go and come again; some changes are of an earlier release."""
    facts = [f'<{OURS}id/body/{name}> <urn:p> "{name}" <urn:g> .\n' for name in "abcd"]
    created = f'<{OURS}doc/body/a> <{DCTERMS}created> "2020-01-01"^^<urn:date> <{HISTORY_GRAPH}> .\n'
    modified = f'<{OURS}dataset> <{DCTERMS}modified> "2020-01-01"^^<urn:date> <{DESCRIPTION_GRAPH}> .\n'
    file, there, chance = release(tmp_path, *facts[:2], created, modified), set(facts[:2]), random.Random(1)
    for number in range(24):
        fact = chance.choice(facts)
        lines = {"added": (fact,), "removed": ()} if fact not in there else {"added": (), "removed": (fact,)}
        journal.append(replace(change, base=chance.choice((BASE, NEXT)), **lines), number)
        there ^= {fact}
        followed = made(changed, file)
        assert followed == made(Changed(journal, tmp_path / "other"), file)
        assert data(followed[1]) == there
        dated = {line.partition(" ")[0] for line in followed[1] if f"<{DCTERMS}created>" in line}
        assert dated == {f"<{OURS}doc/body/{one.split(chr(34))[1]}>" for one in there}


@pytest.mark.parametrize(("added", "removed"), [((OLD,), ()), ((), (NEW,))])
def test_a_change_that_does_not_fit_the_release_is_refused(changed, journal, change, tmp_path, added, removed):
    journal.append(replace(change, added=added, removed=removed, reason="A mistake"), 0)
    with pytest.raises(InvalidData, match=r"entry 1 of the journal \(A mistake\) does not fit this release.*desk exp"):
        changed.follow(release(tmp_path, OLD))


def test_a_release_holds_what_it_tells_and_the_rest_is_applied_to_it(changed, journal, change, tmp_path):
    first = journal.append(replace(change, added=(NEW,), removed=(OLD,)), 0)
    contained = release(tmp_path, NEW, OTHER, version=NEXT, contained=first.mark)
    version, found = made(changed, contained)
    assert (version, data(found)) == (NEXT, {NEW, OTHER})
    assert not changed.is_newer(NEXT)
    # What was edited by hand since, and a change that was made to the release before this one.
    contained = release(tmp_path, '<urn:a> <urn:p> "by hand" <urn:g> .\n', OTHER, version=NEXT, contained=first.mark)
    journal.append(replace(change, added=(), removed=(OTHER,)), 1)
    version, found = made(Changed(journal, tmp_path / "desk"), contained)
    assert (version, data(found)) == (f"{NEXT}+2", {'<urn:a> <urn:p> "by hand" <urn:g> .\n'})


def test_a_release_that_holds_another_journal_is_refused(changed, journal, change, tmp_path):
    first = journal.append(replace(change, added=(NEW,)), 0)
    for mark in (replace(first.mark, digest="0" * 64), replace(first.mark, sequence=2)):
        with pytest.raises(InvalidData, match=f"entry {mark.sequence} of the journal is missing or is not what was"):
            changed.follow(release(tmp_path, OTHER, contained=mark))


@pytest.mark.parametrize("damage", ["DELETE FROM entry WHERE sequence = 2", "UPDATE entry SET digest = 'x'"])
def test_what_was_served_is_not_gone_behind(changed, journal, change, tmp_path, damage):
    file = release(tmp_path, OLD, OTHER)
    for number, line in enumerate((NEW, '<urn:c> <urn:p> "c" <urn:g> .\n')):
        journal.append(replace(change, added=(line,)), number)
    changed.follow(file)
    forget(tmp_path, damage)
    with pytest.raises(InvalidData, match="entry 2 of the journal is missing or is not what was written"):
        changed.is_newer(f"{BASE}+2")
    told = "entry 2 was served here, but entry 2 of the journal is missing or is not what was written"
    for service in (changed, Changed(journal, tmp_path / "desk")):  # the one that runs, and one that is started anew
        with pytest.raises(InvalidData, match=told) as refused:
            service.follow(file)
        assert "desk/served.csv" in refused.value.remedy


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
    _, found = made(changed, release(tmp_path, *before))
    now = f"{entry.at[:19]}Z"
    told = {line for line in found if f"<{DCTERMS}modified>" in line or f"<{DCTERMS}created>" in line}
    assert told == {
        time("dataset", "modified", now),
        time("doc/body/a", "created", "2020-01-01"),
        time("doc/body/a", "modified", now),
        time("doc/body/b", "created", now),
        time("doc/body/b", "modified", now),
        time("doc/body/c", "modified", "2020-01-01"),
    }


def test_grounds_are_part_of_what_a_document_says(changed, journal, change, tmp_path):
    fact, node = f'<{OURS}id/body/a> <urn:p> "x" <urn:g> .\n', f"<{OURS}id/assertion/body/a/name>"
    about = f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> <{OURS}id/body/a> <urn:g> .\n"
    before, after = (f"{node} <http://www.w3.org/ns/prov#hadPrimarySource> <urn:{one}> <urn:g> .\n" for one in "ab")
    file = release(tmp_path, fact, about, before)
    for number, (added, removed) in enumerate([((after,), (before,)), ((), (about, after))]):
        entry = journal.append(replace(change, added=added, removed=removed), number)
        _, found = made(changed, file)
        assert f"<{OURS}doc/body/a> <{DCTERMS}modified>" in "".join(found)
        assert (
            f"<{OURS}doc/body/a> <http://www.w3.org/ns/prov#wasInfluencedBy> <{OURS}change/{entry.sequence}>"
            in "".join(found)
        )


def test_what_a_release_contains_has_the_day_of_a_later_release_only(changed, journal, change, tmp_path):
    fact = f'<{OURS}id/body/a> <urn:p> "x" <urn:g> .\n'
    entry = journal.append(replace(change, added=(fact,)), 0)
    for day, expected in (("9999-12-31", "9999-12-31"), ("2020-01-01", f"{entry.at[:19]}Z")):
        told = f'<{OURS}doc/body/a> <{DCTERMS}modified> "{day}"^^<urn:date> <{HISTORY_GRAPH}> .\n'
        file = release(tmp_path, fact, told, contained=entry.mark)
        _, found = made(Changed(journal, tmp_path / "desk"), file)
        (dated,) = (line for line in found if line.startswith(f"<{OURS}doc/body/a> <{DCTERMS}modified>"))
        assert dated.split('"')[1] == expected
