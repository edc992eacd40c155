"""The tables of a dataset: what the graph says, in order and in words, and nothing else."""

import re
from collections import Counter

import pytest

from aseancan_kg import settings
from aseancan_kg.library.tables import tables
from aseancan_kg.library.tables.schema import SEPARATOR, Kind
from aseancan_kg.library.tables.tables import MATRIX, TABLES, counts, read
from aseancan_kg.namespaces import ID, SCHEME, with_prefixes
from aseancan_kg.store.embedded import EmbeddedStore

# What the sources hold, counted by hand; Stata's words are from its manual, [U] 11.3.
KNOWN = {"sections": 32, "actions": 106, "instruments": 120, "memberships": 11, "states": 12}
RESERVED = re.compile(
    r"_all|_b|_coef|_cons|_n|_N|_pi|_pred|_rc|_skip|byte|double|float|if|in|int|long|str\d+|strL|using|with"
)


@pytest.fixture(scope="module")
def store():
    return EmbeddedStore.from_files([settings.dataset_file()], union_default_graph=True)


@pytest.fixture(scope="module")
def made(store):
    return read(store)


def cells(filled):
    """Yield each cell with its column; one with several values for each of them."""
    for row in filled.rows:
        for column, cell in zip(filled.table.columns, row, strict=True):
            for value in str(cell).split(SEPARATOR) if cell is not None and column.many else [cell]:
                yield column, value


def test_every_name_is_one_that_stata_takes(made):
    names = [name for filled in made.filled.values() for name in (column.name for column in filled.table.columns)]
    assert len(names) > 400
    for name in [*names, *made.filled]:
        assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,31}", name), name
        assert not RESERVED.fullmatch(name)
    for filled in made.filled.values():
        columns = [column.name for column in filled.table.columns]
        assert len(columns) == len(set(columns))


def test_every_column_is_explained(made):
    for filled in made.filled.values():
        for column in filled.table.columns:
            assert column.title, (filled.table.name, column.name)
            assert column.description, (filled.table.name, column.name)
            assert column.blank


def test_words_are_those_of_the_ontology_where_a_column_has_none(made, store):
    column = next(each for each in made.filled["clauses"].table.columns if each.name == "firmness")
    (row,) = store.rows(with_prefixes("SELECT ?said WHERE { ac:firmness skos:definition ?said }"))
    assert column.description == row["said"].value
    assert column.title == "firmness"


def test_tables_have_the_rows_that_queries_count(made, store):
    assert {name: len(filled.rows) for name, filled in made.filled.items()} == counts(store)
    assert {name: len(made.filled[name].rows) for name in KNOWN} == KNOWN
    assert len(made.filled) == len(TABLES) + 1
    (row,) = store.rows(with_prefixes("SELECT (COUNT(DISTINCT ?one) AS ?n) WHERE { ?one a ac:Coding }"))
    assert len(made.filled["codings"].rows) == int(row["n"].value)


def test_chapters_have_the_actions_of_the_plan(made):
    found = Counter(made.filled["actions"].column("chapter"))
    assert found == {"1": 27, "2": 36, "3": 27, "4": 8, "5": 2, "6": 2, "7": 1, "8": 3}


def test_no_iri_stands_in_a_table_that_the_graph_does_not_know(made, store):
    known = set()
    for quad in store.quads():
        known |= {quad.subject.value, quad.predicate.value, quad.object.value}
    asked = 0
    for filled in made.filled.values():
        for column, value in cells(filled):
            if column.kind is Kind.iri and value is not None:
                asked += 1
                assert value in known, (filled.table.name, column.name)
    assert asked > 30_000


def test_joins_close(made):
    keys = {name: set(filled.column(filled.table.key[0])) for name, filled in made.filled.items()}
    joined = Counter()
    for name, filled in made.filled.items():
        for column, value in cells(filled):
            if column.refers and value is not None:
                joined[name] += 1
                assert value in keys[column.refers], (name, column.name, value)
    assert {"actions", "clauses", "codings", "mentions", "edges", "memberships", "statements"} <= joined.keys()


