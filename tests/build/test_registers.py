from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aseancan_kg.build import registers
from aseancan_kg.build.columns import CODINGS, REGISTERS
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.values import Number, Part, PartialDate, Reference, Url
from aseancan_kg.errors import InputError, RegisterError

PLAN = "plan-of-action-2021-2025"
Rows = Mapping[str, list[dict[str, str]]]
Write = Callable[..., Path]
EVIDENCE = {"sources": "https://asean.org/", "confidence": "high"}
CODES = [
    ("confidence", "high"),
    ("instrument-kind", "treaty"),
    ("state-group-kind", "group"),
    ("body-kind", "organisation"),
    ("name-kind", "variant"),
    ("coder", "first-reading"),
    ("firmness", "firm"),
]
MENTION = {"part": "action/1.2.6", "quote": "treaty", "entity": "instrument/old-treaty", "relation": "references"}
CODING = {
    "coder": "first-reading",
    "clause": "1.2.6/1",
    "scheme": "firmness",
    "value": "firm",
    "rationale": "No doubt.",
}
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
    "alignments": [
        {"concept": "confidence/high", "relation": "closeMatch", "target": "https://w3.org/high", **EVIDENCE}
        | {"checked": "2026-11-23"}
    ],
    "mentions": [
        MENTION | {"occurrence": occurrence, "decision": "accepted", "confidence": "high"} for occurrence in "12"
    ],
    "codings": [CODING | {"words": "with | and", "confidence": "high"}],
}


def changed(register: str, row: int, **cells: str) -> Rows:
    rows = {name: [dict(each) for each in table] for name, table in SMALL.items()}
    rows[register][row].update(cells)
    return rows


def read(data: Path) -> Registers:
    return registers.read(data, frozenset({PLAN}))


def test_rows_become_typed_cells_that_know_their_place(write: Write, tmp_path: Path) -> None:
    tables = read(write(tmp_path, SMALL))
    assert tables.faults == ()
    row = tables.rows["instruments"][1]
    assert (row.kind, row.slug, row.one("adopted")) == ("instrument", "new-treaty", PartialDate("2016-09"))
    assert row.cells["parties"] == (Reference("state", "canada"), Reference("state", "malaysia"))
    assert row.cells["sources"] == (Url("https://asean.org/"),)
    assert row.one("wikidata") is None
    assert str(row.place_of("adopted")) == f"{tmp_path / 'registers' / 'instruments.csv'}, row 3, column adopted"


def test_codings_stand_beside_the_registers_by_edition(write: Write, tmp_path: Path) -> None:
    tables = read(write(tmp_path, SMALL))
    first, second = tables.named(PLAN, "mentions")
    assert (first.one("part"), first.one("occurrence")) == (Part("action/1.2.6"), Number(1))
    assert second.locator == f"data/codings/{PLAN}/mentions.csv#action/1.2.6 · treaty · 2"
    (coding,) = tables.named(PLAN, "codings")
    assert coding.one("clause") == Part("action/1.2.6/clause/1")
    assert (coding.written("words"), coding.all_written("words")) == ("with", ("with", "and"))
    assert tables.named(PLAN, "topics") == tables.named("another-edition", "mentions") == ()
    assert {row.kind for row in tables}.isdisjoint({"mention", "coding"})
    assert sum(map(len, tables.tables)) == sum(map(len, SMALL.values()))


@pytest.mark.parametrize(
    ("register", "row", "key"),
    [
        ("states", 0, "canada"),
        ("names", 0, "instrument/old-treaty · Treaty of 1976 · variant"),
        ("rivals", 0, "instrument/old-treaty · adopted · 1976-02-25"),
        ("concepts", 0, "confidence · high"),
        ("alignments", 0, "confidence/high · closeMatch · https://w3.org/high"),
    ],
)
def test_every_row_can_be_found_again(write: Write, tmp_path: Path, register: str, row: int, key: str) -> None:
    assert read(write(tmp_path, SMALL)).rows[register][row].locator == f"data/registers/{register}.csv#{key}"


@pytest.mark.parametrize(
    ("stray", "message"),
    [
        (f"{PLAN}/colours.csv", "there is no table “colours”. Tables of codings are mentions.csv, clauses.csv"),
        ("plan-of-2015/mentions.csv", "“plan-of-2015” is no edition. Put it into a folder named as a document of"),
    ],
)
def test_a_table_of_codings_that_belongs_to_nothing_is_a_fault(
    write: Write, tmp_path: Path, stray: str, message: str
) -> None:
    path = write(tmp_path, SMALL) / "codings" / stray
    path.parent.mkdir(exist_ok=True)
    path.touch()
    (fault,) = read(tmp_path).faults
    assert str(fault).startswith(f"{path}: {message}")


