"""What no door of the desk may let happen, asked of every one of them."""

import re

import pytest
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.web import desk as doors
from aseancan_kg.web.desk import access

ANN = Caller("Ann", frozenset({"read", "draft"}))
SAME = {"Sec-Fetch-Site": "same-origin"}
OPEN = {route.path for route in access.ROUTES}
"""Doors that one comes to before anybody knows who it is."""
FILLED = {"name": "bodies", "table": "bodies", "edition": "plan-of-action-2021-2025", "step": "submit", "number": "1"}
SCRIPT = '<script>alert("planted")</script><img src=x onerror=alert(1)>'


def address(route: Route) -> str:
    """Return an address that a door answers."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda name: FILLED.get(name[1], "asean"), route.path)


GUARDED = [
    pytest.param(method, address(route), id=f"{method} {route.path}")
    for route in doors.ROUTES
    if route.path not in OPEN
    for method in sorted(route.methods - {"HEAD"})
]
CHANGING = [one for one in GUARDED if one.values[0] != "GET"]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_no_door_answers_whom_nobody_knows(desk, method, path):
    for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": "aseancan-desk=x; __Host-aseancan-desk=x"}, SAME):
        refused = desk.request(method, path, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_no_door_changes_anything_for_another_site_or_a_reader(person, desk, token, method, path):
    ann = person("Ann").client
    for headers in ({}, SAME, {"Sec-Fetch-Site": "cross-site"}, SAME | {"X-CSRF-Token": "0" * 64}):
        assert ann.request(method, path, headers=headers).status_code == 403
    reader = desk.request(method, path, headers=token("Ann", "read"))
    assert reader.status_code == 403
    assert 'error="insufficient_scope"' in reader.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_no_door_reads_a_body_without_end(desk, token, method, path):
    for type_ in ("application/x-www-form-urlencoded", "text/turtle", "application/ld+json"):
        sent = b"a=" + b"x" * 2 * 1024 * 1024
        answer = desk.request(method, path, content=sent, headers={**token("Bob"), "Content-Type": type_})
        assert answer.status_code in (400, 413), answer.text


@pytest.mark.parametrize(
    ("type_", "deep"),
    [
        ("application/ld+json", '{"urn:a":' * 9000 + "1" + "}" * 9000),
        ("application/ld+json", "[" * 50_000),
        ("text/turtle", "<urn:a> <urn:b> " + "<<(<urn:a><urn:b>" * 11_000 + "<urn:c>" + ")>>" * 11_000 + "."),
        ("text/turtle", "<urn:a> <urn:b> " + "(" * 50_000 + ")" * 50_000 + "."),
    ],
)
def test_what_nests_too_deep_does_not_end_the_service(desk, token, type_, deep):
    headers = {**token("Ann"), "Content-Type": type_, "If-Match": "*"}
    refused = desk.put("/desk/records/registers/bodies/asean-ipr", content=deep, headers=headers)
    assert refused.status_code == 413
    assert "brackets" in refused.json()["detail"]


ODD = ["..%2f..%2fetc%2fpasswd", "%00", "' OR '1'='1", "%ff", "a" * 5000]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_no_door_leads_out_of_the_tables(desk, token, method, path):
    for odd in ODD:
        for sent in (f"{path.rpartition('/')[0]}/{odd}", f"{path}?q={odd}&draft={odd}&kind={odd}&page={odd}"):
            answer = desk.request(method, sent, headers=token("Bob", "read"))
            assert answer.status_code < 500, answer.text
            assert "root:" not in answer.text


@pytest.fixture(scope="module")
def planted(office):
    """A draft of Ann's whose every text is markup, with a remark that is, too."""
    with office.desk() as desk:
        rows = f'slug,seat_city,note\nasean-ipr,"{SCRIPT.replace(chr(34), chr(34) * 2)}",secretwordofann\n'
        edits = desk.composer.edits("registers/bodies", rows)
    draft = office.drafts.begin(ANN, edits, SCRIPT)
    office.drafts.remark(draft, ANN, SCRIPT)
    return draft


def test_what_is_planted_in_a_draft_is_text(person, planted):
    bob = person("Bob")
    pages = ["/desk", f"/desk/drafts/{planted.number}", f"/desk/edit/registers/bodies/asean-ipr?draft={planted.number}"]
    pages += [f"/desk/tables/registers/bodies?q={SCRIPT}", f"/desk/new/registers/bodies?cell.name={SCRIPT}"]
    for path in pages:
        page = bob.page(path)
        assert page.status_code == 200, path
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert "&lt;script&gt;" in bob.page(pages[1]).text


def test_a_draft_is_told_to_nobody_else(desk, planted):
    assert planted.edits
    query = "SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'secretwordofann')) }"
    for path in (
        "/search?q=secretwordofann&format=json",
        "/search?q=secretwordofann",
        f"/sparql?format=json&query={query}",
    ):
        found, unknown = (desk.get(one) for one in (path, path.replace("secretwordofann", "secretwordofeve")))
        assert found.status_code == unknown.status_code == 200
        assert found.text.replace("secretwordofann", "secretwordofeve") == unknown.text
    harvest = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    for path in ("/doc/body/asean-ipr.nt", "/doc/body/asean-ipr.html", "/feed.atom", "/sitemap.xml", harvest):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert "secretwordofann" not in answer.text


def test_a_form_brings_nothing_that_it_does_not_have(person, office):
    ann = person("Ann")
    form = {"table": "registers/bodies", "rows": "slug,seat_city\nasean-ipr,Bandung\n", "reason": "The seal says so"}
    more = {"author": "Bob", "status": "published", "entry": "1", "number": "1", "name": "Bob", "role": "editor"}
    sent = ann.send("/desk/bulk", {**form, **more})
    draft = office.drafts.get(int(sent.headers["location"].rpartition("/")[2]))
    assert (draft.author, draft.status, draft.entry) == ("Ann", "draft", None)
    assert ann.send("/desk/bulk", {**form, "rows": "slug,role\nasean-ipr,editor\n"}).status_code == 400
    assert office.accounts.accounts()[0].role == "cataloguer"
