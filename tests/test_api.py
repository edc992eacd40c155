from datetime import date

import pytest
from rdflib import RDF, Namespace

import aseancan_kg
from aseancan_kg import errors, settings
from aseancan_kg.mediatypes import N_TRIPLES
from aseancan_kg.store.embedded import EmbeddedStore

AC = Namespace("https://w3id.org/aseancan/ont#")


def test_the_public_surface_is_five_names() -> None:
    assert aseancan_kg.__all__ == ["__version__", "load_pyoxigraph", "load_rdflib", "named_queries", "query"]
    assert all(hasattr(aseancan_kg, name) for name in aseancan_kg.__all__)


@pytest.mark.proof
def test_both_engines_hold_the_same_actions() -> None:
    with_rdflib = set(aseancan_kg.load_rdflib().subjects(RDF.type, AC.Action))
    query = f"SELECT ?a {{ ?a a <{AC.Action}> }}"
    rows = aseancan_kg.load_pyoxigraph().query(query, use_default_graph_as_union=True)
    assert len(with_rdflib) == 106
    assert {row["a"].value for row in rows} == {str(action) for action in with_rdflib}


def test_a_named_query_gives_rows_of_python_values() -> None:
    assert [(row["number"], row["actions"]) for row in aseancan_kg.query("actions-per-chapter")] == [
        ("1", 27),
        ("2", 36),
        ("3", 27),
        ("4", 8),
        ("5", 2),
        ("6", 2),
        ("7", 1),
        ("8", 3),
    ]
    members = aseancan_kg.query("members", date="2020-09-10")
    assert len(members) == 10
    assert members[0]["joined"] == date(1967, 8, 8)


def test_the_catalogue_describes_its_queries() -> None:
    catalogue = aseancan_kg.named_queries()
    assert catalogue["members"].parameters[0].name == "date"


@pytest.mark.parametrize(
    ("name", "parameters", "error", "message"),
    [
        ("membres", {}, errors.NotFound, "Did you mean 'members'"),
        ("members", {"day": "2020-09-10"}, errors.InputError, "no parameter 'day'"),
        ("members", {"date": "yesterday"}, errors.InputError, "no date"),
        ("members", {"organisation": "body/nonsense"}, errors.NotFound, "nothing is known of 'body/nonsense'"),
    ],
)
def test_bad_requests_say_how_to_mend_them(name, parameters, error, message) -> None:
    with pytest.raises(error, match=message):
        aseancan_kg.query(name, **parameters)


def test_the_served_store_holds_the_very_terms_of_the_file() -> None:
    store = EmbeddedStore.from_files([settings.dataset_file()], union_default_graph=True)
    dumped = store.query("CONSTRUCT WHERE { ?s ?p ?o }", N_TRIPLES).decode()
    written = settings.dataset_file().read_text(encoding="utf-8").splitlines()
    triples = {line[: line.rindex(" <")] for line in written if "_:" not in line}
    assert {line.removesuffix(" .") for line in dumped.splitlines() if "_:" not in line} == triples