def test_a_byte_order_mark_from_a_spreadsheet_is_accepted(write: Write, tmp_path: Path) -> None:
    assert read(write(tmp_path, SMALL, encoding="utf-8-sig")).faults == ()


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
        (changed("rivals", 0, column="colour"), "row 2, column column", "sources tell no “colour” that may differ"),
        (changed("rivals", 0, column="slug"), "row 2, column column", "sources tell no “slug” that may differ"),
        (changed("rivals", 0, column="note"), "row 2, column column", "sources tell no “note” that may differ"),
        (changed("rivals", 0, value="last year"), "row 2, column value", "is not a date"),
        (changed("names", 0, entity="instrument/none"), "row 2, column entity", "is in no register"),
        (changed("concepts", 1, scheme="confidence", code="high"), "row 3", "stands in row 2 already"),
        (changed("concepts", 0, broader="low | high"), "row 2, column broader", "“low” is not a known code"),
        (changed("concepts", 0, related="treaty"), "row 2, column related", "“treaty” is not a known code"),
        (changed("alignments", 0, concept="high"), "row 2, column concept", "write scheme/code"),
        (changed("alignments", 0, concept="confidence/low"), "row 2, column concept", "“low” is not a known code"),
        (changed("alignments", 0, relation="matches"), "row 2, column relation", "write one of closeMatch"),
        (changed("alignments", 0, checked=""), "row 2, column checked", "the cell is empty"),
        (changed("mentions", 0, part="1.2.6"), "row 2, column part", "is not a part of a plan"),
        (changed("mentions", 0, entity="body/none"), "row 2, column entity", "“body/none” is in no register"),
        (changed("mentions", 0, relation="likes"), "row 2, column relation", "write one of supportsImplementationOf"),
        (changed("mentions", 0, decision="perhaps"), "row 2, column decision", "write one of accepted, rejected"),
        (changed("mentions", 1, occurrence="1"), "row 3", "stands in row 2 already"),
        (changed("codings", 0, clause="1.2.6"), "row 2, column clause", "is not a clause"),
        (changed("codings", 0, scheme="colour"), "row 2, column scheme", "write one of direction"),
        (changed("codings", 0, value="vague"), "row 2, column value", "“vague” is not a known code"),
        (changed("codings", 0, rationale=""), "row 2, column rationale", "the cell is empty"),
    ],
)
def test_a_fault_is_named_by_row_and_column(write: Write, tmp_path: Path, rows: Rows, place: str, message: str) -> None:
    faults = [str(fault) for fault in read(write(tmp_path, rows)).faults]
    assert [fault for fault in faults if place in fault and message in fault], faults


def test_empty_rows_are_passed_over(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, SMALL) / "registers" / "states.csv"
    path.write_text(path.read_text(encoding="utf-8") + ",,,,,,,,\n\n", encoding="utf-8")
    assert read(tmp_path).faults == ()


def test_every_fault_is_reported_not_only_the_first(write: Write, tmp_path: Path) -> None:
    rows = changed("instruments", 0, adopted="1976-02-30", url="asean.org", acronym=" TAC", kind="pact")
    assert len(read(write(tmp_path, rows)).faults) == 4


def test_a_short_row_is_a_fault_and_the_others_are_read(write: Write, tmp_path: Path) -> None:
    path = write(tmp_path, SMALL) / "registers" / "states.csv"
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
    write: Write, tmp_path: Path, spoil: Callable[[Path], object], error: type[InputError], message: str
) -> None:
    path = write(tmp_path, SMALL) / "registers" / "states.csv"
    spoil(path)
    with pytest.raises(error, match=message) as caught:
        read(tmp_path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("register", REGISTERS)
def test_the_real_register_has_no_fault(tables: Registers, register: str) -> None:
    assert tables.rows[register]
    assert [str(fault) for fault in tables.faults if f"{register}.csv" in str(fault.place)] == []


@pytest.mark.parametrize("table", CODINGS)
def test_the_real_codings_have_no_fault(tables: Registers, table: str) -> None:
    assert any(codings.get(table) for codings in tables.codings.values())
    assert [str(fault) for fault in tables.faults if f"{table}.csv" in str(fault.place)] == []
