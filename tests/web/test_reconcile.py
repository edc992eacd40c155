"""The reconciliation service as clients use it: by the specification's schemas, in frames, from other sites."""

import importlib.util
import json
import threading
from urllib.parse import quote

import pytest

from aseancan_kg.library.reconciliation.reconciler import HEIGHT, WIDTH
from aseancan_kg.namespaces import ID, ONT

ACTIP, ACW, BODY = f"{ID}instrument/actip-2015", f"{ID}body/acw", f"{ONT}Body"
QUERIES = {
    "q0": {"query": "ACTIP", "limit": 3},
    "q1": {"query": "Asean Comittee on Women", "type": BODY, "type_strict": "should"},
    "q2": {"query": "APASTI", "properties": [{"pid": f"{ONT}periodStartsOn", "v": [2016, {"id": ACW, "name": "ACW"}]}]},
    "q3": {"properties": [{"pid": f"{ONT}kind", "v": "committee"}], "type": [BODY]},
    "q4": {"query": "Seoul"},
}
EXTEND = {
    "ids": [ACTIP, ACW, "unknown"],
    "properties": [
        {"id": f"{ONT}{name}", "settings": {}} for name in ("adoptedOn", "party", "establishedOn", "acronym")
    ],
}
SCHEMAS = [
    ("manifest", "/reconcile", {}),
    ("reconciliation-result-batch", "/reconcile", {"queries": json.dumps(QUERIES)}),
    ("data-extension-response", "/reconcile", {"extend": json.dumps(EXTEND)}),
    ("data-extension-property-proposal", "/reconcile/properties", {"type": BODY, "limit": "5"}),
    ("data-extension-property-proposal", "/reconcile/properties", {"type": "ac:Instrument"}),
    ("suggest-entities-response", "/reconcile/suggest/entity", {"prefix": "asean"}),
    ("suggest-types-response", "/reconcile/suggest/type", {"prefix": ""}),
    ("suggest-properties-response", "/reconcile/suggest/property", {"prefix": "adopted", "cursor": "1"}),
]


@pytest.fixture(scope="module")
def validators(schemas):
    """Return what validates by the schema of a name; the specification's schemas are no part of this project."""
    from jsonschema import Draft7Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    files = (schemas / "reconciliation-0.2").glob("*.json")
    published = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
    registry = Registry().with_resources(
        (schema["$id"], DRAFT7.create_resource(schema)) for schema in published.values() if "$id" in schema
    )
    return lambda name: Draft7Validator(published[name], registry=registry)


@pytest.mark.parametrize(("schema", "path", "asked"), SCHEMAS, ids=[name for name, _, _ in SCHEMAS])
def test_answers_are_as_the_specification_says(released, validators, schema, path, asked):
    response = released.get(path, params=asked)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    validators(schema).validate(response.json())


def test_what_is_asked_here_is_as_the_specification_says(validators):
    validators("reconciliation-query-batch").validate(QUERIES)
    validators("data-extension-query").validate(EXTEND)
    assert not validators("reconciliation-query-batch").is_valid({"q0": {"limit": 1}})


def test_a_batch_is_answered_alike_in_the_address_and_posted(released):
    sent = {"queries": json.dumps(QUERIES)}
    posted = released.post("/reconcile", data=sent)
    assert posted.json() == released.get("/reconcile", params=sent).json()
    results = {key: told["result"] for key, told in posted.json().items()}
    assert list(results) == list(QUERIES)
    assert (results["q0"][0]["id"], results["q0"][0]["match"]) == (ACTIP, True)
    assert len(results["q0"]) <= 3
    assert (results["q1"][0]["id"], results["q1"][0]["match"]) == (ACW, False)
    assert results["q2"][0]["id"] == f"{ID}instrument/apasti-2016-2025"
    assert all(BODY in [one["id"] for one in each["type"]] for each in results["q3"])
    assert results["q4"] == []
    for told in results.values():
        assert [one["score"] for one in told] == sorted((one["score"] for one in told), reverse=True)


def test_one_query_is_answered_with_one_result(released):
    assert released.get("/reconcile", params={"query": "ACTIP"}).json()["result"][0]["id"] == ACTIP
    assert released.post("/reconcile", data={"query": '{"query": "ACTIP"}'}).json()["result"][0]["match"]


