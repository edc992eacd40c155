"""What every response forbids a browser, and that no address sends a client to another host or breaks a door."""

import http.client
import json
import re
from urllib.parse import urljoin, urlsplit

import pytest

PAGE = {"Accept": "text/html"}
ALIKE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "strict-origin-when-cross-origin",
}
DOORS = [
    *("/", "/sparql", "/sparql/doctor", "/sparql/vocabulary", "/graph-store", "/queries", "/queries/members", "/q/"),
    *("/id/body/asean", "/doc/body/asean", "/ont", "/doc/ont/Plan", "/scheme/body-kind", "/graph/bodies", "/linkset"),
    *("/linkset/doc/body/asean", "/dataset", "/shapes", "/downloads/x.nq", "/static/style.css", "/metrics", "/health"),
    *("/read", "/read/instrument/plan-b", "/read/instrument/plan-b.csv", "/pictures", "/pictures/lineages", "/search"),
    *("/pictures/lineages.svg", "/search/suggest", "/opensearch.xml", "/report", "/report/x", "/openapi.json", "/docs"),
    *("/browse", "/browse/action", "/r", "/r/x", "/r/x/doc/body/asean", "/r/x/changes/body/asean", "/robots.txt"),
    *("/sitemap.xml", "/feed.atom", "/.well-known/void", "/downloads/tables", "/downloads/tables/codebook.html"),
    *("/cite?iri=https://w3id.org/aseancan/id/instrument/plan-b", "/reconcile"),
    *("/reconcile/suggest/type", "/nowhere"),
]


def policy(response):
    """Return the directives of a response's policy."""
    text = response.headers["content-security-policy"]
    return dict(one.strip().partition(" ")[::2] for one in text.split(";"))


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        *(("GET", door, PAGE, None) for door in DOORS),
        *(("GET", door, {"Accept": "*/*"}, None) for door in DOORS),
        ("GET", "/doc/body/asean.rdf", {}, 200),
        ("GET", "/doc/body/asean.html", {"If-None-Match": "*"}, 304),
        ("GET", "/static/icon.svg", {}, 200),
        ("GET", "/doc/body/asean?page=0", PAGE, 400),
        ("GET", "/sparql?query=x", PAGE, 400),
        ("GET", "/doc/body/asean?format=docx", PAGE, 406),
        ("GET", "/sparql?query=ASK{}&format=csv", {}, 200),
        ("DELETE", "/", {}, 405),
        ("OPTIONS", "/", {}, 204),
        ("HEAD", "/", {}, 200),
    ],
)
def test_every_response_forbids_what_it_does_not_need(client, method, path, headers, status):
    response = client.request(method, path, headers=headers)
    assert status in (None, response.status_code)
    rules = policy(response)
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["form-action"] in ("'self'", "'none'")
    assert "unsafe" not in str(rules)
    for source in (word for value in rules.values() for word in value.split()):
        assert source in ("'self'", "'none'") or source.startswith(("'nonce-", "'sha256-")), source
    assert {name: response.headers[name] for name in ALIKE} == ALIKE
    assert "geolocation=()" in response.headers["permissions-policy"]
    assert len(response.headers.get_list("content-security-policy")) == 1


def test_a_document_of_the_dataset_may_only_bring_its_own_style(serve, state_of, tmp_path):
    (tmp_path / "a.html").write_text("<style>p { color: red }</style><p style='color: blue'>x<script>alert(1)</script>")
    (tmp_path / "b.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    manifest = {"dataset": "d.nq", "graphs": [], "files": [], "documents": ["a.html", "b.svg"]}
    manifest["files"] = [{"name": name, "bytes": 1, "sha256": ""} for name in manifest["documents"]]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "changes.json").write_text("[]")
    with serve(state_of(downloads=tmp_path)) as client:
        styled, bare = (policy(client.get(f"/downloads/{name}")) for name in ("a.html", "b.svg"))
    # The hash by `printf 'p { color: red }' | openssl dgst -sha256 -binary | base64`.
    assert styled["style-src"] == "'sha256-ngewhhP73WDIbgwseeu52VAAJgKdGUsu1IUQQsAm8m4='"
    assert bare["style-src"] == "'none'"
    assert "script-src" not in styled


