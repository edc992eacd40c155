"""The files of the tables, read back by the programs of those who take them away."""

import csv
import json
import math
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import csvw
import frictionless
import networkx
import openpyxl
import pandas
import pyarrow.parquet
import pyreadstat
import pytest
from openpyxl.utils.escape import unescape

from aseancan_kg import settings
from aseancan_kg.errors import NotFound
from aseancan_kg.library import sheets
from aseancan_kg.library.tables import bundle
from aseancan_kg.namespaces import ID
from aseancan_kg.store.embedded import EmbeddedStore

ROOT = Path(__file__).parents[3]
NOTEBOOKS = ROOT / "docs" / "notebooks"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Write the tables of the built dataset; the directory."""
    directory = tmp_path_factory.mktemp("tables")
    store = EmbeddedStore.from_files([settings.dataset_file()], union_default_graph=True)
    assert bundle.write(store, directory)[-1] == bundle.archive_name(store)
    return directory


LONG_IRI = f"{ID}instrument/{'x' * 3000}"
TROUBLESOME = (
    "=cmd|'/C calc'!A0",
    "'=1",
    "＝1",
    "@SUM(A1)",
    "+1-2",
    "\ttab",
    'a "b", c\nd',
    "1.10",
    "20209010123456789012",
    "1e5",
    "1-2",
    "May 2020",
    "10 Sep",
    "1/2",
    "12:30 pm",
    "TRUE",
    "007",
    "| *not* [markup](x) <b>",
    "Hà Nội – 東南アジア 🙂",
    "x" * 40_000,
    "é" * 2046,
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Write the tables of a dataset whose texts do harm where they can; the directory."""
    directory = tmp_path_factory.mktemp("hostile")
    literal = [json.dumps(text, ensure_ascii=True) for text in TROUBLESOME]
    literal = [re.sub(r"\\ud83d\\ude42", "🙂", text) for text in literal]
    actions = "".join(
        f"<plan/action/{number}> a ac:Action ; ac:text {text} ; skos:notation {text} ; skos:prefLabel {text} ; "
        f"dcterms:isPartOf <{LONG_IRI}> ; ac:ordinal {number} ; ac:leadVerb <../scheme/verb/{number}> .\n"
        f"<../scheme/verb/{number}> skos:inScheme <../scheme/verb> ; skos:notation {text} .\n"
        for number, text in enumerate(literal)
    )
    data = directory / "data.ttl"
    data.write_text(
        "@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <https://w3id.org/aseancan/id/> .\n"
        f'<{LONG_IRI}> a ac:Instrument, ac:Plan ; skos:prefLabel "=1" ; ac:adoptedOn "0001" ;\n'
        '  ac:adoptedEarliest "0001-01-01" ; ac:adoptedLatest "9999-12-31" .\n'
        "<unnumbered> a ac:Action ; ac:startOffset 9007199254740992 ; ac:endOffset 2147483621 . <other> a ac:Action ; "
        'skos:notation "../../../escaped" ; ac:text "plain\\u0000\\u000B" .\n' + actions,
        encoding="utf-8",
    )
    bundle.write(EmbeddedStore.from_files([data], union_default_graph=True), directory / "tables")
    return directory / "tables"


BOTH = pytest.mark.parametrize("name", ["files", "hostile"])


def read_csv(file):
    with file.open(encoding="utf-8", newline="") as stream:
        heading, *rows = csv.reader(stream)
    return heading, rows


def kinds(directory):
    """Return the type of each field by table and column, in the order of the package."""
    package = json.loads((directory / "datapackage.json").read_text(encoding="utf-8"))
    return {
        each["name"]: {field["name"]: field["type"] for field in each["schema"]["fields"]}
        for each in package["resources"]
    }


def plain(value, kind):
    """Return a value as another program reads it, as it stands in the CSV."""
    if value is None or value is pandas.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if kind == "integer":
        assert float(value).is_integer()
        return str(int(value))
    if kind == "date":
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    return str(value)


def assert_same(directory, table, heading, rows, cut=lambda text: text):
    columns, expected = read_csv(directory / "csv" / f"{table}.csv")
    types = kinds(directory)[table]
    assert list(heading) == columns
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for name, value, cell in zip(columns, row, wanted, strict=True):
            assert plain(value, types[name]) == cut(cell), (table, name)


