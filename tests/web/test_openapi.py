"""The OpenAPI description tells what the service does."""

import pytest
from openapi_spec_validator import validate

from aseancan_kg.queries import catalogue


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
    paths = [path for path in told["paths"] if "{" not in path and path != "/q"]
    assert {"/sparql", "/sparql/doctor", "/graph-store", "/queries", "/health"} <= set(paths)
    for path in paths:
        asked = {} if path.startswith("/queries") else parameters
        assert client.get(path, params=asked).status_code == 200, path


def test_every_format_that_is_described_is_given(client, told):
    answers = told["paths"]["/queries/members"]["get"]["responses"]["200"]["content"]
    assert len(answers) == 5
    for media_type in answers:
        given = client.get("/queries/members", headers={"Accept": media_type}).headers["content-type"]
        assert given.split(";")[0] == media_type
