"""Script planted wherever a dataset or a request has a string: no page runs it, in a real browser.

Each page is opened twice: as it is served, where the policy must have nothing to refuse, and with the policy switched
off, where only the escaping of the pages themselves stands between the script and the reader.
"""

import json
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest

LURES = [
    "<script>alert('planted')</script>",
    "\"><img src=x onerror=alert('planted')>",
    "' autofocus onfocus=alert('planted') x='",
    "</title></textarea></script><script>alert('planted')</script>",
    "<!--<script>",
    "]]><svg onload=alert('planted')>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert('planted')",
    "\u2028</style><script>alert('planted')</script>",
]
PLANTED = "".join(LURES)
BASE = "https://w3id.org/aseancan/"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
SCRIPTS = [
    "javascript:alert('planted')",
    "data:text/html,%3Cscript%3Ealert('planted')%3C/script%3E",
    "vbscript:msgbox('x')",
]
THING = f"{BASE}id/body/x'onclick='alert(1)'&quot;"
PLAN = f"{BASE}id/instrument/asean-canada-poa-2021-2025"


def dataset():
    """Return N-Quads whose every place holds script, in a dataset that all kinds of page show something of."""
    text = json.dumps(PLANTED, ensure_ascii=False)
    things = [
        THING,
        PLAN,
        *(f"{PLAN}/action/1", f"{PLAN}/section/1"),
        f"{BASE}scheme/verb/a",
        f"{BASE}ont#Body",
        *SCRIPTS,
    ]
    kinds = [
        f"{BASE}ont#Body",
        f"{BASE}ont#Instrument",
        f"{BASE}ont#Plan",
        f"{BASE}ont#Action",
        f"{BASE}ont#Section",
        *SCRIPTS,
    ]
    lines = []
    for thing in things:
        lines += [f"<{thing}> {LABEL} {text}{tag} " for tag in ("@en", "@x-onclick", "")]
        lines += [f"<{thing}> {RDF_TYPE} <{kind}> " for kind in kinds]
        lines += [f"<{thing}> <{script}> {text}^^<{script}> " for script in SCRIPTS]
        lines += [f"<{thing}> <{script}> <{other}> " for script in SCRIPTS for other in things]
        for name in ("acronym", "text", "notation", "kind", "verb", "hedge", "mentions", "adoptedOn", "supersedes"):
            lines += [f"<{thing}> <{BASE}ont#{name}> {text}@en ", f"<{thing}> <{BASE}ont#{name}> <{SCRIPTS[0]}> "]
        for name in ("http://purl.org/dc/terms/isPartOf", "http://xmlns.com/foaf/0.1/page", f"{BASE}ont#parent"):
            lines += [f"<{thing}> <{name}> <{other}> " for other in (PLAN, *SCRIPTS)]
        assertion = f"{BASE}id/assertion/{things.index(thing)}"
        lines += [
            f"<{assertion}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> <{thing}> ",
            f"<{assertion}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> {LABEL} ",
            f"<{assertion}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> {text}@en ",
            f"<{assertion}> <http://www.w3.org/ns/prov#hadPrimarySource> <{SCRIPTS[0]}> ",
            f"<{assertion}> <{BASE}ont#locator> {text} ",
            f"<{assertion}> <http://www.w3.org/2004/02/skos/core#editorialNote> {text}@en ",
        ]
    graphs = [f"{BASE}graph/planted", *SCRIPTS]
    return "".join(f"{line}<{graph}> .\n" for line in lines for graph in graphs)


