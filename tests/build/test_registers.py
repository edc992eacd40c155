import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aseancan_kg import settings
from aseancan_kg.build import registers
from aseancan_kg.build.columns import REGISTERS
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.values import PartialDate, Reference, Url
from aseancan_kg.errors import InputError, RegisterError

Rows = Mapping[str, list[dict[str, str]]]
EVIDENCE = {"sources": "https://asean.org/", "confidence": "high"}
CODES = [
    ("confidence", "high"),
    ("instrument-kind", "treaty"),
    ("state-group-kind", "group"),
    ("body-kind", "organisation"),
    ("name-kind", "variant"),
]
SMALL: Rows = {
    "concepts": [
        {"scheme": scheme, "code": code, "label": code, "definition": code, "source": "project"}
        for scheme, code in CODES
    ],
    "instruments": [
        {"slug": "old-treaty", "title": "Old Treaty", "kind": "treaty", "adopted": "1976-02-24", **EVIDENCE},
        {
            "slug": "new-treaty",
            "title": "New Treaty, “revised”",
            "kind": "treaty",
            "adopted": "2016-09",
            "supersedes": "instrument/old-treaty",
            "parties": "state/canada | state/malaysia",
            **EVIDENCE,
        },
    ],
    "states": [{"slug": slug, "name": slug.title(), **EVIDENCE} for slug in ("canada", "malaysia")],
    "names": [{"entity": "instrument/old-treaty", "name": "Treaty of 1976", "kind": "variant", **EVIDENCE}],
    "rivals": [{"entity": "instrument/old-treaty", "column": "adopted", "value": "1976-02-25", **EVIDENCE}],
}


def write(directory: Path, rows: Rows = SMALL, encoding: str = "utf-8") -> Path:
    for name, (_, columns) in REGISTERS.items():
        with (directory / f"{name}.csv").open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, list(columns), restval="")
            writer.writeheader()
            writer.writerows(rows.get(name, []))
    return directory


def changed(register: str, row: int, **cells: str) -> Rows:
    rows = {name: [dict(each) for each in table] for name, table in SMALL.items()}
    rows[register][row].update(cells)
    return rows


def read(directory: Path) -> Registers:
    return registers.read(directory, frozenset({"plan-of-action-2021-2025"}))


def test_rows_become_typed_cells_that_know_their_place(tmp_path: Path) -> None:
    tables = read(write(tmp_path))
    assert tables.faults == ()
    row = tables.rows["instruments"][1]
    assert (row.kind, row.slug, row.one("adopted")) == ("instrument", "new-treaty", PartialDate("2016-09"))
    assert row.cells["parties"] == (Reference("state", "canada"), Reference("state", "malaysia"))
    assert row.cells["sources"] == (Url("https://asean.org/"),)
    assert row.one("wikidata") is None
    assert str(row.place_of("adopted")) == f"{tmp_path / 'instruments.csv'}, row 3, column adopted"


def test_a_byte_order_mark_from_a_spreadsheet_is_accepted(tmp_path: Path) -> None:
    assert read(write(tmp_path, encoding="utf-8-sig")).faults == ()


@pytest.mark.parametrize(
    ("rows", "place", "message"),
    [
        (changed("instruments", 0, adopted="24 Feb 1976"), "row 2, column adopted", "is not a date"),
        (changed("instruments", 0, title=""), "row 2, column title", "the cell is empty"),
        (changed("instruments", 1, slug="old-treaty"), "row 3", "stands in row 2 already"),
        (changed("instruments", 1, supersedes="instrument/none"), "row 3, column supersedes", "is in no register"),
        (changed("instruments", 1, parties="person/mary-ng"), "row 3, column parties", "takes state"),
        (changed("instruments", 1, parties="state/canada | state/canada"), "column parties", "stands here twice"),
        (changed("instruments", 1, parties="state/canada |state/malaysia"), "column parties", "is not a reference"),
        (changed("instruments", 0, kind="pact"), "row 2, column kind", "is not a known code"),
        (changed("instruments", 0, sources=""), "row 2, column sources", "the cell is empty"),
        (changed("instruments", 0, sources="source/lost"), "row 2, column sources", "is in no register"),
        (changed("instruments", 0, supersedes="instrument/new-treaty"), "row 2, column supersedes", "above itself"),
        (changed("instruments", 0, phase_of="instrument/old-treaty"), "column phase_of", "above itself"),
        (changed("rivals", 0, column="colour"), "row 2, column value", "has no column “colour”"),
        (changed("rivals", 0, value="last year"), "row 2, column value", "is not a date"),
        (changed("names", 0, entity="instrument/none"), "row 2, column entity", "is in no register"),
        (changed("concepts", 1, scheme="confidence", code="high"), "row 3", "stands in row 2 already"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, rows: Rows, place: str, message: str) -> None:
    faults = [str(fault) for fault in read(write(tmp_path, rows)).faults]
    assert [fault for fault in faults if place in fault and message in fault], faults


def test_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path) / "states.csv"
    path.write_text(path.read_text(encoding="utf-8") + ",,,,,,,,\n\n", encoding="utf-8")
    assert read(tmp_path).faults == ()


def test_every_fault_is_reported_not_only_the_first(tmp_path: Path) -> None:
    rows = changed("instruments", 0, adopted="1976-02-30", url="asean.org", acronym=" TAC", kind="pact")
    assert len(read(write(tmp_path, rows)).faults) == 4


def test_a_short_row_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(tmp_path) / "states.csv"
    path.write_text(path.read_text(encoding="utf-8") + "laos,Lao PDR\n", encoding="utf-8")
    tables = read(tmp_path)
    assert [row.slug for row in tables.rows["states"]] == ["canada", "malaysia"]
    assert [str(fault) for fault in tables.faults] == [
        f"{path}, row 4: 2 cells where the header has {len(REGISTERS['states'][1])}. "
        "Quote a cell that holds a comma; fill up missing cells."
    ]


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda path: path.unlink(), InputError, "No such file"),
        (lambda path: path.write_bytes(b"slug;name\n"), RegisterError, "separated by semicolons"),
        (lambda path: path.write_bytes(b""), RegisterError, "the file is empty"),
        (lambda path: path.write_bytes(b"slug,name,colour\n"), RegisterError, "columns unknown: colour"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\xff\n"), RegisterError, "is not UTF-8"),
        (lambda path: path.write_bytes(path.read_bytes() + b'a,"b'), RegisterError, "row 4: this is not CSV"),
    ],
)
def test_a_broken_file_stops_with_its_place_and_a_remedy(
    tmp_path: Path, spoil: Callable[[Path], object], error: type[InputError], message: str
) -> None:
    path = write(tmp_path) / "states.csv"
    spoil(path)
    with pytest.raises(error, match=message) as caught:
        read(tmp_path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def real() -> Registers:
    directory = settings.resources() / "data"
    slugs = frozenset(path.stem for path in (directory / "sources").glob("*.toml"))
    return registers.read(directory / "registers", slugs)


@pytest.mark.parametrize("register", REGISTERS)
def test_the_real_register_has_no_fault(register: str) -> None:
    tables = real()
    assert tables.rows[register]
    assert [str(fault) for fault in tables.faults if f"{register}.csv" in str(fault.place)] == []
