"""Reporting an error from a page, and what of it may be seen."""

import html
import re

import pytest

from aseancan_kg.error_reports import LONGEST

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BASE = "https://w3id.org/aseancan/"
PLAN = f"{BASE}id/instrument/plan-b"
SCRIPT = "<script>alert('planted')</script>"
WRONG = f"It was adopted on another day. {SCRIPT}"


@pytest.fixture
def reporting(serve, state_of):
    with serve(state_of()) as client:
        yield client


def kept(client):
    return client.app.state.service.error_reports.all()


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/", BASE),
        ("/queries", f"{BASE}queries"),
        ("/doc/instrument/plan-b", PLAN),
        ("/doc/instrument/plan-b.html", PLAN),
        ("/doc/instrument/plan-b/action/1.2.6", f"{PLAN}/action/1.2.6"),
        ("/doc/ont/Plan", f"{BASE}ont#Plan"),
        ("/scheme/body-kind", f"{BASE}scheme/body-kind"),
        ("/no%22such%26page", f'{BASE}no"such&page'),
    ],
)
def test_every_page_leads_to_a_form_that_knows_what_it_is_about(client, store, path, about):
    page = client.get(path, headers=BROWSER).text
    link = html.unescape(re.search(r'href="(/report\?about=[^"]*)"', page)[1])
    form = client.get(link, headers=BROWSER)
    assert form.status_code == 200
    assert form.headers["content-type"] == "text/html; charset=utf-8"
    values = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form.text)}
    assert (values["about"], values["version"]) == (about, store.version)


def test_the_link_and_the_form_respect_the_base_path(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        page = client.get("/kg/doc/instrument/plan-b", headers=BROWSER).text
        assert f'href="/kg/report?about={BASE.replace(":", "%3A")}id/instrument/plan-b&amp;' in page
        assert '<form action="/kg/report"' in client.get("/kg/report", headers=BROWSER).text
        sent = client.post("/kg/report", data={"wrong": WRONG}, headers=BROWSER)
        assert sent.headers["location"].startswith("/kg/report/")


def test_a_browser_sends_the_form_and_is_told_the_reference(reporting, store):
    fields = {
        "about": PLAN,
        "version": "0123",
        "wrong": WRONG,
        "right": "",
        "source": "p. 1",
        "contact": "me@example.org",
    }
    sent = reporting.post("/report", data=fields | {"website": ""}, headers=BROWSER | {"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 303
    (report,) = kept(reporting)
    assert {name: getattr(report, name) for name in fields} == fields
    shown = reporting.get(sent.headers["location"], headers=BROWSER)
    assert shown.headers["cache-control"] == "no-store"
    assert report.reference in shown.text
    assert '<a href="/doc/instrument/plan-b">Plan B, 2021-2025</a>' in shown.text
    assert not [words for words in ("another day", "planted", "me@example.org", "p. 1") if words in shown.text]


def test_a_program_posts_json(reporting, store):
    sent = reporting.post("/report", json={"about": f"{BASE}ont#Plan", "wrong": WRONG, "contact": "me@example.org"})
    assert sent.status_code == 201
    told = sent.json()
    assert (told["about"], told["datasetVersion"]) == (f"{BASE}ont#Plan", store.version)
    assert sent.headers["location"] == f"/report/{told['reference']}"
    shown = reporting.get(sent.headers["location"], headers={"Accept": "application/json"})
    assert shown.json() == told
    assert set(told) == {"reference", "received", "about", "datasetVersion"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"wrong": ""}, "not said what is wrong"),
        ({"wrong": "bad"}, "not said what is wrong"),
        ({"wrong": WRONG, "website": "https://example.org"}, "“website” is filled in"),
        ({"wrong": WRONG, "about": "https://example.org/other"}, "nothing is known here"),
        ({"wrong": WRONG, "about": "no IRI"}, "nothing is known here"),
        ({"wrong": WRONG, "when": "now"}, "a report has no “when”"),
        ({"wrong": "x" * (LONGEST["wrong"] + 1)}, "more than 4,000 characters"),
    ],
)
def test_what_is_no_report_is_refused_and_a_browser_keeps_what_it_wrote(reporting, given, words):
    refused = reporting.post("/report", json=given)
    assert refused.status_code == 400
    assert words in refused.json()["detail"]
    page = reporting.post("/report", data=given, headers=BROWSER)
    assert page.status_code == 400
    assert words in html.unescape(page.text)
    assert '<p role="alert"' in page.text
    assert html.escape(given.get("wrong", ""), quote=False).replace("'", "&#39;") in page.text
    assert SCRIPT not in page.text
    assert kept(reporting) == []


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"wrong": 1}', "[" * 50_000, b"\xff"])
def test_broken_json_is_refused(reporting, body):
    refused = reporting.post("/report", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_other_types_long_bodies_and_unknown_references_are_refused(reporting):
    typed = reporting.post("/report", content="x", headers={"Content-Type": "text/plain"})
    assert typed.status_code == 415
    assert "application/json" in typed.headers["accept-post"]
    assert reporting.post("/report", json={"wrong": "x" * 70_000}).status_code == 413
    assert reporting.get("/report/aaaaaaaa").status_code == 404
    assert reporting.get("/report/%00").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "http://testserver"}, 201),
        ({}, 201),
    ],
)
def test_the_page_of_another_site_cannot_send_one(reporting, headers, status):
    assert reporting.post("/report", json={"wrong": WRONG}, headers=headers).status_code == status
    assert len(kept(reporting)) == (status == 201)


def test_a_full_or_missing_place_is_told(serve, state_of, tmp_path):
    (tmp_path / "file").write_text("")
    with serve(state_of(state=str(tmp_path / "file" / "x"))) as client:
        refused = client.post("/report", json={"wrong": WRONG})
        assert refused.status_code == 503
        assert str(tmp_path) not in refused.text
    with serve(state_of(reports_mb=0)) as client:
        assert client.post("/report", json={"wrong": WRONG}).status_code == 507
    with serve(state_of(report_kb_per_client=1)) as client:
        assert client.post("/report", json={"wrong": WRONG}).status_code == 201
        refused = client.post("/report", json={"wrong": WRONG}, headers=BROWSER)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 24 * 60 * 60


def test_a_planted_script_is_shown_nowhere(reporting):
    form = reporting.get("/report", params={"about": SCRIPT, "version": SCRIPT, "wrong": SCRIPT}, headers=BROWSER).text
    assert "<script>" not in form
    fields = {name: f"{SCRIPT} {name}" for name in LONGEST} | {"about": f"{BASE}{SCRIPT}"}
    sent = reporting.post("/report", data=fields, headers=BROWSER)
    page = reporting.get(sent.headers["location"], headers=BROWSER).text
    assert "<script>" not in page
    assert "planted" in page  # what it is about is shown, as text
