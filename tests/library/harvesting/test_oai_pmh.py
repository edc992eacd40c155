"""The protocol: six verbs, every error, lists in pages, formats; all by the published schema."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise

import pymarc
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from aseancan_kg.library.harvesting.metadata_formats import METADATA_FORMATS
from aseancan_kg.library.harvesting.oai_pmh import PAGE_SIZE, VERBS, Code, respond
from aseancan_kg.library.harvesting.repository import NAMESPACE, Repository
from aseancan_kg.namespaces import ID
from aseancan_kg.store.embedded import EmbeddedStore

OAI = "{http://www.openarchives.org/OAI/2.0/}"
SINCE = NOW = datetime(2026, 12, 1, 10, 30, 15, tzinfo=UTC)
BODIES = 230
DATED = """
@prefix ac: <https://w3id.org/aseancan/ont#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/aseancan/> .

<dataset> dcterms:title "Small"@en ; dcat:hasVersion <r/one> ; dcterms:modified "2026-11-10T12:00:00Z"^^xsd:dateTime .
<r/one> dcat:version "1" ; dcterms:identifier "one" ; dcterms:issued "2026-11-20"^^xsd:date .
<id/instrument/treaty> a ac:Instrument, ac:LegalInstrument ; skos:prefLabel "Treaty"@en ;
  ac:pillar <scheme/pillar/economic> .
