"""Every error has a status, and every failure is a problem document."""

import pytest
from starlette.testclient import TestClient

from aseancan_kg import errors
from aseancan_kg.web.app import create_app
from aseancan_kg.web.problems import STATUS, excerpt


def subclasses(cls):
    return {cls}.union(*(subclasses(one) for one in cls.__subclasses__()))


def test_every_error_class_has_its_status():
    assert set(STATUS) == subclasses(errors.Error)


@pytest.fixture
def raising(state):
    """Return what gives a client of a service that fails in a way."""

    def raising(error):
        app = create_app(state)

        @app.get("/raise")
        def fail():
            raise error

        return TestClient(app, raise_server_exceptions=False)

    return raising


@pytest.mark.parametrize("kind", STATUS, ids=lambda kind: kind.__name__)
def test_an_error_raised_anywhere_becomes_its_problem_document(raising, kind):
    response = raising(kind("it is wrong", remedy="Mend it.")).get("/raise", headers={"Accept": "application/json"})
    assert response.status_code == STATUS[kind]
    problem = response.json()
    assert problem["detail"] == "it is wrong"
    assert problem["hint"] == "Mend it."
    assert problem["instance"] == "/raise"
    assert problem["title"]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"


def test_an_unforeseen_error_tells_nothing_of_the_inside(raising):
    response = raising(KeyError("secret")).get("/raise")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json", "application/problem+json"),
        ("text/turtle", "application/problem+json"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_a_problem_is_told_in_the_clients_language(client, accept, content_type):
    parameters = {"query": "SELECT *\n{ ?s x:y ?o }", "format": "csv"}
    response = client.get("/sparql", params=parameters, headers={"Accept": accept})
    assert response.headers["content-type"] == content_type
    assert "the prefix x: is not declared" in response.text
    assert "{ ?s x:y ?o }" in response.text.encode().decode("unicode_escape")


def test_an_excerpt_points_at_the_column():
    assert excerpt("one\ntwo", errors.Place("query", line=2, column=3)) == "two\n  ^"
    assert excerpt("one", errors.Place("query", line=1)) == "one"
    long = "a" * 100 + "b" + "c" * 100
    assert excerpt(long, errors.Place("query", line=1, column=101)) == f"…{'a' * 60}b{'c' * 59}…\n{' ' * 61}^"
    assert excerpt("one", errors.Place("query", line=7, column=1)) is None
    assert excerpt("", errors.Place("query")) is None
