"""Records as programs read, put, post and delete them."""

import json
import socket

import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate
from rdflib import Graph, Literal, Namespace, URIRef

from aseancan_kg.web.desk import records

AC = Namespace("https://w3id.org/aseancan/ont#")
ID = Namespace("https://w3id.org/aseancan/id/")
TABLE = "/desk/records/registers/instruments"
TURTLE = {"Accept": "text/turtle"}
TYPES = ("text/turtle", "application/ld+json", "application/n-triples")


@pytest.fixture(scope="module")
def api(desk, token):
    """Return what asks the desk for somebody."""

    def api(method, path, who="Bob", scopes=(), **options):
        headers = {**token(who, *scopes), **options.pop("headers", {})}
        return desk.request(method, path, headers=headers, **options)

    return api


@pytest.fixture
def held(api):
    """Return the graph of a record and its tag."""

    def held(slug, table=TABLE):
        answer = api("GET", f"{table}/{slug}", headers=TURTLE)
        return Graph().parse(data=answer.text, format="turtle"), answer.headers["ETag"]

    return held


def put(api, slug, graph, tag=None, reason="As the source has it", **options):
    headers = {"Content-Type": "text/turtle", **({"If-Match": tag} if tag else {}), **options.pop("headers", {})}
    params = {"reason": reason, **options.pop("params", {})}
    return api("PUT", f"{TABLE}/{slug}", content=graph.serialize(), headers=headers, params=params, **options)


def entries(office):
    return office.journal.after(0)


def test_tables_and_their_records_are_listed(api):
    tables = {one["table"]: one for one in api("GET", "/desk/records").json()["tables"]}
    assert tables["registers/instruments"]["kind"] == "instrument"
    listed = api("GET", TABLE).json()["records"]
    assert len(listed) == tables["registers/instruments"]["rows"]
    assert api("GET", listed[0]["url"]).status_code == 200
    assert api("GET", "/desk/records/registers/nonsense").status_code == 404


def test_a_record_is_the_same_in_every_format_and_each_has_its_tag(api):
    answers = {type_: api("GET", f"{TABLE}/actip-2015", headers={"Accept": type_}) for type_ in TYPES}
    graphs = [{*ox.parse(answers[type_].text, ox.RdfFormat.from_media_type(type_))} for type_ in TYPES]
    assert graphs[0] == graphs[1] == graphs[2]
    acronym = ox.NamedNode(AC.acronym), ox.Literal("ACTIP")
    assert acronym in {(one.predicate, one.object) for one in graphs[0]}
    assert len({answer.headers["ETag"] for answer in answers.values()}) == len(TYPES)
    assert answers["text/turtle"].headers["Cache-Control"] == "no-store"
    assert api("GET", f"{TABLE}/actip-2015", headers={"Accept": "image/png"}).status_code == 406
    assert api("GET", f"{TABLE}/nobody").status_code == 404


def test_a_change_says_what_it_changes(api, held):
    graph, tag = held("aoip-2019")
    assert put(api, "aoip-2019", graph).status_code == 428
    refused = put(api, "aoip-2019", graph, '"another"')
    assert refused.status_code == 412
    told = refused.json()
    assert told["current"]["acronym"] == told["given"]["acronym"] == "AOIP"
    assert put(api, "aoip-2019", graph, tag).status_code == 204
    assert put(api, "aoip-2019", graph, "*").status_code == 204
    assert put(api, "aoip-2019", graph, headers={"If-None-Match": "*"}).status_code == 412
    # Each condition that is sent has to hold.
    assert put(api, "aoip-2019", graph, tag, headers={"If-None-Match": "*"}).status_code == 412
    assert put(api, "aoip-2019", graph, tag, headers={"If-None-Match": f'"x", W/{tag}'}).status_code == 412
    assert put(api, "aoip-2019", graph, tag, headers={"If-None-Match": '"x"'}).status_code == 204
    assert put(api, "aoip-2019", graph, headers={"If-None-Match": '"x"'}).status_code == 428
    new, old = ID["instrument/aoip-2020"], ID["instrument/aoip-2019"]
    other = Graph()
    for subject, predicate, value in graph:
        named = Literal("aoip-2020") if value == Literal("aoip-2019") else value
        other.add((new if subject == old else subject, predicate, named))
    dry = {"dry-run": ""}
    assert put(api, "aoip-2020", other, '"x"', headers={"If-None-Match": "*"}, params=dry).status_code == 412
    assert put(api, "aoip-2020", other, headers={"If-None-Match": "*"}, params=dry).status_code == 200


