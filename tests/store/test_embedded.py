"""The dataset in this process's memory."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from aseancan_kg.errors import InputError, SyntaxProblem
from aseancan_kg.mediatypes import CSV, JSON
from aseancan_kg.store import Patch
from aseancan_kg.store.embedded import EmbeddedStore

TINY = Path(__file__).parents[1] / "web" / "tiny.trig"
PLAN_B = "https://w3id.org/aseancan/id/instrument/plan-b"
GRAPH = "https://w3id.org/aseancan/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path):
    """One triple in no graph, and one triple that stands in two graphs."""
    quads = "<http://e/a> <http://e/p> 'x' {} .\n".replace("'x'", '"x"')
    return [
        written(tmp_path / "a.ttl", "<http://e/b> <http://e/p> 1 ."),
        written(tmp_path / "b.nq", quads.format("<http://e/g1>") + quads.format("<http://e/g2>")),
    ]


@pytest.fixture(scope="module")
def tiny():
    return EmbeddedStore.from_files([TINY], union_default_graph=True)


def rows(store, text, *graphs):
    return store.query(text, CSV, *graphs).decode().split("\r\n")[1:-1]


def test_triples_go_to_the_default_graph_and_quads_to_theirs(files):
    store = EmbeddedStore.from_files(files, union_default_graph=False)
    assert rows(store, COUNT) == ["1"]
    assert rows(store, "SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g") == ["http://e/g1", "http://e/g2"]
    assert store.graphs == {"http://e/g1": 1, "http://e/g2": 1}
    assert len(store) == 3


def test_a_merged_default_graph_holds_every_triple_once(files):
    store = EmbeddedStore.from_files(files, union_default_graph=True)
    assert rows(store, COUNT) == ["2"]
    assert rows(store, "SELECT ?n FROM <http://e/g1> { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }") == ["1"]
    assert store.graphs == {"http://e/g1": 1, "http://e/g2": 1}
    assert len(store) == 2


LINE = '<http://e/{}> <http://e/p> "x" <http://e/{}> .\n'


@pytest.mark.parametrize("union", [True, False])
@pytest.mark.parametrize("start", [(), (LINE.format("b", "g1"), LINE.format("b", "g2"))])
def test_a_patched_dataset_is_that_of_a_file_that_holds_the_same(tmp_path, union, start):
    """Also where a triple comes to stand in two graphs, or in one graph less."""
    lines = {LINE.format("a", "g1"), *start}
    patches = [
        Patch("1", (), (LINE.format("a", "g2"), LINE.format("c", "g3"))),
        Patch("2", (LINE.format("a", "g1"),), (LINE.format("d", "g1"),)),
        Patch("3", (LINE.format("a", "g2"), LINE.format("c", "g3")), ()),
    ]
    store = EmbeddedStore.from_files([written(tmp_path / "0.nq", "".join(lines))], union_default_graph=union)
    for patch in patches:
        lines = lines.difference(patch.removed).union(patch.added)
        before = store.copied()
        store, former = before.copied().patched([patch]), store
        assert rows(before, COUNT) == rows(former, COUNT)  # a copy of it was changed
        file = written(tmp_path / f"{patch.version}.nq", "".join(lines))
        same = EmbeddedStore.from_files([file], union_default_graph=union)
        for text in (
            COUNT,
            "SELECT ?s { ?s ?p ?o } ORDER BY ?s",
            "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s",
        ):
            assert rows(store, text) == rows(same, text)
        assert (store.version, store.graphs, len(store)) == (patch.version, same.graphs, len(same))


def test_a_patch_that_takes_away_what_is_not_there_is_refused():
    store = EmbeddedStore.from_files([TINY], union_default_graph=True)
    with pytest.raises(ValueError, match="is not there"):
        store.patched([Patch("1", (LINE.format("a", "g"),), ())])


def test_graphs_of_the_request_replace_the_whole_dataset(files):
    store = EmbeddedStore.from_files(files, union_default_graph=True)
    everywhere = "SELECT ?s ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    assert rows(store, everywhere, ["http://e/g1"]) == ["http://e/a,"]
    assert rows(store, everywhere, [], ["http://e/g2"]) == ["http://e/a,http://e/g2"]
    assert rows(store, "SELECT ?s FROM <http://e/nowhere> { ?s ?p ?o }", ["http://e/g1"]) == ["http://e/a"]
    with pytest.raises(InputError, match="must be an IRI"):
        store.query(COUNT, CSV, ["not an iri"])


def test_blank_nodes_of_two_files_do_not_meet(tmp_path):
    paths = [written(tmp_path / f"{n}.nt", f'_:x <http://e/p> "{n}" .\n') for n in "ab"]
    store = EmbeddedStore.from_files(paths, union_default_graph=False)
    assert rows(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }") == ["2"]


def test_the_version_is_the_hash_in_the_name_else_a_hash_of_the_bytes(tmp_path):
    path = written(tmp_path / "aseancan-0123456789ab.nq", "")
    assert EmbeddedStore.from_files([path], union_default_graph=True).version == "0123456789ab"
    plain = [written(tmp_path / name, "<http://e/a> <http://e/p> 1 .") for name in ("a.ttl", "b.ttl")]
    first, second = (EmbeddedStore.from_files([one], union_default_graph=True).version for one in plain)
    assert first == second
    assert first != EmbeddedStore.from_files(plain, union_default_graph=True).version


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.ttl", b"<http://e/a> <http://e/p>\n  e:x .", SyntaxProblem, "a.ttl, line 2, column 3: "),
        ("a.nq", b"<http://e/a> <http://e/p> <bad iri> .", SyntaxProblem, "a.nq, line 1"),
        ("a.ttl", b"\xff", SyntaxProblem, "UTF-8"),
        ("a.docx", b"", InputError, "'.docx' tells no RDF format"),
        ("a", b"", InputError, "tells no RDF format"),
    ],
)
def test_an_unreadable_file_is_named_with_the_place(tmp_path, name, content, error, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as refusal:
        EmbeddedStore.from_files([tmp_path / name], union_default_graph=False)
    assert message in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nope\.ttl: cannot be read"):
        EmbeddedStore.from_files([tmp_path / "nope.ttl"], union_default_graph=False)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT *\nWHERE { ?s ?p }", 2, 16, "does not parse"),
        ("SELECT * { ?s foo:bar ?o }", 1, 15, "the prefix foo: is not declared. Add a PREFIX line"),
        ("SELECT *\n{ ?s skos:note 'e:x', <e:x> }", 2, 6, "Add PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("SELECT ?x { ?x ?p ?y } GROUP BY ?y", 1, None, "unbound"),
    ],
)
def test_a_syntax_error_has_a_place_and_a_readable_message(tiny, text, line, column, message):
    with pytest.raises(SyntaxProblem) as problem:
        tiny.query(text, JSON)
    assert problem.value.place.line == line
    assert column in (None, problem.value.place.column)
    assert message in str(problem.value)
    assert "\\u{" not in str(problem.value)


def test_a_query_that_cannot_be_evaluated_is_the_callers_error(tiny):
    with pytest.raises(InputError, match="cannot be evaluated"):
        tiny.query("SELECT * { ?s ?p ?o FILTER(<http://e/unknown>(?s)) }", JSON)
    with pytest.raises(InputError, match="only a SELECT"):
        tiny.rows("ASK {}")


def test_rows_leave_unbound_variables_out(tiny):
    found = tiny.rows("SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) } }")
    assert found == [{"a": ox.Literal(1)}]


def test_labels_prefer_english(tiny):
    p = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    a = ox.NamedNode("http://e/a")
    quads = [ox.Quad(a, p, ox.Literal(text, language=tag)) for text, tag in (("Aah", "fr"), ("Zed", "en-GB"))]
    store = EmbeddedStore(quads, version="", union_default_graph=False)
    assert store.labels(["http://e/a", "http://e/b"]) == {"http://e/a": ox.Literal("Zed", language="en-GB")}
    assert store.labels(["http://e/a"], ("de", "fr")) == {"http://e/a": ox.Literal("Aah", language="fr")}


ONE, TWO = ox.NamedNode("urn:g1"), ox.NamedNode("urn:g2")
A, B, C, P, Q = (ox.NamedNode(f"urn:{name}") for name in "abcpq")
APART = [ox.Quad(A, P, B, ONE), ox.Quad(B, P, C, TWO), ox.Quad(C, Q, ox.Literal("1"))]


@pytest.mark.parametrize(
    "repeated",
    [[], [ox.Quad(A, P, B, TWO)], [ox.Quad(A, P, B)]],
    ids=["no triple repeated", "one in two named graphs", "one in the default graph too"],
)
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{ ?s ?p ?o }", 3),
        ("{ ?s <urn:p> ?m . ?m <urn:p> ?o }", 1),
        ("{ ?s <urn:p>+ ?o }", 3),
        ("{ <urn:a> <urn:p> ?o }", 1),
        ("FROM <urn:g2> { <urn:b> ?p ?o }", 1),
        ("FROM <urn:g1> { <urn:b> ?p ?o }", 0),
        ("FROM NAMED <urn:g1> { ?s ?p ?o }", 0),
        ("FROM NAMED <urn:g1> { GRAPH ?g { ?s ?p ?o } }", 1),
        ("{ GRAPH <urn:g2> { ?s ?p <urn:c> } ?x <urn:q> ?y }", 1),
        ("{ ?s ?p 'FROM' }", 0),
    ],
)
def test_the_merged_default_graph_holds_every_triple_once(repeated, text, count):
    store = EmbeddedStore([*APART, *repeated], version="", union_default_graph=True)
    (row,) = store.rows(f"SELECT (COUNT(*) AS ?n) {text}")
    assert row["n"].value == str(count)
    assert len(store) == store.default_graph_size == 3
    assert sum(store.graphs.values()) == 2 + sum(quad.graph_name != ox.DefaultGraph() for quad in repeated)
