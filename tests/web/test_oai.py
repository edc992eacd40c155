"""Harvesters, as libraries run them, take everything from the running service, and what is new since."""

import gzip
import http.client
from contextlib import ExitStack
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from oaipmh_scythe import HTTPConfig, Scythe
from oaipmh_scythe.exceptions import NoRecordsMatch as NothingForScythe
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken, NoRecordsMatch

from aseancan_kg.library.harvesting.metadata_formats import METADATA_FORMATS
from aseancan_kg.settings import Settings
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.remote_engine import RemoteEngine
from aseancan_kg.web.state import State

OAI = "{http://www.openarchives.org/OAI/2.0/}"
BODIES = 130
PREFIXES = """@prefix ac: <https://w3id.org/aseancan/ont#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/aseancan/> .
"""
RELEASES = {"one": "2026-11-10", "two": "2026-11-20"}


def release(*names, gone=()):
    """Return the quads of a release in TriG: many bodies, of which the last release lost some."""
    now = names[-1]
    told = [
        PREFIXES,
        f'<graph/x> {{ <dataset> dcterms:identifier "{now}" ; dcterms:modified "{RELEASES[now]}"^^xsd:date ;',
        f"  dcat:hasVersion <r/{'> , <r/'.join(names)}> .",
    ]
    for name in names:
        told.append(f'<r/{name}> dcat:version "{name}" ; dcterms:identifier "{name}" ;')
        told.append(f'  dcterms:issued "{RELEASES[name]}"^^xsd:date .')
    for number in range(BODIES):
        if number in gone:
            told.append(f'<id/body/b{number:03}> owl:deprecated true ; dcterms:modified "{RELEASES[now]}"^^xsd:date .')
        else:
            told.append(f'<id/body/b{number:03}> a ac:Body ; skos:prefLabel "Body {number}, in release {now}"@en .')
    return "\n".join([*told, "}"])


@pytest.fixture(scope="module")
def first(state_of, tmp_path_factory):
    """Return what makes the state of a service over the first release, as after a restart."""
    file = tmp_path_factory.mktemp("first") / "aseancan-one.trig"
    file.write_text(release("one"))
    return lambda: state_of(file)


@pytest.fixture(scope="module")
def second(state_of, tmp_path_factory):
    file = tmp_path_factory.mktemp("second") / "aseancan-two.trig"
    file.write_text(release("one", "two", gone=(7,)))
    return lambda: state_of(file)


@pytest.fixture(scope="module")
def small(first, serve):
    with serve(first()) as client:
        yield client


def error(response):
    return ET.fromstring(response.content).find(f"{OAI}error").get("code")


def numbers(records):
    return [int(record.header.identifier[-3:]) for record in records]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle_harvests_everything(host, method):
    sickle = Sickle(f"{host}/oai", http_method=method)
    assert sickle.Identify().repositoryName == "ASEAN-Canada commitments knowledge graph"
    assert [one.metadataPrefix for one in sickle.ListMetadataFormats()] == [*METADATA_FORMATS]
    for prefix in ("oai_dc", "rdf"):
        found = [*sickle.ListRecords(metadataPrefix=prefix)]
        assert len({record.header.identifier for record in found}) == len(found) > 200
        assert all(record.xml.find(f"{OAI}metadata") is not None for record in found)
    assert len([*sickle.ListIdentifiers(metadataPrefix="oai_dc")]) == 319
    assert len([*sickle.ListIdentifiers(metadataPrefix="oai_dc", set="kind:instrument:treaty")]) == 2
    assert "kind:instrument:treaty" in {one.setSpec for one in sickle.ListSets()}
    record = sickle.GetRecord(identifier="oai:w3id.org:aseancan/instrument/actip-2015", metadataPrefix="oai_dc")
    assert record.metadata["identifier"][0] == "https://w3id.org/aseancan/id/instrument/actip-2015"


@pytest.mark.proof
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_scythe_harvests_everything(host, method):
    with Scythe(f"{host}/oai", http_config=HTTPConfig(http_method=method)) as scythe:
        assert scythe.identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
        for prefix in ("marc21", "rdf"):
            found = [*scythe.list_records(metadata_prefix=prefix)]
            assert len({record.header.identifier for record in found}) == len(found) > 200
        assert len([*scythe.list_identifiers(set_="chapter")]) == 106
        assert len([*scythe.list_sets()]) > 50
        record = scythe.get_record("oai:w3id.org:aseancan/body/aha-centre", "marc21")
        assert record.header.setSpecs


def test_what_a_release_changed_is_harvested_with_what_went(second, running):
    """The first harvest was on the day of the second release, before it came out; that changed every record."""
    with running(second()) as port:
        sickle = Sickle(f"http://127.0.0.1:{port}/oai")
        new = [*sickle.ListRecords(metadataPrefix="marc21", **{"from": "2026-11-20T09:00:00Z"})]
        assert numbers(new) == [*range(BODIES)]
        assert [number for number, record in enumerate(new) if record.deleted] == [7]
        kept = sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True, **{"from": "2026-11-20"})
        assert len([*kept]) == BODIES - 1
        with pytest.raises(NoRecordsMatch):
            sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "2026-11-21"})
        with Scythe(f"http://127.0.0.1:{port}/oai") as scythe:
            assert numbers(scythe.list_records(from_="2026-11-20")) == [*range(BODIES)]
            with pytest.raises(NothingForScythe):
                next(scythe.list_records(until="2026-11-19"))
            with pytest.raises(NothingForScythe):
                next(scythe.list_identifiers(from_="2026-11-20", set_="kind:instrument"))


