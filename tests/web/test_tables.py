"""Answers as workbooks."""

from io import BytesIO

import openpyxl
import pytest

from aseancan_kg.mediatypes import XLSX

QUERY = """PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?text ?number ?share ?day ?iri ?odd { VALUES (?text ?number ?share ?day ?iri ?odd) {
  ("=1+1"@en 7 0.5 "2025-10-26"^^xsd:date <http://e/a> "x"^^xsd:integer) ("<b>" UNDEF 1e3 UNDEF UNDEF "nan"^^xsd:double)
} } ORDER BY DESC(?number)"""


def read(response):
    assert response.status_code == 200
    assert response.headers["content-type"] == XLSX.media_type
    return openpyxl.load_workbook(BytesIO(response.content))


@pytest.mark.parametrize("asked", [{"params": {"format": "xlsx"}}, {"headers": {"Accept": XLSX.media_type}}])
def test_a_select_is_answered_with_its_rows_and_where_they_come_from(client, asked):
    response = client.get("/sparql", **{**asked, "params": {"query": QUERY, **asked.get("params", {})}})
    workbook = read(response)
    rows = list(workbook["Table"].values)
    assert rows[0] == ("text", "number", "share", "day", "iri", "odd")
    assert rows[1] == ("=1+1", 7, 0.5, "2025-10-26", "http://e/a", "x")
    assert rows[2] == ("<b>", None, 1000, None, None, "nan")
    assert response.headers["ac-row-count"] == "2"
    about = dict(workbook["About"].values)
    assert about["SPARQL query"] == QUERY
    assert about["Dataset version"] == response.headers["ac-dataset-version"]


def test_a_query_of_the_catalogue_is_answered_so_too(client):
    page = client.get("/queries/members", headers={"Accept": "text/html"}).text
    assert "format=xlsx" in page
    assert read(client.get("/queries/members?format=xlsx"))["Table"].max_row >= 1


def test_no_rows_are_a_table_too(client):
    rows = read(client.get("/sparql", params={"query": "SELECT ?a ?b { ?a <http://e/none> ?b }", "format": "xlsx"}))
    assert list(rows["Table"].values) == [("a", "b")]


def test_what_is_no_table_or_too_long_a_one_is_refused(serve, state_of):
    long = f"SELECT * {{ {' '.join(f'VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}' for n in range(4))} }}"
    with serve(state_of(buffer_kb=16)) as client:
        for query, said in (
            ("ASK {}", "There is"),
            (long, "Take it as CSV"),
            ("CONSTRUCT WHERE { ?s ?p ?o }", "There is"),
        ):
            response = client.get("/sparql", params={"query": query, "format": "xlsx"})
            assert response.status_code == 406
            assert said in response.json()["hint"]
        assert client.get("/sparql", params={"query": long, "format": "csv"}).status_code == 200
