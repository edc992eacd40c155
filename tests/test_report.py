"""The quality report: complete for programs, one page for people."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aseancan_kg import report, settings, validation
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.quality import METRICS
from aseancan_kg.errors import InvalidData, Place
from aseancan_kg.ontology.checks import Check
from aseancan_kg.report import Disagreement, Figure, Report

KEYS = [
    *("release", "dataset", "quads", "graphs", "classes", "violations", "warnings"),
    *("figures", "disagreements", "checks"),
]
SMALL = Report(
    release="9.9.9",
    dataset="0123456789abcdef",
    quads=12345,
    graphs={"states": 7},
    classes={"State": 2},
    violations=("https://example.org/x: This <b> is wrong.",),
    warnings=(),
    figures=(
        Figure("extraction", "mention-recall", "Share of what readers accept that the rules found", "", 0.9938),
        Figure("completeness", "facts", "Facts of a graph that need a source", "states", 48.0),
    ),
    disagreements=(Disagreement("Canada", "ac:capital", "", "Toronto & York", ("https://example.org/page",)),),
    checks=(Check("within OWL 2 DL", None, ("needs Java",)), Check("every term has its label", False, ("ac:x",))),
)


@pytest.fixture(scope="module")
def real(built: Built) -> Report:
    """Report on the real dataset as if its validation had found two faults."""
    faults = [InvalidData("“x” is no code", Place("states.csv", row=4)), InvalidData("the cell is empty")]
    return report.assemble(built, validation.report_faults(faults), lambda step: None)


def test_json_has_exactly_the_promised_keys() -> None:
    content = json.loads(report.as_json(SMALL))
    assert list(content) == KEYS == [field.name for field in fields(Report)]
    assert content["figures"][0] == {
        "dimension": "extraction",
        "metric": "mention-recall",
        "meaning": "Share of what readers accept that the rules found",
        "of": "",
        "value": 0.9938,
    }
    assert list(content["disagreements"][0]) == ["thing", "property", "preferred", "rival", "sources"]
    assert content["checks"][0] == {"name": "within OWL 2 DL", "passed": None, "findings": ["needs Java"]}


class Page(HTMLParser):
    """What a page loads, and whether its elements are closed in the order they were opened."""

    VOID = frozenset({"meta", "link", "img", "br", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loaded += [str(value) for name, value in attributes if name in {"src", "srcset", "data"} or tag == "link"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_one_page_that_needs_nothing_else() -> None:
    text = report.as_html(SMALL)
    page = Page(text)
    assert (page.loaded, page.open) == ([], [])
    assert "script" not in page.tags
    assert not re.search(r"@import|url\(", text)


def test_html_says_what_was_found_and_escapes_it() -> None:
    text = report.as_html(SMALL)
    assert "This &lt;b&gt; is wrong." in text
    assert "Toronto &amp; York" in text
    assert "12,345 quads in 1 named graphs" in text
    assert '<p class="failed">1 violations' in text
    assert '<li class="not-done">within OWL 2 DL: not checked' in text
    assert '<li class="failed">every term has its label' in text
    assert ">0.994</td>" in text
    assert ">48</td>" in text


def test_the_report_on_the_real_dataset_is_complete(real: Report, built: Built) -> None:
    assert (real.release, real.dataset) == (settings.VERSION, built.version)
    assert real.quads == sum(1 for _ in built.dataset.quads())
    assert (real.classes["Action"], real.classes["Section"], real.classes["Clause"]) == (106, 32, 131)
    assert {figure.metric for figure in real.figures} == METRICS.keys()
    assert len(real.figures) == len(built.measures)
    assert [violation.rpartition(": ")[2] for violation in real.violations] == ["the cell is empty", "“x” is no code"]
    assert real.warnings == ()


def test_every_rival_of_the_registers_stands_beside_what_is_preferred(real: Report) -> None:
    path = settings.resources() / "data" / "registers" / "rivals.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        assert len(real.disagreements) == len(list(csv.DictReader(stream)))
    assert all(one.sources for one in real.disagreements)
    dates = {(one.preferred, one.rival) for one in real.disagreements if one.property == "ac:enteredIntoForceOn"}
    assert ("1997-03-27", "1997-03-28") in dates


def test_the_real_report_is_a_page_too(real: Report) -> None:
    page = Page(report.as_html(real))
    assert (page.loaded, page.open) == ([], [])


@pytest.mark.proof  # it builds everything once more
def test_the_command_writes_the_report_into_a_file(tmp_path: Path) -> None:
    """Most shapes are left out: validating takes the longest, and other tests do it."""
    for name in ("src", "data", "ontology"):
        shutil.copytree(settings.resources() / name, tmp_path / name)
    (tmp_path / "shapes").mkdir()
    shutil.copy(settings.resources() / "shapes" / "dates.ttl", tmp_path / "shapes")
    command = [sys.executable, "-c", "from aseancan_kg.cli import main; main()", "report", "--format", "json"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src")}
    out = tmp_path / "report.json"
    ran = subprocess.run([*command, "--out", out], env=environment, capture_output=True, check=False, timeout=300)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    content = json.loads(out.read_text(encoding="utf-8"))
    assert list(content) == KEYS
    assert content["violations"] == []