@pytest.mark.proof
@BOTH
def test_frictionless_finds_the_package_valid(name, request):
    directory = request.getfixturevalue(name)
    report = frictionless.validate(str(directory / "datapackage.json"))
    assert not report.flatten(["name", "type", "note"])
    assert report.stats["tasks"] == len(kinds(directory))


@pytest.mark.proof
def test_frictionless_finds_a_key_that_leads_nowhere(files, tmp_path):
    copy = shutil.copytree(files, tmp_path / "copy")
    file = copy / "csv" / "clauses.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("/action/1.1.1,", "/action/0.0.0,", 1), encoding="utf-8")
    report = frictionless.validate(
        str(copy / "datapackage.json"), checks=[frictionless.Check.from_descriptor({"type": "baseline"})]
    )
    assert "foreign-key" in {error[0] for error in report.flatten(["type"])}


@pytest.mark.proof
def test_csv_on_the_web_describes_the_tables(files):
    group = csvw.TableGroup.from_file(files / "csv" / "csv-metadata.json")
    assert len(group.tables) == len(kinds(files))
    assert group.check_referential_integrity()
    rows = {str(table.url): list(table) for table in group.tables}
    assert len(rows["actions.csv"]) == 106
    action = next(row for row in rows["actions.csv"] if row["number"] == "2.7.4")
    assert action["ordinal"] == int(action["ordinal"])
    assert len(action["topics"]) > 1
    mpac = next(row for row in rows["instruments.csv"] if row["instrument"].path.endswith("/mpac-2025"))
    assert mpac["adopted_earliest"].date() == date.fromisoformat("2016-09-06")


def test_csv_on_the_web_finds_a_key_that_leads_nowhere(files, tmp_path):
    copy = shutil.copytree(files / "csv", tmp_path / "csv")
    text = (copy / "clauses.csv").read_text(encoding="utf-8")
    (copy / "clauses.csv").write_text(text.replace("/action/1.1.1,", "/action/0.0.0,", 1), encoding="utf-8")
    group = csvw.TableGroup.from_file(copy / "csv-metadata.json")
    with pytest.raises(ValueError, match=r"not found in table actions\.csv"):
        group.check_referential_integrity()


@BOTH
def test_parquet_holds_what_the_csv_holds(name, request):
    directory = request.getfixturevalue(name)
    for table in kinds(directory):
        read = pyarrow.parquet.read_table(directory / "parquet" / f"{table}.parquet")
        assert_same(directory, table, read.column_names, [tuple(row.values()) for row in read.to_pylist()])
        assert all(field.metadata[b"title"] for field in read.schema)


@BOTH
def test_stata_files_hold_what_the_csv_holds(name, request):
    directory = request.getfixturevalue(name)
    for table in kinds(directory):
        file = directory / "stata" / f"{table}.dta"
        frame, told = pyreadstat.read_dta(file, apply_value_formats=True)
        # A text of no length is what Stata has for a missing one.
        frame = frame.astype(object).where(frame.notna(), None)
        assert_same(directory, table, frame.columns, frame.to_numpy().tolist())
        assert all(told.column_labels)
        # A second reader, which shares nothing with the first.
        assert_same(directory, table, frame.columns, pandas.read_stata(file).astype(object).to_numpy().tolist())


def test_codes_are_labelled_numbers_in_stata(files):
    frame, told = pyreadstat.read_dta(files / "stata" / "clauses.dta")
    labels = told.variable_value_labels["firmness"]
    assert set(labels.values()) == {"firm", "flexible"}
    assert set(frame["firmness"]) == set(labels) == {1, 2}
    assert told.column_names_to_labels["firmness"] == "firmness"
    head = (files / "stata" / "clauses.dta").read_bytes()[:60]
    assert b"<release>118</release>" in head


def test_a_code_that_is_in_no_list_is_not_lost_in_stata(tmp_path):
    data = tmp_path / "data.ttl"
    data.write_text(
        "@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<a:1> a ac:Action ; ac:leadVerb <a:v> . <a:v> skos:notation "sing" .',
        encoding="utf-8",
    )
    bundle.write(EmbeddedStore.from_files([data], union_default_graph=True), tmp_path)
    frame = pandas.read_stata(tmp_path / "stata" / "actions.dta")
    assert list(frame["lead_verb"]) == ["sing"]


