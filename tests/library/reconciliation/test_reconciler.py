"""What the service reads and refuses, and the values that it gives."""

import json
import time

import pytest

from aseancan_kg.errors import InputError, NotFound, QueryTimeout, TooLong
from aseancan_kg.library.reconciliation.reconciler import (
    LONGEST_NAME,
    MOST_CANDIDATES,
    MOST_PROPERTIES,
    MOST_QUERIES,
    Reconciler,
)
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore

ACTIP, ACW = f"{ID}instrument/actip-2015", f"{ID}body/acw"
OTHERS = """
@prefix ex: <https://example.org/things/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:one a ex:Thing ; skos:prefLabel "One"@en ; ex:value "abc"^^xsd:integer , "7"^^xsd:integer , 1.5 , "INF"^^xsd:double ,
    true , "2020-01-02"^^xsd:date , "2020-01-02+07:00"^^xsd:date , "-20"^^xsd:date ,
    "2020-13-45"^^xsd:date , "2020"^^xsd:gYear , "text"@en ;
  ex:link ex:two , <https://elsewhere.example/x> , [ skos:prefLabel "a node" ] .
ex:two a ex:Thing ; skos:prefLabel "Two"@en .
<https://elsewhere.example/x> skos:note "labelled elsewhere" .
"""


@pytest.fixture(scope="module")
def service(served):
    return Reconciler(served)


def batch(**query):
    return json.dumps({"q0": query})


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[]", "no JSON object"),
        ("null", "no JSON object"),
        ('"ACTIP"', "no JSON object"),
        ("[" * 100_000, "nested too deep"),
        ('{"q0":' * 100_000, "nested too deep"),
        ('{"q0": {"query": "\\ud800"}}', "half a character"),
        ('{"\\ud800": {"query": "x"}}', "half a character"),
        (json.dumps({"q0": "ACTIP"}), "query 'q0' is no object"),
        (json.dumps({"q0": {}}), "asks for nothing"),
        (batch(properties=[]), "asks for nothing"),
        (batch(query=7), "its query is no text"),
        (batch(query=None), "its query is no text"),
        (batch(query="x" * (LONGEST_NAME + 1)), "its name has 1,001 characters"),
        (batch(query="x", limt=3), "has 'limt'"),
        (batch(query="x", limit=0), "its limit"),
        (batch(query="x", limit=-1), "its limit"),
        (batch(query="x", limit=1.5), "its limit"),
        (batch(query="x", limit="3"), "its limit"),
        (batch(query="x", limit=True), "its limit"),
        (batch(query="x", limit=None), "its limit"),
        ('{"q0": {"query": "x", "limit": NaN}}', "its limit"),
        ('{"q0": {"query": "x", "limit": Infinity}}', "its limit"),
        (batch(query="x", type_strict="sometimes"), "type_strict"),
        (batch(query="x", type_strict=["any"]), "type_strict"),
        (batch(query="x", type=7), "its type"),
        (batch(query="x", type=[7]), "its type"),
        (batch(query="x", type="Bodies"), "there is no type 'Bodies'"),
        (batch(query="x", type=["\0"]), "there is no type"),
        (batch(query="x", properties={}), "properties are no list"),
        (batch(query="x", properties=[{"pid": f"{ONT}kind", "v": "x"}] * (MOST_PROPERTIES + 1)), "no list of at most"),
        (batch(query="x", properties=["kind"]), "no pid and v"),
        (batch(query="x", properties=[{"pid": f"{ONT}kind"}]), "no pid and v"),
        (batch(query="x", properties=[{"pid": 7, "v": 7}]), "no pid and v"),
        (batch(query="x", properties=[{"pid": "kin", "v": 7}]), "there is no property 'kin'"),
        (batch(query="x", properties=[{"pid": f"{ONT}kind", "v": None}]), "a value of its properties"),
        (batch(query="x", properties=[{"pid": f"{ONT}kind", "v": {"name": "x"}}]), "a value of its properties"),
        (batch(query="x", properties=[{"pid": f"{ONT}kind", "v": [["x"]]}]), "a value of its properties"),
    ],
)
def test_what_is_no_batch_is_refused_with_what_is_wrong_and_how_to_mend_it(service, text, part):
    with pytest.raises(InputError, match=part) as caught:
        service.queries(text)
    assert caught.value.remedy


def test_a_batch_is_as_long_as_the_manifest_says(service):
    queries = {f"q{number}": {"query": "x"} for number in range(MOST_QUERIES)}
    assert service.manifest("")["batchSize"] == MOST_QUERIES == len(service.queries(json.dumps(queries)))
    with pytest.raises(TooLong, match="1,001 queries"):
        service.queries(json.dumps({**queries, "more": {"query": "x"}}))


