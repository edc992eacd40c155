"""The OpenAPI description tells what the service does."""

import html
import re
from dataclasses import replace

import pytest
from openapi_spec_validator import validate

from aseancan_kg.queries import catalogue
from aseancan_kg.web.app import switch


@pytest.fixture(scope="module")
def told(client):
    return client.get("/openapi.json").json()


def test_it_is_a_valid_openapi_document(told):
    validate(told)


def test_every_query_is_an_operation_with_typed_parameters(told):
    for name, query in catalogue().items():
        operation = told["paths"][f"/queries/{name}"]["get"]
        assert operation["summary"] == query.title
        parameters = {one["name"]: one for one in operation["parameters"]}
        assert set(parameters) == {"format", *(one.name for one in query.parameters)}
        for one in query.parameters:
            assert parameters[one.name]["required"] == (one.default is None)
    date = next(one for one in told["paths"]["/queries/members"]["get"]["parameters"] if one["name"] == "date")
    assert date["schema"]["format"] == "date"


def test_what_is_described_is_there(client, told):
    parameters = {"query": "ASK {}", "graph": "https://w3id.org/aseancan/graph/bodies"}
    parameters["iri"] = parameters["id"] = "https://w3id.org/aseancan/id/body/asean"
    parameters["type"] = "https://w3id.org/aseancan/ont#Body"
    paths = [path for path in told["paths"] if "{" not in path and path != "/q"]
    assert {"/sparql", "/sparql/doctor", "/graph-store", "/queries", "/health"} <= set(paths)
    for path in paths:
        asked = {} if path.startswith("/queries") else parameters
        expected = 300 if path == "/unapi" else 200  # the formats that a thing can be had in
        assert client.get(path, params=asked).status_code == expected, path


def test_every_format_that_is_described_is_given(client, told):
    answers = told["paths"]["/queries/members"]["get"]["responses"]["200"]["content"]
    assert len(answers) == 6
    for media_type in answers:
        given = client.get("/queries/members", headers={"Accept": media_type}).headers["content-type"]
        assert given.split(";")[0] == media_type


def test_lists_and_pictures_are_described_with_all_they_take(client, told):
    listed = told["paths"]["/browse/{kind}"]["get"]["parameters"]
    given = {one["name"]: one["schema"] for one in listed if one["in"] == "query"}
    assert {"pillar", "verb", "year", "sort", "page", "format"} <= set(given)
    for wanted in given["format"]["enum"]:
        assert client.get("/browse/action", params={"format": wanted}).status_code == 200
    picture = told["paths"]["/pictures/{name}.{suffix}"]["get"]
    enums = {one["name"]: one["schema"]["enum"] for one in picture["parameters"] if one["in"] == "path"}
    about = {"of": "https://w3id.org/aseancan/id/instrument/plan-b"}
    for suffix in enums["suffix"]:
        answer = client.get(f"/pictures/neighbours.{suffix}", params=about)
        assert answer.headers["content-type"].partition(";")[0] in picture["responses"]["200"]["content"]
    assert "neighbours" in enums["name"]
    shown = re.findall(r'href="/pictures/([a-z-]+)"', client.get("/pictures").text)
    assert shown
    assert set(shown) <= set(enums["name"])


def test_it_is_made_once_and_anew_for_another_dataset(client, serve, state_of):
    first, again = (client.get("/openapi.json", headers={"Accept": accept}) for accept in ("*/*", "application/json"))
    assert again.content == first.content
    assert client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    described = client.app.openapi_schema
    client.get("/openapi.json", headers={"Accept": "text/plain"})
    assert client.app.openapi_schema is described

    few = {"members": catalogue()["members"]}
    with serve(state_of()) as other:
        assert len(other.get("/openapi.json").json()["paths"]) > 50
        newer = replace(state_of(), queries=few)
        other.portal.call(newer.engine.start)
        other.portal.call(switch, other.app, newer)
        paths = other.get("/openapi.json").json()["paths"]
    assert [path for path in paths if path.startswith("/queries/")] == ["/queries/members"]


def test_behind_a_proxy_it_says_where_the_service_is(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        assert client.get("/kg/openapi.json").json()["servers"] == [{"url": "/kg"}]


def test_the_page_shows_all_of_it(client, told):
    page = html.unescape(client.get("/docs").text)
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/queries/"):
                assert f"<summary>{operation['summary']} <small><code>{path}</code></small></summary>" in page
                assert f'<a href="{path}">Try it</a>' in page
            else:
                assert f"<h2><code>{method.upper()} {path}</code></h2>" in page
            assert operation.get("description", operation["summary"]) in page
            for one in operation.get("parameters", ()):
                named = f"{{{one['name']}}}" if one["in"] == "path" else one["name"]
                assert f"<dt><code>{named}</code></dt>" in page
    assert "A day, such as 2025-10-26.\n<small>date; default <code>2025-10-26</code></small>" in page
    assert "<small>string; required</small>" in page
    assert '<a href="/openapi.json">' in page
    assert '<a href="/docs">' in client.get("/").text


def test_nothing_in_the_page_is_taken_for_markup(serve, state_of):
    hostile = replace(catalogue()["members"], name="a", title="<b>&", description="<script>x</script>")
    with serve(replace(state_of(), queries={"a": hostile})) as client:
        page = client.get("/docs").text
    assert "<summary>&lt;b&gt;&amp; <small>" in page
    assert "<script>" not in page


def test_behind_a_proxy_the_page_links_below_its_path(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        assert '<a href="/kg/queries/members">Try it</a>' in client.get("/kg/docs").text
