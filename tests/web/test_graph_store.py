"""Whole graphs by the SPARQL 1.1 Graph Store HTTP Protocol."""

import pyoxigraph as ox
import pytest

from aseancan_kg.mediatypes import GRAPH_FORMATS

BODIES = "https://w3id.org/aseancan/graph/bodies"


def triples(response):
    rdf_format = ox.RdfFormat.from_media_type(response.headers["content-type"])
    return {quad.triple for quad in ox.parse(response.content, format=rdf_format)}


@pytest.mark.parametrize("one", GRAPH_FORMATS, ids=lambda one: one.name)
def test_a_named_graph_in_every_format(client, store, one):
    by_header = client.get("/graph-store", params={"graph": BODIES}, headers={"Accept": one.media_type})
    by_name = client.get("/graph-store", params={"graph": BODIES, "format": one.name})
    assert by_header.headers["content-type"] == one.content_type
    assert by_header.content == by_name.content
    assert len(triples(by_header)) == store.graphs[BODIES]


def test_the_default_graph_is_the_union(client, store):
    response = client.get("/graph-store?default")
    assert len(triples(response)) == len(store)
    assert response.headers["etag"]
    assert client.get("/graph-store?default", headers={"If-None-Match": response.headers["etag"]}).status_code == 304


def test_head_tells_what_get_would_send(client, lasting):
    got, head = (client.request(method, "/graph-store", params={"graph": BODIES}) for method in ("GET", "HEAD"))
    assert head.content == b""
    assert lasting(head) == lasting(got)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("default&graph=https://w3id.org/aseancan/graph/bodies", 400),
        ("graph=a&graph=b", 400),
        ("graph=no iri", 400),
        ("graph=urn:nobody", 404),
        ("graph=https://w3id.org/aseancan/graph/bodies> { } } %23", 400),
        ("default&format=csv", 406),
    ],
)
def test_what_names_no_graph_is_refused(client, query, status):
    response = client.get(f"/graph-store?{query}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_it_is_read_only(client, method):
    response = client.request(method, "/graph-store?default", content="<urn:a> <urn:b> <urn:c> .")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