def test_keys_tell_rows_apart(made):
    for filled in made.filled.values():
        keys = [*zip(*map(filled.column, filled.table.key), strict=True)]
        assert len(keys) == len(set(keys))
        assert all(all(part for part in key) for key in keys)


def test_codes_are_in_their_lists_and_numbered_by_them(made):
    for filled in made.filled.values():
        for column, value in cells(filled):
            if column.codes and value is not None:
                assert value in made.codes[column.codes], (filled.table.name, column.name)
    codes = made.filled["codes"]
    for name, number, code in zip(*map(codes.column, ("code_list", "number", "code")), strict=True):
        assert made.codes[name][code] == number


def test_rows_are_in_the_order_of_the_text(made):
    numbers = made.filled["actions"].column("number")
    assert numbers.index("1.2.2") < numbers.index("1.2.7") < numbers.index("2.1.1")
    assert made.filled["actions"].column("ordinal") == [*range(1, 107)]


def test_dates_are_as_precise_as_known(made):
    filled = made.filled["instruments"]
    names = ("adopted", "adopted_precision", "adopted_earliest", "adopted_latest")
    dates = {row for row in zip(*map(filled.column, names), strict=True) if row[0]}
    assert ("2020-09-10", "day", "2020-09-10", "2020-09-10") in dates
    assert {precision for _, precision, _, _ in dates} == {"day", "month", "year"}
    for text, precision, earliest, latest in dates:
        assert len(text) == {"day": 10, "month": 7, "year": 4}[precision]
        assert earliest.startswith(text)
        assert latest.startswith(text)


def test_parts_have_the_instrument_that_they_are_of(made):
    filled = made.filled["instruments"]
    parts = dict(zip(filled.column("instrument"), filled.column("part_of"), strict=True))
    assert parts[f"{ID}instrument/apsc-strategic-plan"] == f"{ID}instrument/asean-2045-our-shared-future"
    assert sum(map(bool, parts.values())) == 12


def test_labels_stand_beside_iris(made, store):
    filled = made.filled["memberships"]
    pairs = dict(zip(filled.column("member"), filled.column("member_label"), strict=True))
    assert pairs[f"{ID}state/lao-pdr"] == "Lao People's Democratic Republic"
    filled = made.filled["instruments"]
    several = [
        (iris.split(SEPARATOR), labels.split(SEPARATOR))
        for iris, labels in zip(filled.column("parties"), filled.column("parties_label"), strict=True)
        if iris
    ]
    assert max(len(iris) for iris, _ in several) > 5
    known = store.labels({iri for iris, _ in several for iri in iris})
    assert all(labels == [known[iri].value for iri in iris] for iris, labels in several)


def test_an_action_that_names_no_topic_is_blank_not_zero(made):
    assert made.filled["actions"].column("topics").count(None) == 1


def test_the_matrix_counts_the_topics_of_actions(made, store):
    matrix = made.filled[MATRIX.name]
    (row,) = store.rows(with_prefixes("SELECT (COUNT(*) AS ?n) WHERE { ?action a ac:Action ; ac:topic ?topic }"))
    assert sum(sum(row[2:]) for row in matrix.rows) == int(row["n"].value)
    listed = len(made.codes["topic"])
    assert {len(row) for row in matrix.rows} == {2 + listed}
    climate = dict(zip(matrix.column("number"), matrix.column("t_climate_change"), strict=True))
    named = store.rows(
        with_prefixes(
            f"SELECT ?n WHERE {{ ?a a ac:Action ; ac:topic <{SCHEME}topic/climate-change> ; skos:notation ?n }}"
        )
    )
    assert {number for number, names in climate.items() if names} == {row["n"].value for row in named} != set()


def test_an_edge_is_not_said_twice(made):
    filled = made.filled["edges"]
    assert "supersededBy" not in filled.column("relation")
    pairs = {}
    for source, relation, target in zip(*map(filled.column, ("source", "relation", "target")), strict=True):
        pairs.setdefault((source, target), set()).add(relation)
    assert not any("mentions" in relations and len(relations) > 1 for relations in pairs.values())


DATA = """
@prefix ac: <https://w3id.org/aseancan/ont#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/aseancan/id/> .
"""


