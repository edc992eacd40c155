"""The command line as a user meets it: processes, exit codes, messages."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph

from aseancan_kg import settings

BASE = "https://w3id.org/aseancan/"
SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
ex:Shape a sh:NodeShape ; sh:targetClass ex:Plan ; sh:property ex:Name .
ex:Name a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ; sh:message "Give the plan a name." .
"""
PREFIXES = "@prefix ex: <https://example.org/> .\n"


@pytest.mark.proof  # it builds and validates everything once more
def test_build_writes_what_the_manifest_says(cli, published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = cli("build", "--out", out)
    assert (ran.returncode, ran.stderr) == (0, "")
    manifest = json.loads((out / "manifest.json").read_text())
    dataset = out / manifest["dataset"]
    assert ran.stdout == f"{dataset}\n"
    assert hashlib.sha256(dataset.read_bytes()).hexdigest() == manifest["sha256"]
    assert dataset.read_text().count("\n") == manifest["quads"]
    for graph in manifest["graphs"]:
        assert len(Graph().parse(out / graph["file"])) == graph["triples"]
    assert manifest["documents"] == ["ontology.html", "model.svg", "codebook.html"]
    here = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert here == {"manifest.json", *(each["name"] for each in manifest["files"])}
    # The fixture built it in another process, with another hash seed.
    assert dataset.read_bytes() == published.read_bytes()


def test_build_into_a_directory_that_cannot_be_made_is_refused(cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = cli("build", "--out", tmp_path / "file" / "out")
    assert ran.returncode == 2
    assert "cannot write there" in ran.stderr
    assert "--out" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout's sources in which one register cell is wrong."""
    copy = tmp_path_factory.mktemp("spoiled")
    for name in ("src", "data", "ontology", "shapes", "queries"):
        shutil.copytree(settings.resources() / name, copy / name)
    register = copy / "data" / "registers" / "states.csv"
    register.write_text(register.read_text().replace("canada,Canada,", "canada,,", 1))
    return copy


def run_from(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command from another checkout's source."""
    start = "from aseancan_kg.cli import main; main()"
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=300, check=False)


def test_a_faulty_register_is_named_by_file_row_and_column(spoiled: Path) -> None:
    ran = run_from(spoiled, "validate")
    assert ran.returncode == 1
    assert re.search(r"states\.csv, row \d+, column name\n.*the cell is empty", ran.stdout), ran.stdout
    report = json.loads(run_from(spoiled, "validate", "--format", "json").stdout)
    assert not report["conforms"]
    (result,) = report["results"]
    assert result["file"].endswith("states.csv")
    assert (result["column"], result["severity"]) == ("name", "Violation")
    graph = Graph().parse(data=run_from(spoiled, "validate", "--format", "turtle").stdout, format="turtle")
    assert graph.value(predicate=RDF.type, object=SH.ValidationReport)


def test_nothing_is_published_from_a_faulty_register(spoiled: Path, tmp_path: Path) -> None:
    ran = run_from(spoiled, "build", "--out", str(tmp_path / "out"))
    assert ran.returncode == 1
    assert "states.csv" in ran.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "shapes.ttl").write_text(SHAPE)
    (tmp_path / "good.ttl").write_text(PREFIXES + 'ex:a a ex:Plan ; ex:name "A" .')
    (tmp_path / "bad.ttl").write_text(PREFIXES + "ex:b a ex:Plan .")
    (tmp_path / "broken.ttl").write_text(PREFIXES + "ex:b a ex:Plan\nex:c .\n")
    return tmp_path


def test_any_data_is_validated_against_given_shapes_alone(main, files: Path) -> None:
    assert main("validate", files / "good.ttl", "--shapes", files / "shapes.ttl").returncode == 0
    ran = main("validate", files / "bad.ttl", "--shapes", files / "shapes.ttl")
    assert ran.returncode == 1
    assert "Give the plan a name." in ran.stdout
    assert "bad.ttl" in ran.stdout


def test_a_turtle_report_is_the_w3c_graph_and_nothing_else(main, files: Path) -> None:
    ran = main("validate", files / "bad.ttl", "--shapes", files / "shapes.ttl", "--format", "turtle")
    graph = Graph().parse(data=ran.stdout, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "broken.ttl"], "broken.ttl, line"),
        (["validate", "missing.ttl"], "missing.ttl"),
        (["validate", "good.ttl", "--shapes", "broken.ttl"], "broken.ttl, line"),
        (["validate", "good.ttl", "--shapes", "good.ttl"], "no SHACL shape"),
        (["query", "nosuchquery"], "there is no query"),
        (["query", "missing.rq"], "missing.rq: cannot read it"),
        (["query", "members", "--param", "date"], "Write it as key=value"),
        (["query", "sources", "--param", "thing=body/armacc"], "Did you mean body/armac?"),
        (["query", "members", "--format", "ttl"], "There is: json"),
        (["query", "members", "--endpoint", "http://127.0.0.1:9/sparql"], "127.0.0.1:9"),
        (["query", "members", "--endpoint", "nowhere"], "nowhere"),
        (
            ["query", "members", "--endpoint", "http://127.0.0.1:9/sparql", "--explain"],
            "Leave out --endpoint or --explain",
        ),
        (["publish", "--to", "http://127.0.0.1:9/"], "Check that the server is running"),
        (["publish", "--to", "a,b"], "Give QUERY,UPDATE,GRAPH-STORE"),
        (["publish", "--to", "nowhere"], "no address of a server"),
        (["publish", "--to", "http://127.0.0.1:9/", "--release", "."], "this is no release"),
        (["report", "--out", "nowhere/report.html"], "nowhere/report.html: cannot write it. Choose a file"),
        (["report", "--out", "."], "cannot write it"),
        (["report", "--format", "pdf"], "'pdf' is not one of 'html', 'json'"),
        (["ingest", "missing.txt"], "missing.txt: cannot read it"),
        (["ingest", "good.ttl", "--metadata", "shapes.ttl"], "this is not TOML"),
        (["build", "--colour"], "No such option"),
    ],
)
def test_unusable_input_ends_with_2_and_one_clear_message(
    main, files: Path, arguments: list[str], message: str
) -> None:
    ran = main(*arguments, cwd=files)
    assert ran.returncode == 2, ran.stdout
    assert message in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--host", "256.0.0.1"], "with --host"),
        (["serve", "--data", "broken.ttl", "--port", "0"], "broken.ttl, line"),
        (["serve", "--store", "http://127.0.0.1:9/", "--port", "0"], "127.0.0.1:9/: "),
        (["serve", "--store", "http://127.0.0.1:9/", "--data", "good.ttl"], "Leave --data"),
    ],
)
def test_a_service_that_cannot_be_ends_with_2_and_one_clear_message(
    cli, files: Path, arguments: list[str], message: str
) -> None:
    ran = cli(*arguments, cwd=files)
    assert ran.returncode == 2, ran.stdout
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_syntax_error_in_a_query_is_shown_with_line_and_column(cli) -> None:
    ran = cli("query", "-", stdin="SELECT ?s WHERE {\n  ?s ?p }\n")
    assert ran.returncode == 2
    assert re.search(r"query, line \d+, column \d+: the query does not parse", ran.stderr), ran.stderr


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (b"SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE is refused"),
        (b"INSERT DATA { <a:a> <b:b> 1 }", "read-only"),
        (b"SELECT (" + b"1+" * 15_000 + b"1 AS ?x) {}", "15000 operators"),
        (b"ASK {} # \xff", "not UTF-8"),
    ],
)
def test_a_dangerous_query_never_reaches_the_engine(script: Path, query: bytes, message: str) -> None:
    ran = subprocess.run([script, "query", "-"], input=query, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert message in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr


def test_a_text_that_is_no_plan_is_refused(main, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello world")
    ran = main("ingest", tmp_path / "note.txt")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no action was found" in ran.stderr


def test_a_running_query_does_not_keep_the_service_from_stopping(script: Path) -> None:
    command = [script, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    assert process.stdout is not None
    address = [process.stdout.readline() for _ in range(3)][2].split()[1]
    endless = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    request = urllib.request.Request(address, endless, {"Content-Type": "application/sparql-query"})
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(request, timeout=2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_a_query_is_answered_from_catalogue_file_and_standard_input(cli, main, tmp_path: Path) -> None:
    ran = main("query", "members", "--param", "date=2020-09-10", "--format", "csv")
    assert ran.stdout.count("\n") == 11
    (tmp_path / "count.rq").write_text(f"SELECT (COUNT(*) AS ?n) {{ ?a a <{BASE}ont#Action> }}")
    (row,) = json.loads(main("query", tmp_path / "count.rq", "--format", "json").stdout)["results"]["bindings"]
    assert row["n"]["value"] == "106"
    assert main("query", "-", stdin=f"ASK {{ <{BASE}id/body/armac> ?p ?o }}").stdout == "yes\n"
    ran = cli("query", "-", stdin=f"DESCRIBE <{BASE}id/body/armac>")
    assert len(Graph().parse(data=ran.stdout, format="turtle")) > 5


def test_a_table_for_people_counts_its_rows(main) -> None:
    ran = main("query", "actions-per-chapter")
    assert "Political and Security Cooperation" in ran.stdout
    assert ran.stdout.endswith("8 rows\n")


def test_queries_are_listed_by_subject(main) -> None:
    listed = main("query").stdout.splitlines()
    assert listed[0] == "the plan and its actions"
    assert any(line.split(maxsplit=1) == ["members", "Members at a date"] for line in listed)


def test_an_empty_answer_is_explained_beside_it(main) -> None:
    empty = f"SELECT ?a {{\n  ?a a <{BASE}ont#Acton> }}"
    plain, explained = main("query", "-", stdin=empty), main("query", "-", "--explain", stdin=empty)
    assert (explained.returncode, explained.stdout) == (plain.returncode, plain.stdout)
    assert plain.stderr == ""
    assert (
        f"line 2, column 8: nothing is of the class <{BASE}ont#Acton>; did you mean <{BASE}ont#Action>?"
        in explained.stderr
    )
    assert explained.stderr.endswith(f"So mended, it finds something:\n\n{empty.replace('Acton', 'Action')}\n")
    ran = main("query", "members", "--param", "organisation=ASEAN", "--explain", "--format", "csv")
    told = f"date='2025-10-26' organisation='{BASE}id/body/asean'"
    assert ran.stderr == f"aseancan-kg: answered as by --param {told}\n"


def test_ingest_reads_any_plan(cli, tmp_path: Path) -> None:
    source = settings.resources() / "data" / "sources" / "plan-of-action-2021-2025"
    ran = cli("ingest", f"{source}.txt")
    plan = json.loads(ran.stdout)
    assert list(plan) == ["title", "period", "preamble", "sections", "actions", "unplaced"]
    assert (plan["period"], len(plan["sections"]), len(plan["actions"]), plan["unplaced"]) == (
        [2021, 2025],
        32,
        106,
        [],
    )
    assert "32 sections, 106 actions, 0 lines unplaced" in ran.stderr
    ran = cli("ingest", f"{source}.txt", "--metadata", f"{source}.toml", "--format", "turtle")
    graph = Graph().parse(data=ran.stdout, format="turtle")
    action = f"{BASE}id/instrument/asean-canada-poa-2021-2025/action/1.2.6"
    assert action in {str(subject) for subject in graph.subjects(unique=True)}


def test_ingest_says_what_it_cannot_place(main, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Plan of Action 2021-2025\n\n1. Trade\n1.1. Goods\n1.1.1. Trade more;\n\n17\n")
    ran = main("ingest", tmp_path / "notes.txt")
    assert json.loads(ran.stdout)["unplaced"] == [{"line": 7, "text": "17"}]
    assert "line 7: 17" in ran.stderr


@pytest.fixture(scope="module")
def server(script: Path) -> Iterator[str]:
    """Start the real service on a free port and return its address."""
    process = subprocess.Popen([script, "serve", "--port", "0"], stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(3)]
    yield printed[1].split()[1]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def test_serve_says_where_to_look_and_answers(server: str) -> None:
    with urllib.request.urlopen(f"{server}health", timeout=10) as answer:
        assert json.load(answer)["status"] == "ready"


def test_a_query_is_answered_by_an_endpoint(server: str, cli) -> None:
    here = cli("query", "members", "--format", "csv")
    there = cli("query", "members", "--format", "csv", "--endpoint", f"{server}sparql")
    assert there.returncode == 0, there.stderr
    assert there.stdout == here.stdout


def test_a_taken_port_is_told_before_anything_is_loaded(cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        started = time.monotonic()
        ran = cli("serve", "--port", taken.getsockname()[1])
    assert ran.returncode == 2
    assert "Address already in use" in ran.stderr
    assert "--port" in ran.stderr
    assert time.monotonic() - started < 10


def test_other_data_is_served_as_it_stands(script: Path, files: Path) -> None:
    command = [script, "serve", "--port", "0", "--data", files / "good.ttl"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().endswith(", 2 facts. Stop with Ctrl-C.\n")
        address = process.stdout.readline().split()[1]
        query = "sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D&format=csv"
        with urllib.request.urlopen(address + query, timeout=10) as answer:
            assert "https://example.org/name" in answer.read().decode()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_version_is_shown(cli) -> None:
    assert re.fullmatch(r"aseancan-kg \d+\.\d+\.\d+\n", cli("--version").stdout)


def test_export_writes_a_record_in_any_format(main, tmp_path):
    shown = main("export", "isbd", "instrument/mpac-2025")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Master Plan on ASEAN Connectivity 2025 [Master plan]")
    out = tmp_path / "bodies.xml"
    assert main("export", "marcxml", "body", "--out", out).stdout == ""
    assert out.read_text(encoding="utf-8").count("<record ") == 51
    assert main("export", "bibtex", "instrument/actip-2015").stdout.startswith(
        "@misc{aseancan-instrument-actip-2015,\n"
    )
    by_body = main("export", "marcxml", "instrument/mpac-2025", "--main-entry", "corporate")
    assert 'tag="111"' in by_body.stdout


def test_export_says_what_a_format_loses(main):
    told = main("export", "oai_dc", "instrument/actip-2015", "--losses").stdout.splitlines()
    assert "instrument/actip-2015\tnature\tno element means this" in told
    assert not any("\ttitle\t" in line for line in told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("word",), "There is: tables, marcxml, "),
        (("mods", "instrument/actip-2051"), "Did you mean instrument/actip-2015"),
        (("mods", "body/aha-centre"), "MODS 3.8"),
        (("oai_dc", "instrument/nowhere"), "there is no record of"),
        (("oai_dc", "no iri"), "there is no record of"),
        (("bibtex", "instrument/nowhere"), "there is no record of"),
        (("isbd", "body/asean", "--out", "nowhere/file"), "cannot write it"),
    ],
)
def test_export_refuses_what_it_cannot_write(main, arguments, told):
    refused = main("export", *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in refused.stderr
