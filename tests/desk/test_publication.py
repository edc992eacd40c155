"""Publishing changes from several desks that share a journal."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from aseancan_kg import settings
from aseancan_kg.desk.composition import Composer
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.desk.publication import Desk
from aseancan_kg.edits import IDENTIFIERS, difference
from aseancan_kg.errors import Conflict, InvalidData

TABLE = "registers/instruments"
KEYS = ("actip-2015", "apaec-2016-2025")


@pytest.mark.proof
def test_a_withdrawal_is_taken_back_although_it_was_told_otherwise_since(tmp_path):
    journal, bodies, identifiers = (
        Journal(Database(f"sqlite:///{tmp_path}/j", new=True)),
        "registers/bodies",
        IDENTIFIERS,
    )
    with Composer(settings.resources(), settings.dataset_version()) as composer:
        desk = Desk(journal, composer)
        row = composer.row(bodies, "iai-task-force")
        entry = desk.publish(composer.withdrawal(bodies, "iai-task-force", ["body/asean"]), "Ann", "Merged")
        key = "id/body/iai-task-force"
        desk.catch_up()
        told = composer.row(identifiers, key)
        desk.publish([difference(identifiers, key, told, {**told, "reason": "It was merged in 2020"})], "Ann", "Year")
        desk.undo(entry.sequence, "Bob", "It goes on")
        desk.catch_up()
        assert (composer.row(bodies, "iai-task-force"), composer.row(identifiers, key)) == (row, None)
        # And that is taken back by a reason of its own, with what stands in its place.
        desk.undo(3, "Bob", "It does not")
        desk.catch_up()
        again = composer.row(identifiers, key)
        assert (again["replacement"], again["reason"]) == ("id/body/asean", "It does not")
        # The rows are as the first entry left them, and yet it is not the last word on them.
        with pytest.raises(Conflict, match="entry 3 took entry 1 back"):
            desk.undo(1, "Bob", "It goes on")


@pytest.mark.proof
def test_desks_that_share_a_journal_lose_no_change_and_follow_each_other(tmp_path):
    url = f"sqlite:///{tmp_path}/journal.sqlite"
    Database(url, new=True)

    def begun(_):
        composer = Composer(settings.resources(), settings.dataset_version())
        return composer, Desk(Journal(Database(url)), composer)

    def published(place):
        composer, desk = begun[place]
        row = composer.row(TABLE, KEYS[place])
        edit = difference(TABLE, KEYS[place], row, {**row, "note": f"From desk {place}"})
        return edit, desk.publish([edit], f"Desk {place}", "Because")

    with ThreadPoolExecutor() as threads:
        begun = list(threads.map(begun, KEYS))
        edits, entries = zip(*threads.map(published, range(len(KEYS))), strict=True)
    journal = Journal(Database(url))
    first, second = journal.after(0)
    assert {entry.author: entry for entry in entries} == {first.author: first, second.author: second}
    assert (first.before, second.before) == (first.base, first.version)
    for composer, desk in begun:
        desk.compose([])
        for place, key in enumerate(KEYS):
            assert composer.row(TABLE, key)["note"] == f"From desk {place}"
    with pytest.raises(Conflict, match=r"note was “.*” and is “From desk 0”"):
        begun[1][1].publish([replace(edits[0], after={"note": "From before"})], "Ann", "Because")

    # As where the tables were edited by hand before the journal was exported: they lack what it takes for granted.
    lost = replace(edits[0], before={"note": "Never so"})
    journal.append(replace(first, edits=(lost,)), 2)
    with pytest.raises(InvalidData, match=r"journal and registers do not fit: actip-2015 in .* was changed meanwhile"):
        begun[0][1].compose([])
    for composer, _ in begun:
        composer.__exit__()
