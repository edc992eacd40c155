"""Validation of any RDF against any shapes: what is read, reported and refused, and that nothing is fetched."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, Literal, Namespace
from rdflib.compare import isomorphic

from aseancan_kg import validation
from aseancan_kg.errors import InputError, InvalidData, Place, SyntaxProblem

EX = Namespace("http://example.org/")
PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TARGET = "ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; "
PROPERTY = TARGET + "sh:property [ sh:path ex:p ; "


def graph(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


SAMPLES = {
    ".ttl": PREFIXES + "ex:a ex:p 'x'@en .",
    ".nt": '<http://example.org/a> <http://example.org/p> "x"@en .',
    ".nq": '<http://example.org/a> <http://example.org/p> "x"@en <http://example.org/g> .',
    ".trig": PREFIXES + "ex:g { ex:a ex:p 'x'@en }",
    ".rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
    '<rdf:Description rdf:about="http://example.org/a"><e:p xml:lang="en">x</e:p></rdf:Description></rdf:RDF>',
    ".jsonld": '{"@id": "http://example.org/a", "http://example.org/p": {"@value": "x", "@language": "en"}}',
}


@pytest.mark.parametrize("suffix", SAMPLES)
def test_each_format_is_read_by_its_suffix(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"data{suffix}", SAMPLES[suffix])
    assert set(validation.load_graph([path])) == {(EX.a, EX.p, Literal("x", lang="en"))}


def test_files_are_joined_but_their_blank_nodes_are_not(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.nt", f'_:b <http://example.org/p> "{name}" .') for name in ("one", "two")]
    assert len(set(validation.load_graph(files).subjects())) == 2


def test_literals_are_kept_as_written(tmp_path: Path) -> None:
    data = validation.load_graph(
        [write(tmp_path / "data.ttl", PREFIXES + "ex:a a ex:Thing ; ex:p '007'^^xsd:integer .")]
    )
    report = validation.validate(data, graph(PROPERTY + "sh:maxInclusive 3 ] ."))
    assert [result.value for result in report.results] == ["007"]


def test_a_plain_literal_is_an_xsd_string(tmp_path: Path) -> None:
    data = validation.load_graph([write(tmp_path / "data.ttl", PREFIXES + "ex:a ex:p 'x', 'x'^^xsd:string .")])
    assert len(data) == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.ttl", None, "No such file"),
        ("directory.ttl", "directory", "Is a directory"),
        ("data.txt", b"", "“.txt” names no RDF format"),
        ("empty.ttl", b"# nothing", "not one triple"),
        ("latin.ttl", "<http://a> <http://b> 'é' .".encode("latin-1"), "Save the file as UTF-8"),
        ("broken.ttl", b"<http://a> <http://b> .\n", "broken.ttl, line 1, column"),
        ("relative.nt", b"<a> <http://b> <http://c> .\n", "relative.nt, line 1, column"),
        ("broken.rdf", b"<rdf:RDF", "broken.rdf"),
        ("broken.jsonld", b"{", "broken.jsonld"),
        ("remote.jsonld", b'{"@context": "http://127.0.0.1:9/c", "p": 1}', "Write the context into the file"),
        ("new.ttl", b"<http://a> <http://b> <<( <http://a> <http://b> 1 )>> .", "RDF 1.2"),
        ("new-literal.ttl", b'<http://a> <http://b> "x"@en--ltr .', "RDF 1.2"),
    ],
)
def test_what_cannot_be_read_is_told_with_place_and_remedy(
    name: str, content: bytes | str | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content == "directory":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        validation.load_graph([path])
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_a_syntax_problem_names_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        validation.load_graph([write(tmp_path / "data.ttl", PREFIXES + "\nex:a ex:p ex:b ;; ] .")])
    assert caught.value.place == Place(tmp_path / "data.ttl", line=8, column=19)


DATA = "ex:a a ex:Thing ; ex:p 1, 'x' . ex:b a ex:Thing ; ex:p 2 ."
SHAPES = (
    TARGET
    + "sh:property ex:P, ex:Q, ex:R . "
    + "ex:P sh:path ex:p ; sh:datatype xsd:integer ; sh:message 'Ceci'@fr, 'Write a number.'@en . "
    + "ex:Q sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message 'Add q.' . "
    + "ex:R sh:path ex:p ; sh:maxCount 1 ; sh:severity sh:Info ; sh:message 'One will do.' . "
)


def test_a_result_says_what_is_wrong_with_which_value_of_which_record() -> None:
    report = validation.validate(graph(DATA), graph(SHAPES))
    told = [(r.severity, r.focus, r.path, r.value, r.message, r.shape) for r in report.results]
    assert told == [
        ("Violation", EX + "a", EX + "p", "x", "Write a number.", EX + "P"),
        ("Warning", EX + "a", EX + "q", None, "Add q.", EX + "Q"),
        ("Warning", EX + "b", EX + "q", None, "Add q.", EX + "Q"),
        ("Info", EX + "a", EX + "p", None, "One will do.", EX + "R"),
    ]
    assert not report.conforms
    assert len(report.violations) == 1


def test_warnings_do_not_keep_data_from_conforming_though_w3cs_report_says_false() -> None:
    report = validation.validate(graph("ex:b a ex:Thing ; ex:p 2 ."), graph(SHAPES))
    assert report.conforms
    assert [result.severity for result in report.results] == ["Warning"]
    assert report.graph.value(predicate=SH.conforms, object=Literal(False)) is not None


def test_a_severity_of_somebodys_own_counts_as_a_violation() -> None:
    report = validation.validate(graph(DATA), graph(PROPERTY + "sh:maxCount 1 ; sh:severity ex:Fatal ] ."))
    assert [result.severity for result in report.violations] == [EX + "Fatal"]


def test_json_has_exactly_the_promised_keys() -> None:
    report = validation.validate(graph(DATA), graph(SHAPES), locate=lambda *_: Place("data.csv", row=3, column="p"))
    content = json.loads(validation.as_json(report))
    assert set(content) == {"conforms", "results"}
    assert content["conforms"] is False
    assert content["results"][0] == {
        "severity": "Violation",
        "focus": "http://example.org/a",
        "path": "http://example.org/p",
        "value": "x",
        "message": "Write a number.",
        "shape": "http://example.org/P",
        "file": "data.csv",
        "row": 3,
        "column": "p",
    }


def test_turtle_is_w3cs_report_and_nothing_else() -> None:
    report = validation.validate(graph(DATA), graph(SHAPES))
    written = Graph().parse(data=validation.as_turtle(report), format="turtle")
    assert isomorphic(written, report.graph)
    assert set(written.objects(None, RDF.type)) == {SH.ValidationReport, SH.ValidationResult}
    assert len(set(written.subjects(RDF.type, SH.ValidationResult))) == 4


def test_text_says_what_where_and_how_to_mend() -> None:
    report = validation.validate(graph(DATA), graph(SHAPES), locate=lambda *_: Place("data.csv", row=3, column="p"))
    blocks = validation.as_text(report).split("\n\n")
    assert blocks[0].splitlines() == [
        "Violation: http://example.org/a",
        "  in    data.csv, row 3, column p",
        "  at    http://example.org/p “x”",
        "  what  Write a number.",
        "  shape http://example.org/P",
    ]
    assert blocks[-1] == "1 violation, 2 warnings, 1 note: not valid.\n"


def test_text_shortens_the_iris_of_this_project() -> None:
    data = graph("<https://w3id.org/aseancan/id/state/canada> a ex:Thing .")
    shapes = graph(TARGET + "sh:property [ sh:path <https://w3id.org/aseancan/ont#capital> ; sh:minCount 1 ] .")
    text = validation.as_text(validation.validate(data, shapes))
    assert text.startswith("Violation: id/state/canada\n  at    ac:capital\n")


def test_the_order_of_results_does_not_depend_on_the_order_of_reading() -> None:
    things = [f"ex:t{number} a ex:Thing ; ex:p 'x' ." for number in range(9)] + ["[] a ex:Thing ; ex:p 'z' ."]
    texts = set()
    for order in (things, things[::-1]):
        report = validation.validate(graph("\n".join(order)), graph(SHAPES))
        texts.add(tuple(r for r in report.results if not r.focus.startswith("_:")))
        assert [r.focus.startswith("_:") for r in report.results].index(True) == 0
    assert len(texts) == 1


def test_results_name_the_file_that_describes_the_record(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.ttl", f"{PREFIXES} ex:{name} a ex:Thing .") for name in ("a", "b")]
    shapes = graph(PROPERTY + "sh:minCount 1 ] .")
    for given in (files, files[1:]):
        report = validation.validate(validation.load_graph(given), shapes, locate=validation.locate_in(given))
        assert [result.file for result in report.results] == [str(file) for file in given]


def test_a_constraint_on_the_whole_graph_is_located_by_its_value() -> None:
    shapes = graph(
        "ex:Shape a sh:NodeShape ; sh:targetNode ex:p ; sh:sparql "
        "[ sh:select 'SELECT $this ?value WHERE { ?value $this 2 }' ] ."
    )
    report = validation.validate(graph(DATA), shapes, locate=lambda f, p, v: Place("b.csv") if f == EX.b else None)
    assert [(result.focus, result.value, result.file) for result in report.results] == [(EX + "p", EX + "b", "b.csv")]


def test_a_complex_path_is_written_as_in_sparql() -> None:
    options = "[ sh:inversePath ex:q ] [ sh:zeroOrMorePath ex:r ] [ sh:oneOrMorePath ex:s ] [ sh:zeroOrOnePath ex:t ]"
    path = f"( ex:p [ sh:alternativePath ( {options} ) ] )"
    shapes = graph(TARGET + f"sh:property [ sh:path {path} ; sh:minCount 9 ] .")
    report = validation.validate(graph("ex:a a ex:Thing ."), shapes)
    p, q, r, s, t = (f"<{EX}{name}>" for name in "pqrst")
    assert report.results[0].path == f"({p})/((^({q}))|(({r})*)|(({s})+)|(({t})?))"


def test_neither_graph_is_changed() -> None:
    data, shapes = graph(DATA), graph(SHAPES)
    validation.validate(data, shapes)
    assert isomorphic(data, graph(DATA))
    assert isomorphic(shapes, graph(SHAPES))


def test_no_rule_and_no_inference_is_run() -> None:
    data = graph("ex:Sub <http://www.w3.org/2000/01/rdf-schema#domain> ex:Thing . ex:a ex:Sub 1 .")
    shapes = graph(PROPERTY + "sh:minCount 1 ] . ex:Shape sh:rule [ a sh:TripleRule ; sh:subject sh:this ; "
                   "sh:predicate ex:p ; sh:object 1 ] .")  # fmt: skip
    assert validation.validate(data, shapes).results == ()


def test_a_switch_is_on_for_true_alone() -> None:
    data = graph("ex:a a ex:Thing ; ex:p 'x'@en, 'y'@en .")
    for written, results in (("true", 1), ("'1'^^xsd:boolean", 0)):
        shapes = graph(PROPERTY + "sh:uniqueLang true ] .")
        shapes.remove((None, SH.uniqueLang, None))
        value = Literal(written.strip("'").partition("'")[0], datatype=Literal(True).datatype, normalize=False)
        shapes.add((shapes.value(predicate=SH.path, object=EX.p), SH.uniqueLang, value))
        assert len(validation.validate(data, shapes).results) == results


QUERY = "sh:sparql [ sh:prefixes ex:ontology ; sh:select 'SELECT $this WHERE { $this mine:p 1 }' ] ."
DECLARED = "sh:declare [ sh:prefix 'mine' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] ."


def test_prefixes_come_from_the_shapes_and_what_they_import_not_from_the_data() -> None:
    data = graph(DATA)
    data.bind("mine", EX)
    with pytest.raises(InputError, match="mine"):
        validation.validate(data, graph(TARGET + QUERY))
    for declaration in (f"ex:ontology {DECLARED}", f"ex:ontology owl:imports ex:other . ex:other {DECLARED}"):
        assert len(validation.validate(data, graph(TARGET + QUERY + declaration)).results) == 1


ILL_FORMED = [
    PROPERTY + "sh:minCount 'x' ] .",
    PROPERTY + "sh:minCount -1 ] .",
    TARGET + "sh:property [ sh:minCount 1 ] .",
    TARGET + "sh:property [ sh:path _:x ; sh:minCount 1 ] . _:x sh:inversePath _:x .",
    PROPERTY + "sh:pattern '(' ] .",
    PROPERTY + "sh:nodeKind ex:Cheese ] .",
    PROPERTY + "sh:datatype 'x' ] .",
    PROPERTY + "sh:in [ rdf:first ex:a ] ] .",
    PROPERTY + "sh:in _:l ] . _:l rdf:first 1 ; rdf:rest _:l .",
    PROPERTY + "sh:uniqueLang 'yes' ] .",
    PROPERTY + "sh:qualifiedValueShape [ sh:class ex:C ] ] .",
    PROPERTY + "sh:severity 'high' ; sh:minCount 1 ] .",
    TARGET + "sh:closed 'maybe' .",
    TARGET + "sh:property ex:Undefined .",
    TARGET + "sh:sparql [ sh:select 'SELEC $this WHERE { }' ] .",
    TARGET + "sh:sparql [ sh:select 'ASK { $this ?p ?o }' ] .",
    TARGET + "sh:sparql [ sh:message 'no query' ] .",
    TARGET + "sh:sparql [ sh:select 'SELECT $this WHERE { GRAPH $shapesGraph { ?s ?p ?o } }' ] .",
    TARGET + "sh:node ex:Shape .",
    "ex:a ex:b ex:c .",
]


@pytest.mark.parametrize("shapes", ILL_FORMED)
def test_ill_formed_shapes_are_refused(shapes: str, tmp_path: Path) -> None:
    path = write(tmp_path / "shapes.ttl", PREFIXES + shapes)
    with pytest.raises(InputError) as caught:
        validation.validate(graph(DATA), validation.load_shapes([path]))
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_well_formed_shapes_are_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "shapes.ttl", PREFIXES + SHAPES)
    assert len(validation.validate(graph(DATA), validation.load_shapes([path])).results) == 4


@pytest.fixture
def listener() -> Iterator[tuple[str, list[object]]]:
    """Listen on the loopback interface; give an address there and the list of callers."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    caller, address = server.accept()
                except OSError:
                    return
                callers.append(address)
                caller.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", callers
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