@pytest.fixture
def table(tmp_path):
    """Return what reads one table of a few triples as dictionaries."""

    def table(triples, name):
        file = tmp_path / "data.ttl"
        file.write_text(DATA + triples, encoding="utf-8")
        filled = tables.read(EmbeddedStore.from_files([file], union_default_graph=True)).filled
        if name not in filled:
            return None
        return [
            dict(zip((column.name for column in filled[name].table.columns), row, strict=True))
            for row in filled[name].rows
        ]

    return table


def test_data_that_stand_in_named_graphs_have_the_same_tables(tmp_path):
    file = tmp_path / "data.trig"
    graphs = "<one> { <a> a ac:Instrument ; ac:kind <k> } <two> { <a> a ac:Instrument . <k> skos:notation 'pact' }"
    file.write_text(DATA + graphs, encoding="utf-8")
    apart, merged = (EmbeddedStore.from_files([file], union_default_graph=union) for union in (False, True))
    assert read(apart).filled == read(merged).filled
    assert counts(apart) == counts(merged) == {"instruments": 1, "things": 1}
    file.write_text(DATA + "".join(f"<g{number}> {{ <a> a ac:Instrument }}" for number in range(51)), encoding="utf-8")
    assert counts(EmbeddedStore.from_files([file], union_default_graph=False)) == {}  # the engine would take too long


def test_a_dataset_without_any_such_thing_has_no_tables(table):
    assert table("<a> <b> <c> .", "instruments") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"1000000000000000000000000000000"', None),
        ('"9007199254740993"^^xsd:integer', None),
        ('"9007199254740992"^^xsd:integer', 2**53),
        ('"first"', None),
        ('"٣"', None),
        ('" 7 "', None),
        ('"-7"', -7),
    ],
)
def test_what_is_no_whole_number_that_every_format_holds_is_left_out(table, written, read):
    (row,) = table(f"<a> a ac:Action ; ac:ordinal {written} .", "actions")
    assert row["ordinal"] == read


@pytest.mark.parametrize("written", ["2020-02-30", "2020", "-0044-03-15", "20200910", "2020-09-10Z", "soon"])
def test_what_is_no_day_of_the_calendar_is_left_out(table, written):
    (row,) = table(f'<a> a ac:Instrument ; ac:adoptedEarliest "{written}"^^xsd:date .', "instruments")
    assert row["adopted_earliest"] is None


def test_of_several_values_one_column_has_all_and_another_the_least(table):
    (row,) = table(
        '<a> a ac:Instrument ; ac:adoptedPlace "Hà Nội", "Bangkok" ; skos:altLabel "B10", "B9", "A"@en, "A"@fr .',
        "instruments",
    )
    assert row["adopted_place"] == "Bangkok"
    assert row["other_names"] == "A | B9 | B10"


def test_what_has_no_iri_is_no_row_and_no_value(table):
    rows = table('[] a ac:Instrument . <a> a ac:Instrument ; ac:adoptedBy [ skos:prefLabel "no one" ] .', "instruments")
    assert [(row["instrument"], row["adopted_by"]) for row in rows] == [(f"{ID}a", None)]


def test_characters_that_no_xml_holds_are_replaced_and_line_ends_are_one(table):
    (row,) = table('<a> a ac:Action ; ac:text "a\\u0000\\u0007\\uFFFFb\\r\\nc\\rd\\te" .', "actions")
    assert row["text"] == "a\ufffd\ufffd\ufffdb\nc\nd\te"


def test_topics_whose_short_names_are_alike_have_columns_of_their_own(table):
    long = "a-code-of-more-than-thirty-two-letters"
    topics = "".join(
        f'<../scheme/topic/{code}> skos:inScheme <../scheme/topic> ; skos:notation "{code}" .\n'
        for code in (f"{long}-1", f"{long}-2", "x.y", "x-y")
    )
    (row,) = table(
        f"{topics} <a> a ac:Action ; ac:topic <../scheme/topic/{long}-2>, <../scheme/topic/x-y> .", MATRIX.name
    )
    named = {name for name, cell in row.items() if cell == 1}
    assert len(row) == 2 + 4
    assert len(named) == 2
    assert max(map(len, row)) == 32