def test_an_editor_s_change_is_published_and_a_cataloguer_s_waits_for_review(api, held, office):
    graph, tag = held("apaec-2016-2025")
    graph.set((ID["instrument/apaec-2016-2025"], AC.adoptedPlace, Literal("Kuala Lumpur (KL)", lang="en")))
    before = len(entries(office))
    tried = put(api, "apaec-2016-2025", graph, tag, params={"dry-run": ""})
    assert any("Kuala Lumpur (KL)" in line for line in tried.json()["added"])
    assert len(entries(office)) == before
    waits = put(api, "apaec-2016-2025", graph, tag, who="Ann")
    assert waits.status_code == 202
    assert waits.headers["Location"] == f"/desk/drafts/{waits.json()['draft']}"
    assert office.drafts.get(waits.json()["draft"]).status == "in review"
    done = put(api, "apaec-2016-2025", graph, tag)
    assert done.status_code == 200
    (entry,) = entries(office)[before:]
    assert (entry.author, entry.reason) == ("Bob", "As the source has it")
    assert done.json() == {"entry": entry.sequence, "version": entry.version}
    assert done.headers["Location"] == f"/change/{entry.sequence}"
    assert held("apaec-2016-2025")[1] != tag
    assert put(api, "apaec-2016-2025", graph, tag).status_code == 412


@pytest.mark.parametrize(
    ("type_", "content", "status", "told"),
    [
        ("text/plain", "nonsense", 415, "text/plain is not read here"),
        ("text/turtle", "<urn:a> <urn:b> .", 400, "this is not Turtle"),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/context"}', 400, "this is not JSON-LD"),
        ("application/ld+json", '{"@graph": [], "@id": "urn:g"}', 422, "nothing tells it from others"),
        ("application/ld+json", '{"@id": "urn:g", "@graph": {"@id": "urn:a", "urn:b": 1}}', 400, "named graph"),
        ("text/turtle", "<urn:a> <urn:b> [ <urn:c> 1 ] .", 422, "urn:a"),
        ("text/turtle", '<urn:a> <urn:b> "x"@en--ltr .', 400, "RDF 1.1 alone"),
        ("text/turtle", "<urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> .", 400, "RDF 1.1 alone"),
        ("text/turtle", "x" * 300_000, 413, "too long"),
    ],
)
def test_what_is_no_record_is_refused_and_told(api, office, type_, content, status, told):
    before = entries(office)
    headers = {"Content-Type": type_, "If-Match": "*"}
    answer = api("PUT", f"{TABLE}/actip-2015", content=content, headers=headers, params={"reason": "Because"})
    assert (answer.status_code, entries(office)) == (status, before)
    assert told in answer.json()["detail"]


def test_no_context_is_fetched(api):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        content = json.dumps({"@context": f"http://127.0.0.1:{port}/", "@id": "urn:a"})
        headers = {"Content-Type": "application/ld+json", "If-Match": "*"}
        assert api("PUT", f"{TABLE}/actip-2015", content=content, headers=headers).status_code == 400
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    ("property_", "value", "told"),
    [
        (AC.adoptedOn, Literal("yesterday"), "is not a date"),
        (AC.kind, URIRef("https://w3id.org/aseancan/scheme/instrument-kind/nonsense"), "is not a known code"),
        (AC.supersedes, ID["instrument/nobody"], "is in no register"),
        (AC.nonsense, Literal("x"), "nonsense"),
        (AC.adoptedPlace, Literal("<script>alert(1)</script>\x07", lang="en"), "nobody sees"),
        (AC.adoptedPlace, Literal("=HYPERLINK(1)", lang="en"), "formula"),
    ],
)
def test_a_value_that_breaks_a_rule_is_told_by_its_property(api, held, office, property_, value, told):
    graph, _ = held("actip-2015")
    graph.set((ID["instrument/actip-2015"], property_, value))
    before = entries(office)
    answer = put(api, "actip-2015", graph, "*")
    assert answer.status_code == 422
    assert entries(office) == before
    (violation,) = [one for one in answer.json()["violations"] if told in one["message"]]
    named = {AC.kind: "kind", AC.nonsense: None, AC.adoptedOn: "adopted", AC.supersedes: "supersedes"}
    expected = (TABLE.removeprefix("/desk/records/"), "actip-2015", named.get(property_, "adopted_place"))
    assert (violation["table"], violation["key"], violation["column"]) == expected