QUERIES = {
    "service": "SERVICE <{url}> {{ ?s ?p ?o }}",
    "service silent": "service silent <{url}> {{ ?s ?p ?o }}",
    "service behind a comment": "# a comment\nSERVICE#another\n<{url}> {{ ?s ?p ?o }}",
    "service with an escape": "\\\\u0053ERVICE <{url}> {{ ?s ?p ?o }}",
}
FETCHING = {
    "imports": "<{url}> a owl:Ontology ; owl:imports <{url}> . ex:Shape sh:nodeKind sh:IRI .",
    "shapes graph": "<{url}> sh:shapesGraph <{url}> . ex:Shape sh:nodeKind sh:IRI .",
    "javascript": "ex:Shape sh:js [ sh:jsLibrary [ sh:jsLibraryURL '{url}'^^xsd:anyURI ] ; sh:jsFunctionName 'f' ] .",
    "from": "ex:Shape sh:sparql [ sh:select 'SELECT $this FROM <{url}> WHERE {{ $this ?p ?o }}' ] .",
    "from named": "ex:Shape sh:sparql [ sh:select 'SELECT $this FROM NAMED <{url}> {{ GRAPH ?g {{ $this ?p 1 }} }}' ].",
    **{
        way: f"ex:Shape sh:sparql [ sh:select '''SELECT $this {{{{ {query} }}}}''' ] ."
        for way, query in QUERIES.items()
    },
}


