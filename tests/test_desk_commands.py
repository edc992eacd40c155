"""The desk on the command line: what is published is served, can be taken back, and is carried into the registers."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.request

import pytest

from aseancan_kg import settings

TABLE, ACTIP = "registers/instruments", "instrument/actip-2015"
PLACE = "https://w3id.org/aseancan/ont#adoptedPlace"
BY = ("--author", "Ann", "--reason", "As the title page has it")


@pytest.fixture
def journal(main, tmp_path, monkeypatch):
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/journal.sqlite")
    monkeypatch.setenv("AC_STATE", str(tmp_path / "state"))
    assert main("desk", "init").stdout == "The journal is ready.\n"


def test_without_a_journal_the_desk_is_off(main, monkeypatch):
    monkeypatch.delenv("AC_JOURNAL", raising=False)
    told = main("desk", "log")
    assert told.returncode == 2
    assert "the desk is off: no journal is named. Set AC_JOURNAL" in told.stderr


def test_a_journal_is_made_when_it_is_asked_for_and_never_by_a_slip(main, monkeypatch, tmp_path):
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/jurnal.sqlite")
    for command in (("desk", "log"), ("serve", "--port", "0")):
        told = main(*command)
        assert told.returncode == 2
        assert (
            "there is no journal where AC_JOURNAL says. Correct AC_JOURNAL, or run `aseancan-kg desk init`"
            in told.stderr
        )
    assert not list(tmp_path.iterdir())


def test_a_journal_belongs_to_the_project_s_own_dataset(main, journal):
    for source in (("--data", "tests/web/tiny.trig"), ("--store", "http://127.0.0.1:1/sparql")):
        told = main("serve", *source)
        assert told.returncode == 2
        assert "the desk's journal belongs to the project's own dataset" in told.stderr


def test_an_empty_journal_is_told_written_and_read_again(main, journal, tmp_path):
    assert main("desk", "log").stdout == ""
    assert main("desk", "backup", tmp_path / "backup").stdout == "0 entries, the last none\n"
    assert main("desk", "restore", tmp_path / "backup").stdout == "0 entries, the last none\n"
    (tmp_path / "backup").write_text("nonsense\n")
    told = main("desk", "restore", tmp_path / "backup")
    assert told.returncode == 2
    assert "backup, line 1: this is no entry of a journal" in told.stderr


@pytest.fixture
def service(script, journal):
    """Serve the dataset with the journal's changes; what is given reads a document and the version it is of."""
    command = [script, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+(?=/$)", line)))

            def read(path):
                with urllib.request.urlopen(f"{address}{path}", timeout=30) as answer:
                    return answer.read().decode(), answer.headers["AC-Dataset-Version"]

            yield read
        finally:
            process.terminate()


def waited(service, version):
    """Read a document once the dataset of this version is served."""
    for _ in range(300):
        text, served = service(f"/doc/{ACTIP}.nt")
        if served == version:
            return text
        time.sleep(0.1)
    raise AssertionError(f"{served} is served, not {version}")


def undated(text):
    """Return the triples of a document but for the day of its last change."""
    return sorted(line for line in text.splitlines() if "/dc/terms/modified>" not in line)


@pytest.mark.proof
def test_a_change_is_served_taken_back_and_carried_into_the_registers(cli, service, tmp_path, monkeypatch):
    before, base = service(f"/doc/{ACTIP}.nt")
    rows = tmp_path / "rows.csv"
    rows.write_text("slug,adopted_place\nactip-2015,Kuala Lumpur\n")
    preview = cli("desk", "edit", rows, "--table", TABLE, *BY, "--dry-run")
    told = f'{TABLE} actip-2015 adopted_place: "Kuala Lumpur, Malaysia" → "Kuala Lumpur"\n'
    assert preview.stdout == told
    assert service(f"/doc/{ACTIP}.nt")[1] == base

    published = cli("desk", "edit", rows, "--table", TABLE, *BY)
    assert published.stdout == f"{told}Published as entry 1: dataset {base}+1, 2 quads added, 2 removed.\n"
    assert f'<{PLACE}> "Kuala Lumpur"@en' in waited(service, f"{base}+1")
    answer, _ = service(f"/sparql?format=csv&query=SELECT%20%3Fo%7B%3Fs%20%3C{PLACE.replace('#', '%23')}%3E%3Fo%7D")
    assert "Kuala Lumpur\r\n" in answer

    assert "it changes nothing" in cli("desk", "edit", rows, "--table", TABLE, *BY).stderr
    rows.write_text("slug,kind\nactip-2015,nonsense\n")
    refused = cli("desk", "edit", rows, "--table", TABLE, *BY)
    assert refused.returncode == 1
    assert "nothing was published" in refused.stderr
    assert "column kind: “nonsense” is not a known code" in refused.stderr

    data = tmp_path / "data"
    shutil.copytree(settings.resources() / "data", data)
    exported = cli("desk", "export", "--data", data)
    assert exported.stdout == f"{data / TABLE}.csv\n"
    old, new = ((folder / f"{TABLE}.csv").read_text().splitlines() for folder in (settings.resources() / "data", data))
    assert [(one, other) for one, other in zip(old, new, strict=True) if one != other] == [
        (line, line.replace('"Kuala Lumpur, Malaysia"', "Kuala Lumpur"))
        for line in old
        if line.startswith("actip-2015,")
    ]
    assert cli("desk", "export", "--data", data).stdout == ""

    undone = cli("desk", "undo", "1", "--author", "Bob", "--reason", "The city is in Malaysia")
    assert undone.stdout == f"Published as entry 2: dataset {base}+2, 2 quads added, 2 removed.\n"
    after = waited(service, f"{base}+2")
    assert undated(after) == undated(before)
    assert cli("desk", "export", "--data", data).stdout == f"{data / TABLE}.csv\n"
    assert (data / f"{TABLE}.csv").read_text().splitlines() == old

    backup = tmp_path / "backup.jsonl"
    kept = cli("desk", "backup", backup).stdout
    entries = [json.loads(line) for line in cli("desk", "log", "--json").stdout.splitlines()]
    assert [(one["author"], one["undoes"]) for one in entries] == [("Ann", None), ("Bob", 1)]
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/other.sqlite")
    assert cli("desk", "init").returncode == 0
    assert cli("desk", "restore", backup).stdout == kept
    assert [json.loads(line) for line in cli("desk", "log", "--json").stdout.splitlines()] == entries