<id/instrument/gone> owl:deprecated true ; dcterms:modified "2026-11-20"^^xsd:date .
"""
IRIS = [f"{ID}body/b{number:03}" for number in range(BODIES)]
TREATY, GONE, BODY = (f"{NAMESPACE}{path}" for path in ("instrument/treaty", "instrument/gone", "body/b000"))


def made(turtle=DATED, version="v1"):
    return Repository(
        EmbeddedStore(ox.parse(turtle, ox.RdfFormat.TURTLE), version=version, union_default_graph=True), SINCE
    )


@pytest.fixture(scope="module")
def repository():
    return made(DATED + "".join(f"<{iri}> a ac:Body ; skos:prefLabel 'B'@en .\n" for iri in IRIS))


@pytest.fixture(scope="module")
def real(served):
    return Repository(served, SINCE)


@pytest.fixture(scope="module")
def ask(oai_schema):
    """Return what asks a repository; every answer is valid."""

    def ask(repository, arguments):
        pairs = arguments if isinstance(arguments, list) else [*arguments.items()]
        answer = respond(repository, pairs, "https://example.org/oai", "someone@example.org")
        root = etree.fromstring(answer.dated(NOW))
        oai_schema.assertValid(root)
        assert root.findtext(f"{OAI}responseDate") == "2026-12-01T10:30:15Z"
        assert answer.met == (root.find(f"{OAI}error") is None)
        return root

    return ask


def code(root):
    (error,) = root.iter(f"{OAI}error")
    assert error.text
    return error.get("code")


def asked(text):
    return [tuple(pair.split("=", 1)) for pair in text.split("&")] if text else []


def pages(ask, repository, **arguments):
    """Yield the pages of a list, each asked for with the token of the one before."""
    root = ask(repository, arguments)
    yield root
    while token := root.findtext(f".//{OAI}resumptionToken"):
        root = ask(repository, {"verb": arguments["verb"], "resumptionToken": token})
        yield root


def texts(root, name):
    return [one.text for one in root.iter(OAI + name)]


LIST = "verb=ListRecords&metadataPrefix=oai_dc"
ERRORS = {
    "": Code.BAD_VERB,
    "junk=": Code.BAD_VERB,
    "verb=": Code.BAD_VERB,
    "verb=junk": Code.BAD_VERB,
    "verb=identify": Code.BAD_VERB,
    "verb=Identify&verb=Identify": Code.BAD_VERB,
    "verb=Identify&verb=ListSets": Code.BAD_VERB,
    "verb=Identify&extra=1": Code.BAD_ARGUMENT,
    "verb=Identify&identifier=x": Code.BAD_ARGUMENT,
    "verb=Identify&=": Code.BAD_ARGUMENT,
    "verb=ListMetadataFormats&metadataPrefix=oai_dc": Code.BAD_ARGUMENT,
    f"verb=ListMetadataFormats&identifier={TREATY}&identifier={TREATY}": Code.BAD_ARGUMENT,
    "verb=ListMetadataFormats&identifier=": Code.ID_DOES_NOT_EXIST,
    "verb=ListMetadataFormats&identifier=oai:w3id.org:aseancan/body/none": Code.ID_DOES_NOT_EXIST,
    f"verb=ListMetadataFormats&identifier={GONE}": Code.NO_METADATA_FORMATS,
    "verb=ListSets&set=kind": Code.BAD_ARGUMENT,
    "verb=ListSets&resumptionToken=junk": Code.BAD_RESUMPTION_TOKEN,
    "verb=GetRecord": Code.BAD_ARGUMENT,
    "verb=GetRecord&metadataPrefix=oai_dc": Code.BAD_ARGUMENT,
    f"verb=GetRecord&identifier={TREATY}": Code.BAD_ARGUMENT,
    f"verb=GetRecord&identifier={TREATY}&metadataPrefix=": Code.BAD_ARGUMENT,
    f"verb=GetRecord&identifier={TREATY}&metadataPrefix=oai dc": Code.BAD_ARGUMENT,
    f"verb=GetRecord&identifier={TREATY}&metadataPrefix=oai_dc&from=2026-01-01": Code.BAD_ARGUMENT,
    f"verb=GetRecord&identifier={TREATY}&metadataPrefix=OAI_DC": Code.CANNOT_DISSEMINATE_FORMAT,
    f"verb=GetRecord&identifier={BODY}&metadataPrefix=mods": Code.CANNOT_DISSEMINATE_FORMAT,
    'verb=GetRecord&identifier=invalid"id&metadataPrefix=oai_dc': Code.ID_DOES_NOT_EXIST,
    "verb=GetRecord&identifier=http://[&metadataPrefix=oai_dc": Code.ID_DOES_NOT_EXIST,
    "verb=GetRecord&identifier=oai:w3id.org:%zz&metadataPrefix=oai_dc": Code.ID_DOES_NOT_EXIST,
    f"verb=GetRecord&identifier={ID}instrument/treaty&metadataPrefix=oai_dc": Code.ID_DOES_NOT_EXIST,
    f"verb=GetRecord&identifier={TREATY.upper()}&metadataPrefix=oai_dc": Code.ID_DOES_NOT_EXIST,
    "verb=ListIdentifiers": Code.BAD_ARGUMENT,
    "verb=ListRecords": Code.BAD_ARGUMENT,
    "verb=ListRecords&metadataPrefix=junk": Code.CANNOT_DISSEMINATE_FORMAT,
    "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc": Code.BAD_ARGUMENT,
    **dict.fromkeys(
        (
            f"{LIST}&{name}={value}"
            for name in ("from", "until")
            for value in (
                *("", "junk", "2026", "2026-11", "2026-13-01", "2026-02-30", "0000-01-01", "2026-11-20T25:00:00Z"),
                *("2026-11-20T00:00:00", "2026-11-20T00:00Z", "2026-11-20T00:00:00.0Z", "2026-11-20T00:00:00+00:00"),
                *("20261120", "2026-W47-5", "２０２６-11-20", "2026-11-20\x00", " 2026-11-20", "-2026-11-20"),
            )
        ),
        Code.BAD_ARGUMENT,
    ),
    f"{LIST}&from=2026-11-20&until=2026-11-20T00:00:00Z": Code.BAD_ARGUMENT,
    f"{LIST}&from=2026-11-21&until=2026-11-20": Code.BAD_ARGUMENT,
    f"{LIST}&from=2026-11-20T00:00:01Z&until=2026-11-20T00:00:00Z": Code.BAD_ARGUMENT,
    f"{LIST}&until=2025-11-20": Code.NO_RECORDS_MATCH,
    f"{LIST}&from=2030-01-01T00:00:00Z": Code.NO_RECORDS_MATCH,
    f"{LIST}&set=": Code.BAD_ARGUMENT,
    f"{LIST}&set=kind:": Code.BAD_ARGUMENT,
    f"{LIST}&set=kind/body": Code.BAD_ARGUMENT,
    f"{LIST}&set=kind:nothing": Code.NO_RECORDS_MATCH,
    f"{LIST}&set=kin": Code.NO_RECORDS_MATCH,
    "verb=ListRecords&metadataPrefix=mods&set=kind:body": Code.NO_RECORDS_MATCH,
    f"{LIST}&resumptionToken=junk": Code.BAD_ARGUMENT,
    "verb=ListRecords&resumptionToken=junk&until=2026-11-20": Code.BAD_ARGUMENT,
    "verb=ListRecords&resumptionToken=junk&resumptionToken=junk": Code.BAD_ARGUMENT,
    **dict.fromkeys(
        (
            f"verb=ListRecords&resumptionToken={token}"
            for token in (
                *("", "junk", "/", "////////", "v1/100/oai_dc/////", "v1/100/oai_dc////00000000", "\x00", "x" * 60_000),
                *("v1/-1/oai_dc////", "v1/٣/oai_dc////", "v1/" + "9" * 5000 + "/oai_dc////00000000", "é/🎈\n"),
            )
        ),
        Code.BAD_RESUMPTION_TOKEN,
    ),
}


@pytest.mark.parametrize(("request_", "expected"), ERRORS.items(), ids=lambda value: str(value)[:60])
def test_what_is_wrong_has_the_code_that_the_protocol_gives_it(ask, repository, request_, expected):
    arguments = asked(request_)
    root = ask(repository, arguments)
    assert code(root) == expected
    told = root.find(f"{OAI}request")
    assert told.text == "https://example.org/oai"
    if expected in (Code.BAD_VERB, Code.BAD_ARGUMENT):
        assert not told.attrib
    else:
        assert told.get("verb") == dict(arguments)["verb"]


def test_every_code_is_tested():
    tested = {*ERRORS.values(), Code.NO_SET_HIERARCHY}  # which is that of an empty repository, below
    assert tested == set(Code)
    assert {text.partition("&")[0] for text in ERRORS} >= {f"verb={verb}" for verb in VERBS}


def test_a_repository_without_items_has_no_sets_and_no_records(ask):
    empty = made("")
    assert code(ask(empty, {"verb": "ListSets"})) == "noSetHierarchy"
    assert code(ask(empty, asked(f"{LIST}&set=kind"))) == "noSetHierarchy"
    assert code(ask(empty, asked(LIST))) == "noRecordsMatch"
    assert "ListSets" in "".join(ask(made(), asked(f"{LIST}&set=pillar:economy")).itertext())
    root = ask(empty, {"verb": "Identify"})
    assert texts(root, "earliestDatestamp") == ["2026-12-01T10:30:15Z"]
    assert texts(root, "deletedRecord") == ["no"]


def test_it_says_what_it_is(ask, repository):
    root = ask(repository, {"verb": "Identify"})
    told = {one.tag.removeprefix(OAI): one.text for one in root.find(f"{OAI}Identify")}
    assert {name: told[name] for name in told if name != "description"} == {
        "repositoryName": "Small",
        "baseURL": "https://example.org/oai",
        "protocolVersion": "2.0",
        "adminEmail": "someone@example.org",
        "earliestDatestamp": "2026-11-10T12:01:00Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
        "compression": "gzip",
    }
    (sample,) = (one.text for one in root.iter("{*}sampleIdentifier"))
    assert code(ask(repository, {"verb": "GetRecord", "identifier": f"{sample}x", "metadataPrefix": "oai_dc"}))
    assert ask(repository, {"verb": "GetRecord", "identifier": sample, "metadataPrefix": "oai_dc"}) is not None


def test_the_formats_of_an_item_are_those_it_can_be_had_in(ask, real):
    for path in ("instrument/mpac-2025", "body/aha-centre", "instrument/asean-canada-poa-2021-2025/action/1.2.6"):
        identifier = NAMESPACE + path
        formats = texts(ask(real, {"verb": "ListMetadataFormats", "identifier": identifier}), "metadataPrefix")
        assert {"oai_dc", "rdf"} < set(formats) <= set(METADATA_FORMATS)
        assert ("marc21" in formats) == ("action" not in path)
        assert ("mods" in formats) == ("instrument" in path)
        for prefix in METADATA_FORMATS:
            root = ask(real, {"verb": "GetRecord", "identifier": identifier, "metadataPrefix": prefix})
            if prefix in formats:
                assert texts(root, "identifier") == [identifier]
                assert len(root.find(f".//{OAI}metadata")) == 1
            else:
                assert code(root) == "cannotDisseminateFormat"


def test_sets_are_those_of_the_records(ask, real):
    specs = set(texts(ask(real, {"verb": "ListSets"}), "setSpec"))
    for root in pages(ask, real, verb="ListIdentifiers", metadataPrefix="oai_dc"):
        assert set(texts(root, "setSpec")) <= specs
    for spec in sorted(specs)[::9]:
        for root in pages(ask, real, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec):
            for header in root.iter(f"{OAI}header"):
                assert any(f"{one}:".startswith(f"{spec}:") for one in texts(header, "setSpec"))


def test_times_are_of_seconds_or_days_and_include_both_ends(ask, repository):
    def found(**bounds):
        root = ask(repository, {"verb": "ListIdentifiers", "metadataPrefix": "mods", **bounds})
        return texts(root, "identifier")

    moment, day = "2026-11-10T12:01:00Z", "2026-11-10"
    assert found() == [GONE, TREATY]
    assert found(**{"from": moment, "until": moment}) == found(**{"from": day, "until": day}) == [TREATY]
    assert found(until="2026-11-19") == [TREATY]
    assert found(**{"from": "2026-11-10T12:01:01Z"}) == found(**{"from": "2026-11-20"}) == [GONE]


def test_a_tombstone_has_a_header_only(ask, repository):
    (record,) = ask(repository, {"verb": "GetRecord", "identifier": GONE, "metadataPrefix": "marc21"}).iter(
        f"{OAI}record"
    )
    (header,) = record
    assert header.get("status") == "deleted"
    assert texts(header, "datestamp") == ["2026-11-20T23:59:59Z"]
    root = ask(repository, {"verb": "ListRecords", "metadataPrefix": "marc21", "set": "kind:instrument"})
    assert [len(one) for one in root.iter(f"{OAI}record")] == [1, 2]


@pytest.mark.parametrize("verb", ["ListIdentifiers", "ListRecords"])
def test_a_list_comes_in_pages_that_are_counted(ask, repository, verb):
    found = [*pages(ask, repository, verb=verb, metadataPrefix="oai_dc")]
    tokens = [root.find(f".//{OAI}resumptionToken") for root in found]
    assert [token.get("cursor") for token in tokens] == ["0", "100", "200"]
    assert {token.get("completeListSize") for token in tokens} == {str(BODIES + 2)}
    assert [bool(token.text) for token in tokens] == [True, True, False]
    identifiers = [text for root in found for text in texts(root, "identifier")]
    assert identifiers == sorted(identifiers) == [*repository.by_identifier]
    assert len(identifiers) == BODIES + 2 > 2 * PAGE_SIZE


def test_a_list_that_fits_has_no_token(ask, repository):
    root = ask(repository, {"verb": "ListRecords", "metadataPrefix": "mods"})
    assert root.find(f".//{OAI}resumptionToken") is None


def test_a_token_holds_all_that_was_asked(ask, repository):
    bounds = {"from": "2026-11-10", "until": "2026-11-19"}
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "rdf", "set": "kind:body", **bounds}
    found = [text for root in pages(ask, repository, **asked) for text in texts(root, "identifier")]
    assert found == [f"{NAMESPACE}{iri.removeprefix(ID)}" for iri in IRIS]


def first_token(ask, repository, **arguments):
    return next(pages(ask, repository, **{"verb": "ListRecords", "metadataPrefix": "oai_dc", **arguments})).findtext(
        f".//{OAI}resumptionToken"
    )


def test_a_token_is_good_as_it_was_given_and_for_its_verb_alone(ask, repository):
    token = first_token(ask, repository, set="kind:body")
    changed = [token[:place] + other + token[place + 1 :] for place in range(len(token)) for other in "a1/"]
    for one in {*changed, token[1:], token[:-1], token + " ", token.upper(), token * 2} - {token}:
        assert code(ask(repository, {"verb": "ListRecords", "resumptionToken": one})) == "badResumptionToken", one
    assert code(ask(repository, {"verb": "ListIdentifiers", "resumptionToken": token})) == "badResumptionToken"
    assert ask(repository, {"verb": "ListRecords", "resumptionToken": token}).find(f"{OAI}error") is None


@pytest.mark.parametrize(
    "told",
    ["v1/100/////", "v1/100/junk////", "v1/100/oai_dc/junk///", "v1/100/oai_dc///kind:none/", "v1/100/oai_dc//9/<>&/"]
    + [f"v1/{cursor}/oai_dc////" for cursor in ("7", "0100", "300", "999999900", "1" + "0" * 9)],
)
def test_who_makes_a_token_by_our_recipe_gets_nothing_by_it(ask, repository, told):
    check = hashlib.sha256(f"ListRecords/{told[:-1]}".encode()).hexdigest()[:8]
    assert code(ask(repository, {"verb": "ListRecords", "resumptionToken": told + check})) == "badResumptionToken"


def test_a_token_says_when_the_list_has_changed(ask, repository):
    token = first_token(ask, repository)
    turtle = DATED + "".join(f"<{iri}> a ac:Body .\n" for iri in IRIS)
    again, other = made(turtle), made(turtle, version="v2+17")
    assert ask(again, {"verb": "ListRecords", "resumptionToken": token}).find(f"{OAI}error") is None
    root = ask(other, {"verb": "ListRecords", "resumptionToken": token})
    assert code(root) == "badResumptionToken"
    assert "begin again" in root.findtext(f"{OAI}error")
    assert "+" not in first_token(ask, other)  # many harvesters do not escape it in an address


NAMES = st.sampled_from(["verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken", "x", ""])
VALUES = st.one_of(
    st.sampled_from([*VERBS, *METADATA_FORMATS, TREATY, GONE, "kind:body", "2026-11-20", "2026-11-20T23:59:59Z"]),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.from_regex(r"v1/\d{1,3}/(oai_dc)?/[\d-]*//[a-z:]*/[0-9a-f]{8}"),
)


@settings(max_examples=300, deadline=None)
@given(arguments=st.lists(st.tuples(NAMES, VALUES), max_size=5), verb=st.sampled_from(list(VERBS)))
def test_whatever_is_asked_is_answered_by_the_schema(ask, repository, arguments, verb):
    ask(repository, arguments)
    ask(repository, [("verb", verb), *arguments])


@pytest.mark.proof
def test_the_whole_harvest_is_sound_in_every_format(ask, real):
    """Each record is valid, MARC can be read as such, and RDF says what the dataset says."""
    for prefix in METADATA_FORMATS:
        found = [*pages(ask, real, verb="ListRecords", metadataPrefix=prefix)]
        records = [record for root in found for record in root.iter(f"{OAI}record")]
        assert len(records) == sum(item.kind in METADATA_FORMATS[prefix].kinds for item in real.items)
        for before, after in pairwise(texts(one, "identifier")[0] for one in records):
            assert before < after
        for number, record in enumerate(records):
            (metadata,) = record.find(f"{OAI}metadata")
            item = real.by_identifier[texts(record, "identifier")[0]]
            assert metadata.tag.startswith(f"{{{METADATA_FORMATS[prefix].namespace}}}")
            alone = etree.tostring(metadata)
            assert item.iri.encode() in alone
            if prefix == "marc21":
                (marc,) = pymarc.parse_xml_to_array(BytesIO(alone))
                assert marc.leader[6] == ("a" if item.kind == "instrument" else "z")
            elif prefix == "rdf" and number % 5 == 0:
                graph = rdflib.Graph().parse(data=alone, format="xml")
                told = real.store.about([item.iri])[item.iri]
                assert len(graph) == len({quad.triple for quad in told})


def test_what_a_format_cannot_hold_is_left_out_of_a_record(ask, harm):
    turtle = f"<{ID}body/harmful> a ac:Body ; <https://example.org/no/name/1> 1 ."
    node = ox.NamedNode(f"{ID}body/harmful")
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    quads = [*ox.parse(DATED + turtle, ox.RdfFormat.TURTLE), ox.Quad(node, label, ox.Literal(harm))]
    repository = Repository(EmbeddedStore(quads, version="v", union_default_graph=True), SINCE)
    for prefix in ("oai_dc", "marc21", "rdf"):
        root = ask(repository, {"verb": "ListRecords", "metadataPrefix": prefix})
        assert f"{NAMESPACE}body/harmful" in texts(root, "identifier")
        assert f"{ID}body/harmful" in etree.tostring(root, encoding="unicode")
    assert "no/name/1" not in etree.tostring(root, encoding="unicode")
