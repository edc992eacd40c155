"""From a cataloguer's file to a page: the command writes rows, the registers take them, the build serves them."""

import csv
import json
import shutil
import subprocess
import sys
import urllib.request
from os import environ
from pathlib import Path

import pytest

from aseancan_kg import settings
from aseancan_kg.build import registers
from aseancan_kg.errors import InputError
from aseancan_kg.imports.existing import Existing
from aseancan_kg.imports.incoming import COLUMNS
from aseancan_kg.imports.report import as_csv

NEW = """title;acronym;kind;adopted;parties;sources;confidence
ASEAN Convention on Lighthouse Keeping;ACLK;convention;2024-05-06;state/canada | state/malaysia;https://example.org/aclk;high
Lamp Work Plan 2025-2030;;work-plan;;state/canada;https://example.org/plan;medium
"""
DOUBTFUL = NEW + "ASEAN Charter;;charter;;;https://example.org/;low\nMaster Plan;;;;;;\n"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new.csv").write_text(NEW, encoding="utf-8-sig")
    (tmp_path / "doubtful.csv").write_text(DOUBTFUL)
    (tmp_path / "empty.mrc").write_bytes(b"")
    return tmp_path / "new.csv"


@pytest.mark.proof
def test_the_command_writes_rows_to_one_stream_and_tells_of_them_on_the_other(cli, new):
    before = {file: file.read_bytes() for file in (settings.resources() / "data" / "registers").iterdir()}
    ran = cli("import", new)
    assert ran.returncode == 0, ran.stderr
    assert [row["slug"] for row in csv.DictReader(ran.stdout.splitlines())] == ["aclk-2024", "lamp-work-plan-2025-2030"]
    assert "row 3: new: Lamp Work Plan 2025-2030\n  becomes instrument/lamp-work-plan-2025-2030\n" in ran.stderr
    assert ran.stderr.endswith("2 new, 0 exists, 0 likely duplicate, 0 faulty.\n")
    assert {file: file.read_bytes() for file in before} == before


def test_what_is_not_settled_ends_with_1_and_what_is_right_is_written(main, new):
    out = new.parent / "rows.csv"
    ran = main("import", "doubtful.csv", "--out", out, "--format", "json", cwd=new.parent)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert json.loads(ran.stdout)["counts"] == {"new": 2, "exists": 0, "likely duplicate": 1, "faulty": 1}
    assert len(out.read_text().splitlines()) == 3
    assert {file.name for file in new.parent.iterdir()} == {"new.csv", "doubtful.csv", "empty.mrc", "rows.csv"}
    answers = ("--same-as", "4=instrument/asean-charter", "--fill", "kind=master-plan", "--fill", "confidence=low")
    ran = main("import", "doubtful.csv", *answers, "--fill", "sources=https://example.org/list", cwd=new.parent)
    assert ran.returncode == 0, ran.stderr
    assert "row 4: exists: ASEAN Charter\n  is instrument/asean-charter\n  title: the file has" in ran.stderr
    assert ran.stderr.endswith("3 new, 1 exists, 0 likely duplicate, 0 faulty.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "nowhere.csv: cannot read it"),
        (["."], "cannot read it: Is a directory"),
        (["empty.mrc"], "empty.mrc: the file is empty"),
        (["new.csv", "--out", "new.csv"], "what is there has to be kept"),
        (["new.csv", "--out", "."], "cannot write it"),
        (["new.csv", "--out", "nowhere/rows.csv"], "cannot write it"),
        (["new.csv", "--out", "/dev/null"], "cannot write it"),
        (["new.csv", "--same-as", "instrument/actip-2015"], "Write it as key=value"),
        (["new.csv", "--same-as", "9=none"], "there is no record 9"),
        (["new.csv", "--fill", "colour=red"], "there is no column “colour”"),
        (["new.csv", "--format", "pdf"], "'pdf' is not one of 'text', 'json'"),
    ],
)
def test_an_import_that_cannot_be_is_told_and_writes_nothing(main, new, arguments, message):
    ran = main("import", *arguments, cwd=new.parent)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert new.read_text(encoding="utf-8-sig") == NEW


def test_a_register_is_never_overwritten(main, new):
    register = settings.resources() / "data" / "registers" / "instruments.csv"
    before = register.read_bytes()
    assert main("import", new, "--out", register).returncode == 2
    assert register.read_bytes() == before


def test_a_dataset_older_than_the_registers_is_refused(examine, served, tmp_path):
    shutil.copytree(settings.resources() / "data", tmp_path / "data")
    append(tmp_path, as_csv(examine(NEW)))
    with pytest.raises(InputError, match=r"the dataset does not have aclk-2024, lamp.*Run `aseancan-kg build` first"):
        Existing.read(tmp_path, served)


def test_the_registers_take_the_rows(examine, existing, tmp_path):
    shutil.copytree(settings.resources() / "data", tmp_path / "data")
    append(tmp_path, as_csv(examine(NEW)))
    read = registers.read(tmp_path / "data", existing.sources)
    assert read.faults == ()
    assert [row.slug for row in read.rows["instruments"]][-2:] == ["aclk-2024", "lamp-work-plan-2025-2030"]


def append(resources: Path, rows: str) -> None:
    """Do as docs/importing.md says."""
    header, _, below = rows.partition("\n")
    assert header == ",".join(COLUMNS)
    with (resources / "data" / "registers" / "instruments.csv").open("a", encoding="utf-8") as register:
        register.write(below)


@pytest.mark.proof  # it builds and validates everything once more
def test_what_came_in_is_validated_built_and_served(cli, new, tmp_path):
    copy = tmp_path / "checkout"
    for name in ("src", "data", "ontology", "shapes", "queries", "build"):
        shutil.copytree(settings.resources() / name, copy / name)
    append(copy, cli("import", new).stdout)

    def run(*arguments):
        start = "from aseancan_kg.cli import main; main()"
        command = [sys.executable, "-c", start, *map(str, arguments)]
        environment = environ | {"PYTHONPATH": str(copy / "src")}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=600, check=False)

    again = run("import", new)
    assert again.returncode == 2
    assert "Run `aseancan-kg build` first" in again.stderr
    built = run("build")
    assert built.returncode == 0, built.stderr
    assert run("validate").returncode == 0
    assert "ASEAN Convention on Lighthouse Keeping" in served_by(copy, "id/instrument/aclk-2024")
    again = run("import", new)
    assert again.returncode == 0
    assert again.stderr.endswith("0 new, 2 exists, 0 likely duplicate, 0 faulty.\n")


def served_by(checkout: Path, path: str) -> str:
    """Return what the service of a checkout answers."""
    start = "from aseancan_kg.cli import main; main()"
    environment = environ | {"PYTHONPATH": str(checkout / "src"), "AC_STATE": str(checkout / "state")}
    command = [sys.executable, "-c", start, "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment)
    try:
        assert server.stdout is not None
        address = [server.stdout.readline() for _ in range(2)][1].split()[1]
        with urllib.request.urlopen(address + path, timeout=60) as answer:
            return answer.read().decode()
    finally:
        server.terminate()
        server.communicate(timeout=60)
