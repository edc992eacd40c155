"""unAPI version 1 (http://unapi.info/specs/), by which Zotero takes what pages are about."""

import re
import xml.etree.ElementTree as ET

import pymarc
import pytest

from aseancan_kg.namespaces import BASE, thing
from aseancan_kg.web.citing import cited

ACTIP, PLAN = (thing("instrument", name) for name in ("actip-2015", "asean-canada-poa-2021-2025"))
PAGE = {"Accept": "text/html"}
FOR_ALL = ["rdf_zotero", "ris", "bibtex"]


def formats(answer):
    root = ET.fromstring(answer.content)
    assert (root.tag, answer.headers["content-type"]) == ("formats", "application/xml")
    for one in root:
        assert (one.tag, set(one.attrib)) == ("format", {"name", "type", "docs"})
    return root.get("id"), [one.get("name") for one in root]


def test_without_an_id_it_lists_what_everything_can_be_had_in(released):
    answer = released.get("/unapi")
    assert (answer.status_code, formats(answer)) == (200, (None, FOR_ALL))


@pytest.mark.parametrize(
    ("iri", "more"),
    [
        (ACTIP, ["mods", "marcxml", "oai_dc"]),
        (f"{PLAN}/action/2.7.4", ["mods", "oai_dc"]),
        (thing("body", "aha-centre"), ["marcxml", "oai_dc"]),
        (f"{BASE}dataset", []),
        (f"{BASE}r/b0c752e3c0a8ec01", []),
        (f"{BASE}queries/members", []),
    ],
)
def test_with_an_id_it_gives_the_choices_and_each_can_be_had(released, iri, more):
    answer = released.get("/unapi", params={"id": iri})
    assert (answer.status_code, formats(answer)) == (300, (iri, [*FOR_ALL, *more]))
    types = {one.get("name"): one.get("type") for one in ET.fromstring(answer.content)}
    for name, media_type in types.items():
        had = released.get("/unapi", params={"id": iri, "format": name})
        assert (had.status_code, had.headers["content-type"].partition(";")[0]) == (200, media_type)
        if name not in ("ris", "bibtex"):
            ET.fromstring(had.content)
        assert cited(released.app.state.service, iri).url in had.text


def test_what_zotero_takes_first_says_that_a_treaty_is_a_statute(released):
    """The translator takes the best format of the list without an id, and does not escape the id that it sends."""
    page = released.get("/doc/instrument/actip-2015", headers=PAGE).text
    server = re.search('<link rel="unapi-server" type="application/xml" title="unAPI" href="([^"]+)">', page)[1]
    (identity,) = re.findall('<abbr class="unapi-id" title="([^"]+)">', page)
    best = formats(released.get(server))[1][0]
    assert "<z:itemType>statute</z:itemType>" in released.get(f"{server}?id={identity}&format={best}").text
    for iri, kind in ((PLAN, "report"), (f"{PLAN}/action/2.7.4", "bookSection"), (f"{BASE}dataset", "dataset")):
        assert f"<z:itemType>{kind}</z:itemType>" in released.get(f"{server}?id={iri}&format={best}").text


def test_a_marc_record_is_read_by_a_library_system(released, tmp_path):
    file = tmp_path / "one.xml"
    file.write_bytes(released.get("/unapi", params={"id": ACTIP, "format": "marcxml"}).content)
    (record,) = pymarc.parse_xml_to_array(str(file))
    assert "Trafficking in Persons" in record.title


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"id": thing("body", "nowhere")}, 404),
        ({"id": thing("body", "nowhere"), "format": "ris"}, 404),
        ({"id": "not an iri"}, 404),
        ({"id": thing("source", "plan-of-action-2021-2025")}, 404),
        ({"id": ACTIP, "format": "endnote"}, 406),
        ({"id": thing("body", "aha-centre"), "format": "mods"}, 406),
        ({"id": f"{BASE}dataset", "format": "marcxml"}, 406),
        ({"format": "ris"}, 400),
    ],
    ids=str,
)
def test_what_is_not_there_is_told_by_status(released, asked, status):
    assert released.get("/unapi", params=asked).status_code == status


@pytest.mark.parametrize("path", ["/search?q=trafficking", "/browse/instrument"])
def test_lists_name_what_they_list_and_all_of_it_can_be_had(released, path):
    page = released.get(path, headers=PAGE).text
    identities = re.findall('<abbr class="unapi-id" title="([^"]+)">', page)
    assert len(identities) > 5
    assert len(set(identities)) == len(identities)
    for identity in identities:
        assert released.get(f"/unapi?id={identity}&format=rdf_zotero").status_code == 200


def test_the_server_is_found_below_a_path(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        page = client.get("/kg/doc/body/asean", headers=PAGE).text
        assert 'href="/kg/unapi"' in page
        assert client.get("/kg/unapi").status_code == 200
