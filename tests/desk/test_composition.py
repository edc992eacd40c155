"""The composer as the desk asks it: a process of its own, whose errors come over as what they are."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from aseancan_kg import settings
from aseancan_kg.desk.composition import Composer
from aseancan_kg.edits import Edit
from aseancan_kg.errors import (
    Conflict,
    InputError,
    InvalidChange,
    NotFound,
    RuleFailed,
    StoreUnavailable,
    SyntaxProblem,
)

INSTRUMENTS, ACTIP = "registers/instruments", "actip-2015"
PLAN = "plan-of-action-2021-2025"

pytestmark = pytest.mark.proof  # the process takes as long to start as a build


@pytest.fixture(scope="module")
def composer() -> Iterator[Composer]:
    with Composer(settings.resources(), settings.dataset_version()) as composer:
        yield composer


def test_it_tells_tables_forms_rows_records_and_mentions(composer) -> None:
    tables = {one["table"]: one for one in composer.tables()}
    assert (tables[INSTRUMENTS]["kind"], tables[INSTRUMENTS]["label"]) == ("instrument", "Instrument")
    assert len(composer.rows(INSTRUMENTS)) == tables[INSTRUMENTS]["rows"]
    (adopted,) = [one for one in composer.form(INSTRUMENTS) if one["column"] == "adopted"]
    assert (adopted["label"], adopted["kind"], adopted["required"]) == ("Adopted", "date", False)
    row = composer.row(INSTRUMENTS, ACTIP)
    assert composer.key(INSTRUMENTS, row) == ACTIP
    assert composer.cells(INSTRUMENTS, ACTIP, composer.record(INSTRUMENTS, ACTIP)) == {
        column: cell for column, cell in row.items() if cell
    }
    assert {one["status"] for one in composer.mentions(PLAN)} == {"confirmed", "added", "rejected"}
    first, *others = composer.withdrawal(INSTRUMENTS, ACTIP, ["instrument/tac-1976"])
    assert (first.table, first.key, first.after) == (INSTRUMENTS, ACTIP, None)
    assert [one.after["replacement"] for one in others] == ["id/instrument/tac-1976"]


def test_a_result_is_told_with_its_row_and_field(composer) -> None:
    (told,) = composer.compose(
        [Edit(INSTRUMENTS, ACTIP, {"pillar": "political-security"}, {"pillar": "war"})]
    ).violations
    assert (told["table"], told["key"], told["column"]) == (INSTRUMENTS, ACTIP, "pillar")


def test_what_a_rule_did_not_foresee_ends_no_process(composer) -> None:
    with pytest.raises(RuleFailed, match=r"a rule that reads it has failed \(AttributeError\)") as told:
        composer.edits(INSTRUMENTS, 3)
    assert "standard error" in told.value.remedy
    with pytest.raises(StoreUnavailable, match="the composer has failed"):
        composer.rows({})
    assert not composer.has_ended
    assert composer.row(INSTRUMENTS, ACTIP)


def test_what_it_cannot_follow_ends_it_as_half_may_be_taken_over() -> None:
    with Composer(settings.resources(), settings.dataset_version()) as other:
        row = other.row(INSTRUMENTS, ACTIP)
        with pytest.raises(StoreUnavailable, match="has ended"):
            other.follow([Edit(INSTRUMENTS, ACTIP, {"title": row["title"]}, {"title": 3})])
        assert other.has_ended


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        (lambda composer: composer.form("registers/nothing"), NotFound),
        (lambda composer: composer.mentions("nothing"), InputError),
        (lambda composer: composer.record(INSTRUMENTS, "nobody"), NotFound),
        (lambda composer: composer.cells(INSTRUMENTS, ACTIP, "nothing"), SyntaxProblem),
        (lambda composer: composer.cells(INSTRUMENTS, ACTIP, "<urn:a> <urn:b> <urn:c> ."), InvalidChange),
        (lambda composer: composer.compose([Edit(INSTRUMENTS, ACTIP, {"title": "x"}, {"title": "y"})]), Conflict),
    ],
)
def test_an_error_comes_over_as_what_it_is(composer, verb, error) -> None:
    with pytest.raises(error) as raised:
        verb(composer)
    assert type(raised.value) is error
    assert raised.value.message


def test_a_composer_whose_service_is_gone_ends_before_it_is_ready():
    command = [sys.executable, "-m", "aseancan_kg.composer", str(settings.resources())]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    told, _ = process.communicate()
    assert (told, process.returncode) == (b"", 0)