@pytest.mark.parametrize("way", FETCHING)
def test_nothing_is_fetched(way: str, listener: tuple[str, list[object]], tmp_path: Path) -> None:
    url, callers = listener
    text = PREFIXES + TARGET.removesuffix("; ") + " . " + FETCHING[way].format(url=url)
    shapes, data = write(tmp_path / "shapes.ttl", text), write(tmp_path / "data.ttl", text + DATA)
    refused = pytest.raises(InputError) if way in {*QUERIES, "from named"} else nullcontext()
    with refused:
        validation.validate(validation.load_graph([data]), validation.load_shapes([shapes]))
    assert callers == []


def test_the_listener_would_have_heard(listener: tuple[str, list[object]]) -> None:
    url, callers = listener
    with pytest.raises(ConnectionError):
        Graph().parse(url, format="turtle")
    assert callers


def test_faults_of_registers_are_reported_like_results_of_shapes() -> None:
    place = Place("data/registers/states.csv", row=4, column="iso_code")
    report = validation.report_faults([InvalidData("“can” is no code.", place, remedy="Write CA.")])
    (result,) = report.results
    assert (result.severity, result.message) == ("Violation", "“can” is no code. Write CA.")
    assert (result.file, result.row, result.column) == ("data/registers/states.csv", 4, "iso_code")
    assert "row 4, column iso_code" in validation.as_text(report)
    assert report.graph.value(predicate=SH.conforms, object=Literal(False)) is not None
    assert validation.report_faults([]).conforms


def test_the_same_shape_finds_the_same_in_every_graph_it_is_given() -> None:
    """A query is parsed once and kept; it must not keep anything of the graph it first ran on."""
    shapes = graph("ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql "
                   "[ sh:select 'SELECT $this ?value WHERE { $this <http://example.org/p> ?value }' ] .")  # fmt: skip
    for number in (1, 2, 1):
        data = graph(f"ex:t{number} a ex:Thing ; ex:p {number} .")
        (result,) = validation.validate(data, shapes).results
        assert (result.focus, result.value) == (EX + f"t{number}", str(number))
