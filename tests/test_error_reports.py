"""The file in which reported errors are kept."""

import json
import subprocess
import sys

import pytest

from aseancan_kg import error_reports
from aseancan_kg.error_reports import LONGEST, ErrorReports
from aseancan_kg.errors import BudgetSpent, InputError, NoRoom, NotFound

WRITER = """
import sys
from pathlib import Path
from aseancan_kg import error_reports
kept = error_reports.ErrorReports(Path(sys.argv[1]), 64, 1024)
for number in range(40):
    report = error_reports.make({"wrong": f"{sys.argv[2]} says it is wrong, {number}"})
    kept.put(report, sys.argv[2])
    print(report.reference, flush=True)
sys.stdin.read()
"""


def make(**given):
    return error_reports.make({"about": "urn:a", "version": "1", "wrong": "The date is wrong.", **given})


def test_a_report_is_kept_as_it_was_given(tmp_path):
    report = make(right="2020", source="p. 3", contact="a@example.org")
    ErrorReports(tmp_path / "reports.sqlite", 1, 8).put(report, "192.0.2.1")
    again = ErrorReports(tmp_path / "reports.sqlite", 1, 8)
    assert again.get(report.reference) == report
    assert again.all() == [report]
    with pytest.raises(NotFound):
        again.get("aaaaaaaa")


def test_what_is_not_seen_is_taken_out():
    report = make(wrong="a\x00b\x1b[31mc\u202ed\u200b\ud800\r\ne\rf\tgh ")
    assert report.wrong == "ab[31mcd\ne\nf\tgh"
    with pytest.raises(InputError, match="not said what is wrong"):
        make(wrong="short\u200b\u200b\u200b\u200b\u200b  ")


@pytest.mark.parametrize("name", LONGEST)
def test_each_field_has_a_limit(name):
    assert getattr(make(**{name: "x" * LONGEST[name]}), name)
    with pytest.raises(InputError, match=f"“{name}” has more than"):
        make(**{name: "x" * (LONGEST[name] + 1)})


def test_a_client_has_a_share_of_a_day_and_the_file_has_an_end(tmp_path):
    kept = ErrorReports(tmp_path / "reports.sqlite", 1, 3)
    for _ in range(3):  # each counts as a kilobyte, however short
        kept.put(make(), "192.0.2.1")
    with pytest.raises(BudgetSpent):
        kept.put(make(), "192.0.2.1")
    kept.put(make(), "192.0.2.2")
    assert len(kept.all()) == 4
    with pytest.raises(NoRoom):
        ErrorReports(tmp_path / "reports.sqlite", 0, 3).put(make(), "192.0.2.3")


def test_two_processes_write_at_once_and_what_they_were_told_is_kept_outlives_a_kill(tmp_path):
    file = tmp_path / "reports.sqlite"
    command = [sys.executable, "-c", WRITER, file]
    writers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        for name in ("one", "another")
    ]
    told = [[writer.stdout.readline().strip() for _ in range(40)] for writer in writers]
    for writer in writers:
        writer.kill()
        writer.communicate()
    kept = [report.reference for report in ErrorReports(file, 64, 1024).all()]
    assert sorted(kept) == sorted(told[0] + told[1])
    assert len(set(kept)) == 80


def test_the_operator_reads_them_on_the_command_line(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("AC_STATE", str(tmp_path))
    assert cli("error-reports").stdout == ""
    reports = [make(), make(wrong="Line one\nline “two”", contact="me")]
    for report in reports:
        ErrorReports(tmp_path / "error-reports.sqlite", 1, 8).put(report, "192.0.2.1")
    lines = cli("error-reports").stdout.splitlines()
    assert [json.loads(line)["wrong"] for line in lines] == [report.wrong for report in reports]
    assert json.loads(lines[1])["contact"] == "me"
