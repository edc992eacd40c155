"""How sure it is that a record is a thing there is: measured on the registers themselves and on real variants."""

import csv
from collections import Counter
from pathlib import Path

from aseancan_kg.imports.incoming import Incoming, cells
from aseancan_kg.imports.things import Things
from aseancan_kg.namespaces import ID

VARIANTS = Path(__file__).parents[1] / "library" / "reconciliation" / "variants.csv"
RECALL = 0.97
MOST_ASKED = 1 / 3


def test_an_instrument_never_passes_for_another_and_few_are_asked_for(existing):
    asked = 0
    for path, row in existing.rows.items():
        without = {column: cell for column, cell in row.typed.items() if column not in {"slug", "wikidata", "url"}}
        found = existing.things.like(Incoming(2, cells(without)))
        assert [one.thing for one in found if one.certain] in ([path], []), path
        assert path in {one.thing for one in found}
        asked += any(one.thing != path for one in found)
    assert asked / len(existing.rows) < MOST_ASKED


def test_another_name_of_an_instrument_does_not_bring_it_in_again(existing):
    rows = [
        row
        for row in csv.DictReader(VARIANTS.read_text(encoding="utf-8").splitlines())
        if f"{ID}instrument/" in row["expected"]
    ]
    missed, wrong = [], []
    for row in rows:
        path = row["expected"].removeprefix(ID)
        adopted = existing.rows[path].typed["adopted"]
        found = existing.things.like(Incoming(2, cells({"title": row["name"], "adopted": adopted})))
        if path not in {one.thing for one in found}:
            missed.append(row["name"])
        wrong += [(row["name"], one.thing) for one in found if one.certain and one.thing != path]
    assert wrong == []
    assert len(missed) <= (1 - RECALL) * len(rows), missed


def test_the_records_of_a_file_are_compared_with_each_other():
    titles = ["Pact on Fog", "Pact on fog", "Pact on Frost", "Pact on Fog 2020", "Pact on Fog 2030", "…"]
    records = [Incoming(number, cells({"title": title})) for number, title in enumerate(titles, start=2)]
    among = Things.of_file(records)
    found = {record.number: {one.thing for one in among.like(record)} for record in records}
    assert "row/3" in found[2]
    assert "row/2" in found[3]
    assert "row/5" not in found[6]
    assert found[7] == set()
    assert not Counter(one for ones in found.values() for one in ones)["row/7"]
