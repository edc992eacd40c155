"""The threat model names what is there: each threat has tests, and they exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
THREATS = [line.strip("| ").split(" | ") for line in PAGE.partition("## Threats")[2].splitlines() if "::" in line]


@cache
def names_in(file):
    """Return the names of the tests of a file that pytest would collect."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_the_table_is_read_as_it_is_written():
    rows = PAGE.partition("## Threats")[2].partition("## What is accepted")[0].count("\n| ") - 1
    assert len(THREATS) == rows > 30
    assert all(len(one) == 4 for one in THREATS)
    assert {letter for one in THREATS for letter in one[1].split()} == set("STRIDE")
    assert len({one[0] for one in THREATS}) == len(THREATS)


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat[0])
def test_what_proves_that_a_threat_is_met_exists(threat):
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", threat[3])
    assert len(named) == threat[3].count("::") > 0
    for file, name in named:
        assert name in names_in(file), f"{file} has no test {name}"