def test_values_are_posted_for_as_openrefine_does(released):
    rows = released.post("/reconcile", data={"extend": json.dumps(EXTEND)}).json()["rows"]
    assert rows[ACW][f"{ONT}acronym"] == [{"str": "ACW"}]
    assert rows[ACTIP][f"{ONT}party"][0]["id"].startswith(f"{ID}state/")


def test_every_address_in_the_manifest_is_there(released):
    told = released.get("/reconcile").json()
    for kind, iri in (("entity", ACW), ("type", BODY), ("property", f"{ONT}kind")):
        service = told["suggest"][kind]
        found = released.get(service["service_url"] + service["service_path"], params={"prefix": iri}).json()["result"]
        assert [one["id"] for one in found] == [iri]
        flyout = service["flyout_service_url"] + service["flyout_service_path"].replace("${id}", quote(iri, safe=""))
        shown = released.get(flyout).json()
        assert shown["id"] == iri
        assert found[0]["name"] in shown["html"]
    proposals = told["extend"]["propose_properties"]
    assert released.get(proposals["service_url"] + proposals["service_path"], params={"type": BODY}).json()[
        "properties"
    ]
    assert released.get(told["documentation"]).status_code == 200
    view = released.get(told["view"]["url"].replace("{{id}}", quote(ACW, safe="")))
    assert (view.status_code, view.headers["location"]) == (303, "/doc/body/acw")
    assert ACW.startswith(told["identifierSpace"])


def test_below_a_proxys_path_addresses_have_that_path(state_of, serve):
    with serve(state_of(), root_path="/kg", base_url="https://data.example") as client:
        told = client.get("/kg/reconcile").json()
        assert told["suggest"]["type"]["service_url"] == "https://data.example/kg/reconcile"
        assert client.get("/kg/reconcile/suggest/type").json()["result"]


def test_other_sites_may_ask_from_a_browser(released):
    origin = {"Origin": "http://127.0.0.1:3333"}
    for path in ("/reconcile", *(path for _, path, _ in SCHEMAS[3:]), "/reconcile/preview?id=" + ACW):
        assert released.get(path, headers=origin).headers["access-control-allow-origin"] == "*"
        assert released.options(path, headers=origin).status_code == 204
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    assert "POST" in released.options("/reconcile", headers=asked).headers["access-control-allow-methods"]
    assert (
        released.post("/reconcile", data={"queries": "{"}, headers=origin).headers["access-control-allow-origin"] == "*"
    )


@pytest.mark.parametrize(
    ("path", "given", "status", "part"),
    [
        *(("", {"queries": text}, 400, "queries") for text in ("", "{", "[]", "7", "[" * 50_000, "\0")),
        ("", {"queries": '{"a": 1e999}'}, 400, "query 'a' is no object"),
        ("", {"queries": '{"a": {"query": "x", "type": "nothing"}}'}, 400, "no type 'nothing'"),
        ("", {"queries": json.dumps({str(one): {"query": "x"} for one in range(1001)})}, 413, "1,001 queries"),
        ("", {"queries": "x" * 1_100_000}, 413, "too long"),
        ("", {"extend": "{}"}, 400, "no list of ids"),
        ("", {"query": "{"}, 400, "no JSON"),
        ("", {"query": "x" * 1001}, 400, "1,001 characters"),
        ("", {}, 400, "nothing is asked"),
        ("", {"other": "x"}, 400, "nothing is asked"),
        ("/suggest/entity", {"prefix": "x", "cursor": "-1"}, 400, "cursor"),
        ("/suggest/entity", {"prefix": "x", "cursor": "٣"}, 400, "cursor"),
        ("/suggest/entity", {"prefix": "x", "cursor": "9" * 5000}, 400, "cursor"),
        ("/suggest/everything", {}, 404, "no kind everything"),
        ("/flyout/entity", {}, 400, "id is missing"),
        *(("/flyout/entity", {"id": text}, 404, "nothing is known") for text in ("x", "\0", "http://[", "é" * 9999)),
        ("/flyout/type", {"id": ACW}, 404, "no type"),
        ("/preview", {}, 400, "id is missing"),
        ("/preview", {"id": "<script>"}, 404, "nothing is known"),
        ("/properties", {}, 400, "type is missing"),
        ("/properties", {"type": "x"}, 400, "no type"),
        ("/properties", {"type": BODY, "limit": "0"}, 400, "limit"),
    ],
)
def test_bad_input_gets_a_problem_that_says_what_is_wrong_and_how_to_mend_it(released, path, given, status, part):
    if path:
        response = released.get(f"/reconcile{path}", params=given)
    else:
        response = released.post("/reconcile", data=given or {"": ""})
    assert response.status_code == status
    problem = response.json()
    assert response.headers["content-type"].startswith("application/problem+json")
    assert part in problem["detail"]
    assert problem["hint"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"queries={}", "", 415),
        (b"queries=\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"queries=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"queries=%7B%22a%22%3A%7B%22query%22%3A%22%00%22%7D%7D", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 200), "application/x-www-form-urlencoded", 400),
        (b"queries={}", "application/x-www-form-urlencoded; charset=utf-8", 200),
        (
            b"queries=%7B%22%5Cu0000%22%3A%7B%22query%22%3A%22%5Cu0000%22%7D%7D",
            "application/x-www-form-urlencoded",
            200,
        ),
    ],
)
def test_a_body_is_read_as_a_form_or_refused(released, content, kind, status):
    assert released.post("/reconcile", content=content, headers={"Content-Type": kind}).status_code == status