def test_a_harvest_goes_on_after_a_restart_and_begins_again_after_a_release(first, second, running):
    with running(first()) as port:
        harvest = Sickle(f"http://127.0.0.1:{port}/oai").ListRecords(metadataPrefix="oai_dc")
        begun = [harvest.next() for _ in range(100)]
    token = harvest.resumption_token.token
    with running(first()) as port:
        rest = [*Sickle(f"http://127.0.0.1:{port}/oai").ListRecords(resumptionToken=token)]
        assert numbers([*begun, *rest]) == [*range(BODIES)]
    with running(second()) as port:
        sickle = Sickle(f"http://127.0.0.1:{port}/oai")
        with pytest.raises(BadResumptionToken, match="begin again"):
            sickle.ListRecords(resumptionToken=token)
        assert len([*sickle.ListRecords(metadataPrefix="oai_dc")]) == BODIES


def test_every_answer_is_valid_and_dated_by_when_it_is_sent(small, oai_schema):
    for asked in ("Identify", "ListSets", "ListMetadataFormats", "ListRecords&metadataPrefix=oai_dc", "junk"):
        before = datetime.now(UTC).replace(microsecond=0)
        for response in (small.get(f"/oai?verb={asked}"), small.get(f"/oai?verb={asked}")):
            assert (response.status_code, response.headers["content-type"]) == (200, "text/xml; charset=UTF-8")
            assert "etag" not in response.headers
            root = etree.fromstring(response.content)
            oai_schema.assertValid(root)
            assert before <= datetime.fromisoformat(root.findtext(f"{OAI}responseDate")) <= datetime.now(UTC)


def test_the_same_is_posted_as_a_form(small):
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "kind:body"}
    got, posted = small.get("/oai", params=asked), small.post("/oai", data=asked)
    assert [one.text for one in ET.fromstring(posted.content).iter(f"{OAI}identifier")] == [
        one.text for one in ET.fromstring(got.content).iter(f"{OAI}identifier")
    ]
    assert error(small.post("/oai?verb=Identify", data={"x": "y"})) == "badVerb"
    assert error(small.post("/oai", data={"verb": ["Identify", "Identify"]})) == "badVerb"


def test_records_are_sent_compressed(host):
    connection = http.client.HTTPConnection(host.removeprefix("http://"))
    connection.request("GET", "/oai?verb=ListRecords&metadataPrefix=marc21", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    assert response.headers["content-encoding"] == "gzip"
    body = response.read()
    assert len(gzip.decompress(body)) > 5 * len(body)
    connection.close()


def test_it_knows_its_address_behind_a_proxy(first, serve):
    with serve(first(), root_path="/kg", base_url="https://example.org") as client:
        root = ET.fromstring(client.get("/kg/oai?verb=Identify").content)
    assert root.findtext(f".//{OAI}baseURL") == root.findtext(f"{OAI}request") == "https://example.org/kg/oai"


def test_it_tells_who_runs_the_service(state_of, serve):
    for settings, address in (({}, "unset@aseancan.invalid"), ({"admin_email": "a@example.org"}, "a@example.org")):
        with serve(state_of(**settings)) as client:
            assert f"<adminEmail>{address}</adminEmail>" in client.get("/oai?verb=Identify").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "badVerb"),
        ("verb", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify;verb=Identify", "badVerb"),
        ("verb=%00", "badVerb"),
        ("verb=Identify%00", "badVerb"),
        ("verb=%FF%FE", "badArgument"),
        ("verb=Identify&%C3%28=1", "badArgument"),
        ("verb=Identify&" + "&".join(f"a{n}=1" for n in range(200)), "badArgument"),
        ("verb=ListRecords&resumptionToken=" + "x" * 50_000, "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%00%01%7F%EF%BF%BE", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=one/100/oai_dc////00000000", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=" + "%F0%9F%8E%88" * 500, "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%3C!--%22%27%26]]%3E", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=../oai_dc&identifier=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=kind%0A", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-10%0D%0AX:y", "badArgument"),
    ],
)
def test_hostile_arguments_get_an_error_of_the_protocol(small, oai_schema, query, expected):
    for response in (
        small.get(f"/oai?{query}"),
        small.post("/oai", content=query, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}),
    ):
        assert response.status_code == 200
        oai_schema.assertValid(etree.fromstring(response.content))
        assert error(response) == expected


def test_a_body_that_is_no_form_or_too_long_is_refused(small):
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", "", "application/xml"):
        refused = small.post("/oai", content="verb=Identify", headers={"Content-Type": kind})
        assert refused.status_code == 415
        assert refused.headers["accept-post"] == "application/x-www-form-urlencoded"
    raw = small.post("/oai", content=b"verb=\xff", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert error(raw) == "badArgument"
    assert small.post("/oai", data={"verb": "x" * 100_000}).status_code == 413


def test_other_peoples_data_is_harvested_as_well(client, oai_schema):
    for prefix in METADATA_FORMATS:
        response = client.get(f"/oai?verb=ListRecords&metadataPrefix={prefix}")
        root = etree.fromstring(response.content)
        oai_schema.assertValid(root)
        assert any("/instrument/plan-b" in one.text for one in root.iter(f"{OAI}identifier"))


def test_while_the_store_does_not_answer_harvesters_are_told_when_to_come_back(running, serve, first, tmp_path):
    with ExitStack() as behind:
        port = behind.enter_context(running(first()))
        settings = Settings(state=str(tmp_path), workers=2)
        store = RemoteStore(f"http://127.0.0.1:{port}/sparql", timeout=5)
        with serve(State(store, RemoteEngine(store, settings), settings)) as client:
            found = ET.fromstring(client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").content)
            assert len([*found.iter(f"{OAI}record")]) == 100
            behind.close()
            response = client.get("/oai?verb=ListRecords&metadataPrefix=rdf")
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