QUERY = f"SELECT * {{ ?s ?p ?o }} LIMIT 40 # {PLANTED}"
PATHS = [
    *("/", "/dataset", "/graph/planted", "/ont", "/queries", "/docs", "/sparql", "/doc/ont/Body", "/scheme/verb/a"),
    *(f"/doc/{one.removeprefix(f'{BASE}id/')}" for one in (quote(THING, safe=":/"), PLAN, f"{PLAN}/action/1")),
    *("/records", *(f"/records/{one.removeprefix(f'{BASE}id/')}" for one in (quote(THING, safe=":/"), PLAN))),
    *("/doc/assertion/0", "/queries/members?" + urlencode({"date": PLANTED}), "/queries/" + quote(PLANTED, safe="")),
    *(
        f"/{door}/{quote(PLANTED, safe='')}"
        for door in ("id", "doc", "scheme", "graph", "ont", "downloads", "static", "q")
    ),
    *(f"/{quote(PLANTED, safe='')}{end}" for end in ("", "/", ".html")),
    *("/doc/body/x?" + urlencode({name: PLANTED}) for name in ("page", "format", PLANTED)),
    *("/?" + urlencode({"uri": one}) for one in (PLANTED, *SCRIPTS)),
    *(
        f"{door}?" + urlencode({"q": PLANTED, "query": PLANTED, "format": "html"})
        for door in ("/search", "/sparql", "/browse")
    ),
    "/sparql?" + urlencode({"query": QUERY}),
    "/sparql?" + urlencode({"query": "SELECT * { <script>alert('planted')</script>:x ?p ?o }"}),
    "/sparql?" + urlencode({"query": "ASK {}", "default-graph-uri": PLANTED, "named-graph-uri": SCRIPTS[0]}),
    "/sparql?" + urlencode({"query": f"CONSTRUCT {{ ?s ?p ?o }} {{ ?s ?p ?o }} LIMIT 40 # {PLANTED}"}),
    "/sparql/doctor?" + urlencode({"query": f"SELECT * {{ ?s <urn:none> '''{PLANTED}''' }}"}),
    *("/pictures", "/read", "/read/instrument/asean-canada-poa-2021-2025?source=on", "/pictures/chapters-verbs"),
    *("/pictures/lineages", "/pictures/network", "/pictures/network-with-actions", "/pictures/meetings"),
    *("/pictures/lineage?" + urlencode({"of": one}) for one in (THING, PLAN, PLANTED, SCRIPTS[0])),
    *("/report?" + urlencode({"about": one}) for one in (THING, PLANTED, SCRIPTS[0])),
    "/graph-store?" + urlencode({"graph": PLANTED}),
]
FAULTS = """() => {
  const faults = [];
  for (const one of document.querySelectorAll('*')) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith('on')) faults.push(one.outerHTML);
      if (['href', 'src', 'action', 'formaction', 'data'].includes(name.replace('xlink:', ''))
          && !/^(https?:|[/#?]|$)/.test(value)) faults.push(one.outerHTML);
    }
  }
  const inert = 'application/ld+json';
  for (const one of document.scripts) {
    if (one.type !== inert && !/^[/]static[/]/.test(one.getAttribute('src') ?? '')) faults.push(one.outerHTML);
    if (one.type === inert) JSON.parse(one.textContent);
  }
  for (const one of document.querySelectorAll('iframe, object, embed, main style')) faults.push(one.outerHTML);
  return faults.map(one => one.slice(0, 300));
}"""


@pytest.fixture(scope="module")
def url(running, state_of, tmp_path_factory):
    """The service over the planted dataset, from a file whose name is planted too."""
    file = tmp_path_factory.mktemp("planted") / "<script>alert(1)<_script>'&quot;.nq"
    file.write_text(dataset(), encoding="utf-8")
    with running(state_of(file)) as port:
        yield f"http://127.0.0.1:{port}"


WAYS = [pytest.param(False, id="as served"), pytest.param(True, id="without the policy", marks=pytest.mark.proof)]


@pytest.fixture(scope="module", params=WAYS)
def visit(request, browser, url):
    """Open a page and say what is wrong with it."""
    context = browser.new_context(bypass_csp=request.param)
    context.set_default_timeout(120_000)
    page, told = context.new_page(), []

    def dialog(shown):
        told.append(f"dialog: {shown.message}")
        shown.dismiss()

    page.on("dialog", dialog)
    page.on("pageerror", lambda error: told.append(f"error: {error}"))
    page.on("console", lambda message: told.append(message.text) if "status of 4" not in message.text else None)
    page.on("request", lambda sent: told.append(f"request: {sent.url}") if not sent.url.startswith(url) else None)

    def visit(path):
        told.clear()
        page.goto(urljoin(url, "/") + path.removeprefix("/"), wait_until="load")
        if (
            page.evaluate("document.contentType") != "text/html"
        ):  # the browser's own view of XML wants styles of its own
            told[:] = [one for one in told if not one.startswith("Applying inline style violates")]
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        return page, [*told, *page.evaluate(FAULTS)]

    yield visit
    context.close()


def test_no_page_runs_what_is_planted(visit):
    faults = {path[:120]: found for path in PATHS if (found := visit(path)[1])}
    assert faults == {}


@pytest.mark.proof
def test_no_page_that_a_page_links_to_runs_what_is_planted(visit, url):
    links = set()
    for path in PATHS[:14]:
        page, _ = visit(path)
        links.update(page.evaluate("[...document.links].map(one => one.href)"))
    suffixes = (".ttl", ".jsonld", ".rdf", ".nt", ".nq", "format=trig", ".json", ".rq", "format=")
    local = [link for link in sorted(links) if link.startswith(url) and not any(one in link for one in suffixes)]
    shown = [link for link in local if not urlsplit(link).fragment][:40]
    assert len(shown) > 10
    faults = {link[:120]: found for link in shown if (found := visit(link.removeprefix(url))[1])}
    assert faults == {}


def test_the_workbench_shows_what_is_planted_as_text(visit):
    page, faults = visit("/sparql?" + urlencode({"query": QUERY}))
    page.locator("#answer tbody tr").first.wait_for()
    assert "<script>alert('planted')</script>" in page.locator("#answer").inner_text()
    for name in ("Raw", "Table"):
        page.get_by_role("button", name=name).click()
    assert [*faults, *page.evaluate(FAULTS)] == []


def test_a_page_shows_what_is_planted_as_text(visit):
    page, _ = visit("/doc/instrument/asean-canada-poa-2021-2025")
    assert PLANTED.replace("\u2028", " ")[:30] in page.locator("h1").inner_text()
    assert PLANTED[:30] in page.title()
