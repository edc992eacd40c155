"""Every type of page that there is, served from the real dataset; a new type is one line of the table."""

from urllib.parse import quote

import httpx2
import pytest

PLAN = "/doc/instrument/asean-canada-poa-2021-2025"
READ = "/read/instrument/asean-canada-poa-2021-2025"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PAGES = {
    "home": "/",
    "reading": READ,
    "reading with sources": f"{READ}?source=on&notes=off",
    "plan": PLAN,
    "section": f"{PLAN}/section/1.2",
    "action": f"{PLAN}/action/1.2.6",
    "clause": f"{PLAN}/action/1.2.6/clause/1",
    "preamble": f"{PLAN}/preamble",
    "instrument": "/doc/instrument/mpac-2025",
    "body": "/doc/body/asean-secretariat",
    "mechanism": "/doc/mechanism/asean-summit",
    "meeting": "/doc/meeting/20th-asean-canada-dialogue",
    "programme": "/doc/programme/asean-canada-fta-negotiations",
    "fund": "/doc/fund/asean-canada-trust-fund",
    "state": "/doc/state/brunei-darussalam",
    "state group": "/doc/state-group/asean-member-states",
    "place": "/doc/place/bangkok",
    "person": "/doc/person/amran-mohamed-zin",
    "post": "/doc/post/adm-indo-pacific-gac",
    "source": "/doc/source/asean-secretariat-release-20th-dialogue",
    "statement": "/doc/statement/d20-s01-reaffirmed-partnership",
    "assertion": "/doc/assertion/body/accc/acronym",
    "mention": "/doc/mention/news-20th-asean-canada-dialogue/0-5",
    "coding": "/doc/coding/plan-of-action-2021-2025/first-reading/action/1.2.6/clause/1/direction",
    "topic": "/scheme/topic/cybersecurity",
    "code list": "/scheme/basis",
    "concept": "/scheme/basis/explicit",
    "goal": f"/?uri={quote('http://metadata.un.org/sdg/5', safe='')}",
    "ontology": "/ont",
    "class": "/doc/ont/Instrument",
    "property": "/doc/ont/adoptedOn",
    "graph": "/graph/bodies",
    "dataset": "/dataset",
    "releases": "/r",
    "release": "/r/5124f632db8ce40f",
    "what changed": "/r/5124f632db8ce40f/changes/instrument/unscr-1325",
    "thing of a past release": "/r/b0c752e3c0a8ec01/doc/instrument/actip-2015",
    "shapes": "/shapes",
    "search": "/search",
    "search that finds": "/search?q=asean+secretariat",
    "search that finds nothing": "/search?q=xyzzyx",
    "choice": "/doc/CRPD",
    "larger network": "/pictures/network-with-actions",
    "lineage": f"/pictures/lineage?of={quote('https://w3id.org/aseancan/id/instrument/mpac-2025', safe='')}",
    "queries": "/queries",
    "queries with a word": "/queries?q=topic",
    "query": "/queries/members?date=2020-09-10",
    "citation": f"/cite?iri={quote('https://w3id.org/aseancan/id/instrument/unclos-1982', safe='')}",
    "citation of an action": f"/cite?iri={quote(f'https://w3id.org/aseancan/id/{PLAN[5:]}/action/1.2.6', safe='')}",
    "query that finds nothing": "/queries/members?date=1900-01-01",
    "workbench": "/sparql",
    "workbench with an answer": f"/sparql?query={quote('SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 20')}",
    "workbench with an error": f"/sparql?query={quote('SELECT * { ?s nope:x ?o }')}",
    "workbench out of time": f"/sparql?query={quote(ENDLESS)}",
    "doctor": f"/sparql/doctor?query={quote('SELECT * { ?s a <urn:nothing> }')}",
    "deposit": "/q/{deposit}",
    "browse": "/browse",
    "facets": "/browse/action",
    "pictures": "/pictures",
    "matrix": "/pictures/chapters-verbs",
    "long matrix": "/pictures/actions-goals",
    "timeline": "/pictures/lineages",
    "timeline of meetings": "/pictures/meetings",
    "network": "/pictures/network",
    "neighbours": f"/pictures/neighbours?of={quote('https://w3id.org/aseancan/id/body/asean', safe='')}",
    "catalogue records": "/records",
    "catalogue record": "/records/instrument/actip-2015",
    "crosswalk": "/records/crosswalk",
    "error to report": "/report?about=https://w3id.org/aseancan/id/body/asean",
    "interface": "/docs",
    "ontology explained": "/downloads/ontology.html",
    "codebook": "/downloads/codebook.html",
    "not readable": "/doc/body/asean?page=0",
    "not found": "/doc/body/nobody",
    "not acceptable": "/doc/body/asean?format=docx",
}
QUICK = {
    *("home", "plan", "action", "concept", "search that finds", "pictures", "network"),
    *("browse", "error to report", "query", "workbench with an answer", "not found"),
    *("catalogue records", "catalogue record", "crosswalk"),
}
"""Those that a browser looks at in every run of the tests; the others are looked at by `pytest -m proof`."""
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="session")
def site(host):
    """The service over the real dataset with a deposit: its address, and the pages' paths."""
    query = "SELECT ?s { ?s a <https://w3id.org/aseancan/ont#Fund> }"
    deposit = httpx2.post(f"{host}/q", data={"query": query}, timeout=60).json()["id"]
    return host, {name: path.replace("{deposit}", deposit) for name, path in PAGES.items()}


@pytest.fixture(scope="session")
def texts(site):
    """The HTML of every page by its name."""
    url, pages = site
    return {name: httpx2.get(url + path, headers=BROWSER, timeout=60).text for name, path in pages.items()}


@pytest.fixture(scope="module", params=PAGES)
def name(request):
    """Name of a type of page; each test that takes it runs once for each."""
    return request.param


@pytest.fixture(
    scope="module", params=[pytest.param(one, marks=() if one in QUICK else pytest.mark.proof) for one in PAGES]
)
def viewed(request):
    """Name of a type of page to be looked at in a browser; most are only with `pytest -m proof`."""
    return request.param