def test_every_form_that_the_specification_allows_is_read(service):
    properties = [
        {"pid": f"{ONT}ordinal", "v": [20, 20.0, "20", True, {"id": ACTIP, "name": "ACTIP"}]},
        {"pid": f"{ONT}ordinal", "v": 1.5},
        {"pid": f"{ONT}ordinal", "v": ""},
        {"pid": f"{ONT}kind", "v": ["", " "]},
        {"pid": f"{ONT}party", "v": []},
    ]
    text = batch(query="x", type=f"{ONT}Body", limit=1e6, type_strict="should", properties=properties)
    query = service.queries(text)["q0"]
    assert query.types == (f"{ONT}Body",)
    assert (query.limit, query.strict) == (MOST_CANDIDATES, "should")
    assert query.properties == {f"{ONT}ordinal": ["20", "20", "20", "true", ACTIP, "1.5"]}
    assert service.queries("{}") == {}


@pytest.mark.parametrize("name", [f"{ONT}adoptedOn", "ac:adoptedOn", "adopted (date)", "Adopted date"])
def test_a_type_and_a_property_may_be_told_by_their_names(service, name):
    text = batch(query="ACTIP", type="Legal instrument", properties=[{"pid": name, "v": "2015-11-21T00:00:00Z"}])
    query = service.queries(text)["q0"]
    assert query.types == (f"{ONT}LegalInstrument",)
    assert query.properties == {f"{ONT}adoptedOn": ["2015-11-21"]}  # as OpenRefine writes days


@pytest.mark.parametrize("text", ["ACTIP", '{"query": "ACTIP"}', ' {"query": "ACTIP", "limit": 1}'])
def test_a_query_may_be_sent_alone(service, text):
    told = service.answer({"": service.query(text)})[""]
    assert (told["result"][0]["id"], told["result"][0]["match"]) == (ACTIP, True)