ELSEWHERE = ["//evil.example", "/\\evil.example", "/%5cevil.example", "/%2f%2fevil.example", "//evil.example/%2e%2e"]
LURES = [
    *ELSEWHERE,
    *(f"{one}/" for one in ELSEWHERE),
    *(f"/id{one}" for one in ELSEWHERE),
    *(f"/doc{one}/" for one in ELSEWHERE),
    *(
        f"/{kind}/"
        for kind in ("queries", "sparql", "ont", "docs", "scheme/body-kind", "id/body/asean", "doc/body/ASEAN")
    ),
    *(f"/?uri={one}" for one in ("//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example")),
    *("/?uri=https://w3id.org/aseancan/id/body/asean", "/?uri=https://w3id.org/aseancan//evil.example"),
    *("/?uri=https://w3id.org/aseancan/id//evil.example", "/?uri=https://w3id.org/aseancan/doc//evil.example"),
    *("/id/body/asean?next=//evil.example", "/id/body/ASEAN", "/id/ASEAN", "/id/@evil.example", "/@evil.example/"),
    *("/id/body/asean%0d%0aLocation:%20https://evil.example", "/doc/.evil.example/", "/id/https://evil.example"),
]
STRANGE = {  # headers by which proxies tell where they are
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Original-URL": "//evil.example",
    "Forwarded": "host=evil.example",
}


@pytest.fixture(scope="module")
def ask(running, state_of):
    """Send a request with its path as it is written; returns status, headers and body."""
    with running(state_of()) as port:

        def ask(path, headers):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.putrequest("GET", path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read()
            connection.close()
            return response.status, response.headers, body

        yield ask


@pytest.mark.parametrize("headers", [PAGE, STRANGE | PAGE, {"Accept": "text/turtle"}], ids=["page", "strange", "rdf"])
@pytest.mark.parametrize("path", LURES)
def test_nobody_is_sent_to_another_host(ask, path, headers):
    _, told, body = ask(path, headers)
    addresses = [told[name] for name in ("Location", "Content-Location") if told[name]]
    addresses += re.findall("<([^>]*)>", told["Link"] or "")
    addresses += re.findall('(?:href|src|action)="([^"]*)"', body.decode())
    for address in addresses:
        # Browsers read a backslash as a slash.
        assert urlsplit(urljoin("http://here.example/", address.replace("\\", "/"))).netloc != "evil.example", address
    if location := told["Location"]:
        assert location.startswith("/")


def test_the_client_does_not_choose_where_the_service_says_it_is(ask):
    for path in ("/", "/doc/body/asean", "/id/body/asean", "/queries/", "/openapi.json", "/docs"):
        status, told, body = ask(path, STRANGE | PAGE)
        assert status in (200, 301, 303)
        assert "evil.example" not in str(told)
        assert b"evil.example" not in body


ODD = [
    *(
        "%00",
        "%0d%0a",
        "%ff",
        "%zz",
        "%",
        "%c0%af",
        "%e0%80%af",
        "%ed%a0%80",
        "%f8%88%80%80%80",
        "..",
        "../..",
        "..%2f",
    ),
    *(
        "%2e%2e%2f",
        "%2e%2e/",
        "..%5c",
        "..\\",
        "\\",
        "//",
        "/./",
        ";a=b",
        "e%CC%81",
        "%C3%A9",
        "%E2%80%AE",
        "%F0%9F%98%80",
    ),
    *("%25%30%30", "%23", "%3F", "%20", "+", "'", '"', "<script>", "{}", "|", "^", "`", "*", "x" * 8192, "%41" * 2731),
]


@pytest.mark.parametrize("door", DOORS)
def test_an_odd_path_is_refused_plainly(ask, door):
    for odd in ODD:
        for path in (f"{door}/{odd}", f"{door}{odd}", f"/{odd}{door}", f"{door}/{odd}/x.ttl"):
            status, _, _ = ask(path, PAGE)
            assert status in (200, 300, 301, 303, 400, 404, 405, 406), (path[:80], status)