def test_one_value_does_not_become_two(api):
    table, key = "/desk/records/registers/meetings", "acmw01-2008"
    answer = api("GET", f"{table}/{key}", headers=TURTLE)
    graph = Graph().parse(data=answer.text, format="turtle")
    headers = {"Content-Type": "text/turtle", "If-Match": answer.headers["ETag"]}
    for value in ("peace | security", "peace |"):
        wrong = graph + Graph().add((ID[f"meeting/{key}"], AC.area, Literal(value, lang="en")))
        refused = api("PUT", f"{table}/{key}", content=wrong.serialize(), headers=headers, params={"reason": "A list"})
        assert refused.status_code == 422
        assert "“ | ” would make two values of it" in refused.text


def test_without_a_reason_nothing_is_published(api, held):
    graph, tag = held("actip-2015")
    graph.set((ID["instrument/actip-2015"], AC.adoptedPlace, Literal("Elsewhere", lang="en")))
    for reason in ("", " ", "two\nlines"):
        assert put(api, "actip-2015", graph, tag, reason=reason).status_code == 400


@pytest.mark.proof
def test_a_new_record_is_made_once_however_often_it_is_sent(api, held, office):
    graph, _ = held("aoip-2019")
    new, old = ID["instrument/made-by-a-test"], ID["instrument/aoip-2019"]
    text = graph.serialize().replace(str(old), str(new)).replace('"aoip-2019"', '"made-by-a-test"')
    text = text.replace("ASEAN Outlook on the Indo-Pacific", "A Plan of the Tests").replace('"AOIP"', '"PTT"')
    headers = {"Content-Type": "text/turtle", "Idempotency-Key": "4711"}
    before = len(entries(office))

    def post(content=text, **more):
        return api("POST", TABLE, content=content, headers={**headers, **more}, params={"reason": "It is missing"})

    made = post()
    assert made.status_code == 201, made.text
    again = post()
    assert (again.status_code, again.json(), again.headers["Location"]) == (201, made.json(), made.headers["Location"])
    assert len(entries(office)) == before + 1
    assert post(text.replace("A Plan of the Tests", "Another")).status_code == 400
    assert post(**{"Idempotency-Key": "4712"}).status_code == 409
    assert post(text.replace(str(new), "urn:nothing"), **{"Idempotency-Key": "4713"}).status_code in (400, 422)
    assert post("<urn:a> <urn:b> <urn:c> . <urn:d> <urn:b> <urn:c> .", **{"Idempotency-Key": "4714"}).status_code == 400
    assert len(entries(office)) == before + 1


def test_who_may_not_is_refused(api, desk, held):
    graph, tag = held("actip-2015")
    assert desk.get(f"{TABLE}/actip-2015").status_code == 401
    content, headers = graph.serialize(), {"Content-Type": "text/turtle", "If-Match": tag}
    assert desk.put(f"{TABLE}/actip-2015", content=content, headers=headers).status_code == 401
    assert put(api, "actip-2015", graph, tag, scopes=("read",)).status_code == 403
    assert desk.delete(f"{TABLE}/actip-2015", headers=headers).status_code == 401


@pytest.mark.proof
def test_a_record_is_withdrawn_and_its_address_tells_why(api, office):
    path = f"{TABLE}/tagp-mou-2002"
    assert api("DELETE", path, params={"reason": "It was a test"}).status_code == 428
    assert api("DELETE", f"{TABLE}/nobody", headers={"If-Match": "*"}).status_code == 404
    assert api("DELETE", path, headers={"If-Match": "*"}, content="body").status_code == 400
    refused = api("DELETE", f"{TABLE}/actip-2015", headers={"If-Match": "*"}, params={"reason": "It was a test"})
    assert refused.status_code == 422  # others refer to it
    assert any("actip-2015" in one["message"] for one in refused.json()["violations"])
    asked = {"reason": "It was never adopted", "replaced-by": "instrument/aoip-2019"}
    assert api("DELETE", path, headers={"If-Match": "*"}, params=asked).status_code == 200
    assert api("GET", path).status_code == 404
    entry = entries(office)[-1]
    assert [(edit.table, edit.after is None) for edit in entry.edits] == [
        ("registers/instruments", True),
        ("registers/identifiers", False),
    ]
    assert any("isReplacedBy" in line and "aoip-2019" in line for line in entry.added)


def test_what_is_described_is_what_the_doors_answer(desk, client):
    told = desk.get("/openapi.json").json()
    validate(told)
    described = {(path, method.upper()) for path, one in told["paths"].items() if "/desk/" in path for method in one}
    doors = {
        (route.path.replace("{key:path}", "{key}"), method)
        for route in records.ROUTES
        for method in route.methods - {"HEAD"}
    }
    assert described == doors
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "/desk" not in client.get("/openapi.json").text
    assert client.get("/desk/records").status_code == 404