def test_a_batch_may_take_no_longer_than_a_query(state_of, serve, published):
    queries = {str(one): {"query": f"commitee on wmoen {one}"} for one in range(1000)}
    with serve(state_of(published, query_seconds=0.1)) as client:
        client.get("/reconcile")
        response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 503
    assert response.json()["limitSeconds"] == 0.1


def test_names_are_shown_and_not_executed(state_of, serve, tmp_path):
    name = "<script>alert(1)</script>"
    file = tmp_path / "hostile.nt"
    file.write_text(f'<https://example.org/x> <http://www.w3.org/2004/02/skos/core#prefLabel> "{name}"@en .\n')
    with serve(state_of(file)) as client:
        [first] = client.get("/reconcile", params={"query": name}).json()["result"]
        assert (first["name"], first["match"]) == (name, True)
        asked = {"id": "https://example.org/x"}
        assert "<script" not in client.get("/reconcile/flyout/entity", params=asked).json()["html"]
        assert "<script" not in client.get("/reconcile/preview", params=asked).text


def test_a_preview_is_shown_in_a_frame_of_another_site_and_nothing_else_is(released):
    policy = released.get("/reconcile/preview", params={"id": ACW}).headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in released.get("/doc/body/acw.html").headers["content-security-policy"]


def test_a_preview_tells_what_the_thing_is_and_not_what_it_may_be(released):
    text = released.get("/reconcile/preview", params={"id": ACTIP}).text
    assert "2015-11-21" in text
    assert "2015-11-22" not in text  # a rival date
    assert 'href="/doc/instrument/actip-2015"' in text


@pytest.mark.proof
def test_a_preview_fits_its_frame(browser, host):
    with browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}) as context:
        page = context.new_page()
        page.goto(f"{host}/reconcile/preview?id={quote(ACTIP, safe='')}")
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        assert page.get_by_role("heading", level=1).is_visible()


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore")  # it is older than the pandas and the numpy it uses
def test_a_client_of_others_matches_a_column(host, missing):
    """The `reconciler` package: it posts batches of ten, and cannot read an empty result with today's numpy."""
    if not importlib.util.find_spec("reconciler"):
        missing("reconciler", "pip install reconciler")
    import pandas
    import reconciler

    names = ["ACTIP", "Association of South East Asian Nations", "AHA Center", "Treaty of Amity", "ASEAN Charter"] * 3
    told = reconciler.reconcile(pandas.Series(names), reconciliation_endpoint=f"{host}/reconcile", top_res=1)
    slugs = {row["input_value"]: (row["id"].removeprefix(ID), row["match"]) for _, row in told.iterrows()}
    assert slugs == {
        "ACTIP": ("instrument/actip-2015", True),
        "Association of South East Asian Nations": ("body/asean", True),
        "AHA Center": ("body/aha-centre", True),
        "Treaty of Amity": ("instrument/tac-1976", False),
        "ASEAN Charter": ("instrument/asean-charter", False),
    }


def test_many_may_ask_at_once(released):
    answers = []
    asked = {"queries": json.dumps(QUERIES)}
    threads = [
        threading.Thread(target=lambda: answers.append(released.post("/reconcile", data=asked).json()))
        for _ in "12345678"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(one == answers[0] for one in answers)