@pytest.mark.parametrize("name", ["", "   ", "\0", "…", "42", "💥", "a" * LONGEST_NAME, "a " * (LONGEST_NAME // 2)])
def test_a_name_that_says_nothing_has_no_match(service, name):
    assert not any(
        one["match"] for one in service.answer({"": service.query(json.dumps({"query": name}))})[""]["result"]
    )


def test_the_queries_of_a_batch_do_not_change_each_others_answers(service):
    names = ["ACTIP", "APAEC", "Asean Regionl Forum", "CRPD"]
    together = service.answer(service.queries(json.dumps({name: {"query": name} for name in names})))
    for name in names:
        assert together[name] == service.answer(service.queries(batch(query=name)))["q0"]


def test_a_batch_that_takes_too_long_is_given_up(service):
    with pytest.raises(QueryTimeout, match="took too long") as caught:
        service.answer(dict.fromkeys("abc", service.query("ACTIP")), seconds=0)
    assert caught.value.remedy


def test_a_candidate_says_what_it_is_called_and_why_it_is_one(service):
    [first] = service.answer(service.queries(batch(query="IMCO", limit=1)))["q0"]["result"]
    assert first["name"] == "International Maritime Organization"
    assert first["description"].endswith("also called IMCO")
    assert first["type"] == [{"id": f"{ONT}Body", "name": "body"}]
    features = {one["id"]: one["value"] for one in first["features"]}
    assert features["same_name"]
    assert not features["preferred_name"]
    assert features["namesakes"] == 0
    assert first["score"] == 100


def test_the_score_follows_from_the_features(service):
    told = service.answer(service.queries(batch(query="ASEAN Comittee on Womens", limit=20)))["q0"]["result"]
    assert len(told) > 3
    for one in told:
        features = {each["id"]: each["value"] for each in one["features"]}
        expected = 0.45 * features["words"] + 0.3 * features["letters"] + 0.25 * features["covered"]
        assert one["score"] == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize(("strict", "number"), [("any", 7), ("all", 0), ("should", 10)])
def test_types_are_a_condition_as_strict_as_asked(service, strict, number):
    types = ["ac:Instrument", "ac:Mechanism"]
    text = batch(query="ASEAN Regional Forum", type=types, type_strict=strict)
    assert len(service.answer(service.queries(text))["q0"]["result"]) == number


def test_types_and_properties_are_suggested_by_words_and_by_iri(service):
    assert service.suggest("type", "ac:Body")["result"][0]["id"] == f"{ONT}Body"
    assert service.suggest("property", "adoptedOn")["result"][0]["id"] == f"{ONT}adoptedOn"
    assert [one["id"] for one in service.suggest("type", "legal")["result"]] == [f"{ONT}LegalInstrument"]
    assert service.suggest("type", "legal")["result"][0]["broader"] == [
        {"id": f"{ONT}Instrument", "name": "instrument"}
    ]
    assert service.suggest("property", "adopted by")["result"][0]["id"].startswith(f"{ONT}adoptedBy")
    assert [one["id"] for one in service.suggest("property", f"{ONT}kind")["result"]] == [f"{ONT}kind"]
    assert service.suggest("property", "xyz") == {"result": []}


def test_suggestions_go_on_where_the_last_ones_ended(service):
    first, second = (service.suggest("entity", "ASEAN", skipped)["result"] for skipped in (0, 10))
    assert len(first) == len(second) == 10
    assert not {one["id"] for one in first} & {one["id"] for one in second}
    assert service.suggest("entity", "ASEAN", 100_000) == {"result": []}
    assert service.suggest("entity", " ") == service.suggest("entity", "(") == {"result": []}


def test_properties_are_proposed_that_things_of_the_type_have(service):
    told = service.propose(f"{ONT}Instrument")
    assert told == service.propose("ac:Instrument") == service.propose("instrument")
    assert {f"{ONT}adoptedOn", f"{ONT}kind", f"{ONT}party"} <= {one["id"] for one in told["properties"]}
    assert f"{ONT}inSeries" not in {one["id"] for one in told["properties"]}
    assert len(service.propose(f"{ONT}Instrument", 3)["properties"]) == 3
    with pytest.raises(InputError, match="there is no type"):
        service.propose("x")


def test_values_are_links_days_numbers_and_texts(service):
    names = [f"{ONT}adoptedOn", f"{ONT}kind", f"{ONT}establishedOn", f"{PREFIXES['foaf']}page"]
    told = service.extend(json.dumps({"ids": [ACTIP, ACW, "\0"], "properties": [{"id": name} for name in names]}))
    assert [one["name"] for one in told["meta"]][1] == "kind"
    of_actip, of_acw = told["rows"][ACTIP], told["rows"][ACW]
    assert of_actip[names[0]] == [{"date": "2015-11-21T00:00:00Z"}]
    assert of_actip[names[1]] == [{"id": f"{BASE}scheme/instrument-kind/convention", "name": "Convention"}]
    assert of_actip[names[3]][0]["str"].startswith("https://")
    assert of_acw[names[2]] == [{"str": "2001"}]
    assert of_acw[names[0]] == []
    assert told["rows"]["\0"] == {name: [] for name in names}


def test_other_peoples_values_are_given_as_what_they_are(tmp_path):
    file = tmp_path / "others.ttl"
    file.write_text(OTHERS, encoding="utf-8")
    service = Reconciler(EmbeddedStore.from_files([file], union_default_graph=False))
    space = "https://example.org/things/"
    assert service.manifest("")["identifierSpace"] == space
    wanted = [{"id": f"{space}value"}, {"id": f"{space}link"}]
    row = service.extend(json.dumps({"ids": [f"{space}one"], "properties": wanted}))["rows"][f"{space}one"]
    kinds = sorted(row[f"{space}value"], key=str)
    assert kinds == [
        {"date": "2020-01-02T00:00:00+07:00"},
        {"date": "2020-01-02T00:00:00Z"},
        {"float": 1.5},
        {"int": 7},
        *({"str": text} for text in ("-20", "2020", "2020-13-45", "INF", "abc", "text", "true")),
    ]
    assert {"id": f"{space}two", "name": "Two"} in row[f"{space}link"]
    assert {"str": "https://elsewhere.example/x"} in row[f"{space}link"]
    assert {} in row[f"{space}link"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        *(([], InputError), ({}, InputError), ({"ids": "x", "properties": []}, InputError)),
        *(({"ids": [1], "properties": []}, InputError), ({"ids": [], "properties": ["x"]}, InputError)),
        *(({"ids": [], "properties": [{"id": 1}]}, InputError), ({"ids": [], "properties": [{"id": "x"}]}, InputError)),
        *(({"ids": ["x"] * 1001, "properties": []}, TooLong), ({"ids": [], "properties": [{}] * 51}, TooLong)),
    ],
)
def test_what_asks_for_no_values_is_refused(service, given, error):
    with pytest.raises(error) as caught:
        service.extend(json.dumps(given))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("iris", "space"),
    [
        (["https://a.example/1", "https://b.example/2"], BASE),
        (["urn:a:1", "urn:a:2"], BASE),
        (["https://a.example/x#1", "https://a.example/x#2"], "https://a.example/x#"),
        (["https://a.example/x/1", "https://a.example/y"], "https://a.example/"),
    ],
)
def test_the_space_of_identifiers_is_what_all_begin_with(tmp_path, iris, space):
    file = tmp_path / "things.nt"
    file.write_text("".join(f'<{iri}> <{PREFIXES["skos"]}prefLabel> "One"@en .\n' for iri in iris))
    service = Reconciler(EmbeddedStore.from_files([file], union_default_graph=False))
    assert service.manifest("")["identifierSpace"] == space


def test_an_empty_dataset_is_served_too(tmp_path):
    (tmp_path / "none.nt").write_text("")
    service = Reconciler(EmbeddedStore.from_files([tmp_path / "none.nt"], union_default_graph=False))
    assert service.manifest("")["identifierSpace"] == BASE
    assert service.answer({"": service.query("ACTIP")}) == {"": {"result": []}}
    with pytest.raises(NotFound):
        service.term("property", f"{ONT}kind")


def test_it_is_made_and_asked_quickly_enough_for_a_batch(service):
    queries = {str(number): {"query": f"Asean comitee {number}"} for number in range(1000)}
    begun = time.monotonic()
    assert len(service.answer(service.queries(json.dumps(queries)))) == 1000
    assert time.monotonic() - begun < 30