@BOTH
def test_the_workbook_holds_what_the_csv_holds(name, request):
    directory = request.getfixturevalue(name)
    workbook = openpyxl.load_workbook(directory / "tables.xlsx", read_only=True)
    tables = kinds(directory)
    assert workbook.sheetnames == ["About", "Codebook", *tables]
    for table in [*tables] if name == "hostile" else ["actions", "instruments", "meetings", "action_topics"]:
        heading, *rows = workbook[table].iter_rows()
        read = [[unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in rows]
        days = [kind == "date" for kind in tables[table].values()]
        for row in read:
            row[:] = [date.fromisoformat(cell) if day and cell else cell for cell, day in zip(row, days, strict=True)]
        assert_same(directory, table, [cell.value for cell in heading], read, sheets.cut)
        assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    described = {(row[0], row[1]) for row in workbook["Codebook"].iter_rows(min_row=2, values_only=True)}
    assert described == {(table, column) for table, columns in tables.items() for column in columns}


@BOTH
def test_csv_for_excel_can_be_turned_back(name, request):
    directory = request.getfixturevalue(name)
    for table in kinds(directory):
        body = (directory / "excel" / f"{table}.csv").read_bytes()
        assert body.startswith(b"\xef\xbb\xbf")
        heading, *rows = csv.reader(body.decode("utf-8-sig").splitlines(keepends=True))
        columns, expected = read_csv(directory / "csv" / f"{table}.csv")
        assert heading == columns
        bare = [[cell.removeprefix("'") for cell in row] for row in rows]
        assert bare == [[sheets.cut(cell) for cell in row] for row in expected]


def test_no_text_is_a_formula_a_number_or_a_date_to_excel(hostile):
    heading, rows = read_csv(hostile / "excel" / "actions.csv")
    told = {row[heading.index("ordinal")]: row[heading.index("text")] for row in rows}
    guarded = {TROUBLESOME[int(number)] for number, text in told.items() if number and text.startswith("'")}
    harmless = ('a "b", c\nd', "| *not* [markup](x) <b>", "Hà Nội – 東南アジア 🙂", "x" * 40_000, "é" * 2046)
    assert guarded == set(TROUBLESOME) - set(harmless)
    assert max(len(cell) for row in rows for cell in row) <= sheets.LONGEST_TEXT


def test_networkx_reads_the_edges(files):
    graph = networkx.read_graphml(files / "edges.graphml")
    heading, rows = read_csv(files / "csv" / "edges.csv")
    wanted = sorted((row[0], row[heading.index("relation")], row[heading.index("target")]) for row in rows)
    assert sorted((one, told["relation"], other) for one, other, told in graph.edges(data=True)) == wanted
    assert graph.nodes[f"{ID}instrument/mpac-2025"]["kind"] == "Instrument"
    assert all(told["label"] for _, told in graph.nodes(data=True))


def test_graphml_of_texts_that_do_harm_is_xml(hostile):
    found = ET.parse(hostile / "edges.graphml").getroot()
    labels = {each.text for each in found.iter("{http://graphml.graphdrawing.org/xmlns}data")}
    assert "=cmd|'/C calc'!A0" in labels


def test_each_action_is_a_text_of_its_own(files):
    texts = {file.stem: file.read_text(encoding="utf-8") for file in (files / "text").glob("*/*.txt")}
    heading, rows = read_csv(files / "csv" / "actions.csv")
    assert texts == {row[heading.index("number")]: f"{row[heading.index('text')]}\n" for row in rows}
    assert len(texts) == 106


def test_no_file_is_written_outside(hostile):
    texts = [*(hostile / "text").rglob("*.txt")]
    assert len(texts) == len(TROUBLESOME) + 2
    assert not [*hostile.parent.glob("*escaped*")]
    with zipfile.ZipFile(next(hostile.glob("*.zip"))) as archive:
        assert not [name for name in archive.namelist() if ".." in name.split("/") or name.startswith("/")]


def test_the_archive_holds_every_file_and_says_how_to_cite(files):
    (packed,) = files.glob("*.zip")
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert held == {
        str(file.relative_to(files)): file.read_bytes()
        for file in files.rglob("*")
        if file.is_file() and file != packed
    }
    readme = held["README.md"].decode()
    version = packed.stem.removeprefix("aseancan-tables-")
    for said in (version, "https://creativecommons.org/licenses/by/4.0/", "Suggested citation", "| `actions` | 106 |"):
        assert said in readme
    citation = held["CITATION.cff"].decode()
    assert f'version: "{version}"' in citation
    assert citation.startswith('cff-version: "1.2.0"')


def test_the_codebook_explains_every_column_and_code(files):
    markdown = (files / "codebook.md").read_text(encoding="utf-8")
    page = (files / "codebook.html").read_text(encoding="utf-8")
    for table, columns in kinds(files).items():
        assert f"`{table}`" in markdown
        assert f'<h2 id="{table}">' in page
        for column in columns:
            assert f"| `{column}` |" in markdown
            assert f"<td><code>{column}</code></td>" in page
    assert "Whether the wording of a clause is firm or leaves vague" in markdown
    assert "does not apply where legal\\_nature is non-binding; else not known" in markdown
    assert not re.search(r"^\| `parent` .*: no source seen says it", markdown, re.MULTILINE)
    heading, rows = read_csv(files / "csv" / "codes.csv")
    rules = {row[heading.index("definition")] for row in rows if row[heading.index("code_list")] == "firmness"}
    for rule in rules:
        assert " ".join(rule.split()) in markdown.replace("\\", "")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_codebook_of_texts_that_do_harm_has_no_markup_of_theirs(hostile):
    assert "<b>" not in (hostile / "codebook.html").read_text(encoding="utf-8")
    for line in (hostile / "codebook.md").read_text(encoding="utf-8").splitlines():
        if "not" in line and "markup" in line:
            assert r"\| \*not\* \[markup\](x) \<b\>" in line
            return
    pytest.fail("the code is not in the codebook")


@pytest.mark.proof
def test_the_same_dataset_gives_the_same_bytes_in_another_process(files, cli, tmp_path):
    ran = cli("export", "tables", "--out", tmp_path / "again")
    assert ran.returncode == 0, ran.stderr
    printed = ran.stdout.splitlines()
    assert printed[-1].endswith(".zip")
    written = {str(file.relative_to(files)) for file in files.rglob("*") if file.is_file()}
    assert {str(Path(line).relative_to(tmp_path / "again")) for line in printed} == written
    for name in written:
        assert (files / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_what_cannot_be_written_is_told(main, tmp_path):
    (tmp_path / "file").write_text("")
    ran = main("export", "tables", "--out", tmp_path / "file")
    assert ran.returncode == 2
    assert "cannot write there" in ran.stderr
    assert main("export", "nothing").returncode == 2


def test_a_dataset_without_tables_is_told(tmp_path):
    data = tmp_path / "data.ttl"
    data.write_text("<a:b> <a:c> <a:d> .")
    with pytest.raises(NotFound, match="nothing that a table holds"):
        bundle.write(EmbeddedStore.from_files([data], union_default_graph=True), tmp_path)


def printed_in_documentation(command):
    """Return what docs/tables.md says that a command prints."""
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    match = re.search(rf"```bash\n[^`]*{re.escape(command)}[^`]*\n```\n+```text\n(.*?)```", text, re.DOTALL)
    assert match, command
    return match[1]


def test_the_python_notebook_prints_what_the_documentation_says(files):
    ran = subprocess.run(
        [sys.executable, NOTEBOOKS / "commitments.py", files], capture_output=True, encoding="utf-8", check=True
    )
    assert ran.stdout == printed_in_documentation("docs/notebooks/commitments.py")


@pytest.mark.proof
def test_the_r_notebook_prints_what_the_documentation_says(files, missing):
    has_haven = ["Rscript", "-e", 'quit(status = !requireNamespace("haven", quietly = TRUE))']
    if not shutil.which("Rscript") or subprocess.run(has_haven, check=False).returncode:
        missing("R or its package haven", "install Debian's r-base-core and r-cran-haven")
    ran = subprocess.run(
        ["Rscript", NOTEBOOKS / "commitments.R", files], capture_output=True, encoding="utf-8", check=True
    )
    assert ran.stdout == printed_in_documentation("docs/notebooks/commitments.R")
