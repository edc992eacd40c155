"""The desk on the command line: what is published is served, can be taken back, and is carried into the registers."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, timedelta

import pytest
from rdflib import SKOS, Literal, URIRef

from aseancan_kg import archive, namespaces, settings
from aseancan_kg.build import dataset
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Edit

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
    told = main("desk", "backup", tmp_path / "backup").stdout
    assert told.startswith("0 entries, the last none; 0 accounts, 0 drafts; SHA-256 ")
    assert main("desk", "restore", tmp_path / "backup").stdout == told
    (tmp_path / "backup").write_text("nonsense\n")
    refused = main("desk", "restore", tmp_path / "backup")
    assert refused.returncode == 2
    assert "backup: this is no backup, or not a whole one. Give a file of" in refused.stderr


def test_a_table_whose_header_names_a_column_twice_is_refused(main, journal, tmp_path):
    (tmp_path / "rows.csv").write_text("slug,note,note\nactip-2015,x,y\n")
    told = main("desk", "edit", tmp_path / "rows.csv", "--table", TABLE, *BY)
    assert told.returncode == 2
    assert "rows.csv, row 1: its header names note twice. Give each column once" in told.stderr


@pytest.fixture
def exported(main, journal, tmp_path):
    """Publish edits as entries, and export them into a table of bodies; give what the table holds then."""
    entries = Journal(Database(os.environ["AC_JOURNAL"]))
    (tmp_path / "registers").mkdir()
    table = tmp_path / "registers" / "bodies.csv"

    def exported(*edits):
        for edit in edits:
            entries.append(Entry("0" * 16, "Ann", "Because", (edit,), (), ()), entries.head())
        told = main("desk", "export", "--data", tmp_path)
        return table.read_bytes() if table.exists() else b"", told

    return exported


def renamed(before, after):
    return Edit("registers/bodies", "asean", {"name": before}, {"name": after})


def test_what_was_exported_is_told_and_may_be_edited_by_hand_since(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "dataset_version", lambda: settings.RELEASED)
    table = tmp_path / "registers" / "bodies.csv"
    table.write_bytes(b"slug,name\nasean,ASEAN\n")
    content, told = exported(renamed("ASEAN", "Asean"))
    assert content == b"slug,name\nasean,Asean\n"
    assert told.stdout == f"{table}\n{tmp_path}/journal.csv\n"
    assert "is not kept" in told.stderr
    archive.keep(tmp_path / "releases", archive.Release("1", settings.RELEASED, date(2026, 1, 1)), b"")
    table.write_bytes(b"slug,name\nasean,By hand\n")
    content, told = exported()
    assert (content, told.stdout, told.returncode) == (b"slug,name\nasean,By hand\n", "", 0)
    content, told = exported(renamed("By hand", "By the desk"))
    assert "is not kept" not in told.stderr
    assert content == b"slug,name\nasean,By the desk\n"
    assert (tmp_path / "journal.csv").read_text().splitlines()[1].startswith("2,")


def test_an_edit_by_hand_of_what_was_not_exported_yet_is_not_lost(exported, tmp_path):
    (tmp_path / "registers" / "bodies.csv").write_bytes(b"slug,name\nasean,By hand\n")
    content, told = exported(renamed("ASEAN", "Asean"))
    assert content == b"slug,name\nasean,By hand\n"
    assert "asean in registers/bodies was changed meanwhile: name was “ASEAN” and is “By hand”" in told.stderr
    assert not (tmp_path / "journal.csv").exists()


def test_an_export_that_was_cut_short_is_ended_by_the_next(exported, tmp_path):
    (tmp_path / "registers" / "bodies.csv").write_bytes(b"slug,name\nasean,Asean\n")  # journal.csv is written last
    content, told = exported(renamed("ASEAN", "Asean"))
    assert (content, told.stdout) == (b"slug,name\nasean,Asean\n", f"{tmp_path}/journal.csv\n")


def test_a_table_keeps_its_mark_and_its_ends_of_lines(exported, tmp_path):
    (tmp_path / "registers" / "bodies.csv").write_bytes(b"\xef\xbb\xbfslug,name\r\nasean,ASEAN\r\nb,B\r\n")
    content, _ = exported(renamed("ASEAN", "Asean"))
    assert content == b"\xef\xbb\xbfslug,name\r\nasean,Asean\r\nb,B\r\n"


@pytest.mark.parametrize("mark", ["nonsense", "sequence,digest\nx,y\n", "sequence,digest\n1,nonsense\n"])
def test_tables_of_another_journal_are_refused(exported, tmp_path, mark):
    (tmp_path / "journal.csv").write_text(mark)
    told = exported()[1]
    assert told.returncode != 0
    assert "journal" in told.stderr


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
    """Return the triples of a document but for its changes, the time of the last and the versions that they made."""
    told = ("/dc/terms/modified>", "/aseancan/change/", "/aseancan/r/")
    return sorted(line for line in text.splitlines() if not any(one in line for one in told))


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
    assert "Nothing was published" in refused.stderr
    assert "column kind: “nonsense” is not a known code" in refused.stderr

    data = tmp_path / "data"
    shutil.copytree(settings.resources() / "data", data)
    exported = cli("desk", "export", "--data", data)
    assert exported.stdout == f"{data / TABLE}.csv\n{data}/journal.csv\n"
    old, new = ((folder / f"{TABLE}.csv").read_text().splitlines() for folder in (settings.resources() / "data", data))
    assert [(one, other) for one, other in zip(old, new, strict=True) if one != other] == [
        (line, line.replace('"Kuala Lumpur, Malaysia"', "Kuala Lumpur"))
        for line in old
        if line.startswith("actip-2015,")
    ]
    nothing = cli("desk", "export", "--data", data)
    assert (nothing.stdout, nothing.stderr) == ("", "The tables contain all that is in the journal.\n")

    undone = cli("desk", "undo", "1", "--author", "Bob", "--reason", "The city is in Malaysia")
    assert undone.stdout == f"Published as entry 2: dataset {base}+2, 2 quads added, 2 removed.\n"
    after = waited(service, f"{base}+2")
    assert undated(after) == undated(before)
    assert cli("desk", "export", "--data", data).stdout == f"{data / TABLE}.csv\n{data}/journal.csv\n"
    assert (data / f"{TABLE}.csv").read_text().splitlines() == old
    assert (data / "journal.csv").read_text().splitlines()[1].startswith("2,")

    backup = tmp_path / "backup.jsonl"
    kept = cli("desk", "backup", backup).stdout
    entries = [json.loads(line) for line in cli("desk", "log", "--json").stdout.splitlines()]
    assert [(one["author"], one["undoes"]) for one in entries] == [("Ann", None), ("Bob", 1)]
    monkeypatch.setenv("AC_JOURNAL", f"sqlite:///{tmp_path}/other.sqlite")
    assert cli("desk", "init").returncode == 0
    assert cli("desk", "restore", backup).stdout == kept
    assert [json.loads(line) for line in cli("desk", "log", "--json").stdout.splitlines()] == entries


@pytest.mark.proof
def test_what_was_published_between_two_releases_is_gone_with_a_word(cli, service, tmp_path):
    _, base = service(f"/doc/{ACTIP}.nt")
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "slug,title,kind,adopted,sources,confidence\n"
        "new-2024,New Declaration,declaration,2024-10-09,https://asean.org/new,medium\n"
    )
    cli("desk", "edit", rows, "--table", TABLE, *BY)
    waited(service, f"{base}+1")
    assert service("/doc/instrument/new-2024.nt")[1] == f"{base}+1"
    undone = cli("desk", "undo", "1", "--author", "Bob", "--reason", "There is no such declaration")
    assert "Published as entry 2: " in undone.stdout
    waited(service, f"{base}+2")
    with pytest.raises(urllib.error.HTTPError, match="410"):
        service("/doc/instrument/new-2024.nt")
    record = "oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:w3id.org:aseancan/instrument/new-2024"
    deleted = service(f"/{record}")[0]
    assert '<header status="deleted">' in deleted
    (stamp,) = re.findall("<datestamp>(.*?)</datestamp>", deleted)
    assert stamp <= f"{datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"

    resources = tmp_path / "resources"
    for name in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(settings.resources() / name, resources / name)
    cli("desk", "export", "--data", resources / "data")
    built = dataset.build(resources, lambda _: None)
    former = URIRef(f"{namespaces.ID}instrument/new-2024")
    assert (former, SKOS.changeNote, None) in built.union
    assert (None, SKOS.prefLabel, Literal("New Declaration", "en")) not in built.union
    again = cli("desk", "undo", "2", "--author", "Bob", "--reason", "There is one after all")
    assert "Published as entry 3: " in again.stdout
    waited(service, f"{base}+3")
    assert "New Declaration" in service("/doc/instrument/new-2024.nt")[0]


@pytest.mark.proof
def test_what_was_in_a_release_is_withdrawn_with_what_stands_in_its_place(cli, journal):
    table, gone, stays = "registers/memberships", "asean-cambodia", "asean-brunei-darussalam"
    told = cli("desk", "withdraw", table, gone, "--replaced-by", f"membership/{stays}", *BY)
    assert f"{table} {gone}: deleted\n" in told.stdout
    assert f'registers/identifiers id/membership/{gone} replacement: "" → "id/membership/{stays}"\n' in told.stdout
    assert "Published as entry 1: " in told.stdout
    refused = cli("desk", "withdraw", TABLE, "actip-2015", *BY)
    assert refused.returncode == 1
    assert "it refers to instrument/actip-2015, which is withdrawn" in refused.stderr
    assert "has no row nobody" in cli("desk", "withdraw", TABLE, "nobody", *BY).stderr
