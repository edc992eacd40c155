"""Command line: one short function per verb. The only place that reads the environment, writes to a terminal or exits.

What a verb needs is imported inside it, so that `serve` answers at once and never loads the build side.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aseancan_kg import __version__, desk_commands, outputs, settings
from aseancan_kg.errors import Error, InputError, InvalidData, Place
from aseancan_kg.settings import Settings

if TYPE_CHECKING:
    from aseancan_kg.archive import Archived
    from aseancan_kg.desk.office import Office
    from aseancan_kg.desk.served import Changed
    from aseancan_kg.store.dataset import Dataset
    from aseancan_kg.store.embedded import EmbeddedStore

app = typer.Typer(
    name="aseancan-kg",
    help="Build, validate, query and serve the ASEAN-Canada commitments knowledge graph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(desk_commands.app, name="desk")

ReportFormat = Literal["text", "turtle", "json"]
QualityFormat = Literal["html", "json"]
PlanFormat = Literal["json", "turtle"]
ImportFormat = Literal["text", "json"]
MainEntry = Literal["title", "corporate"]


def main() -> None:
    """Run a verb; an error of ours becomes one message and an exit code: 1 for faulty data, 2 for unusable input."""
    try:
        app()
    except Error as error:
        print(f"aseancan-kg: {error}", file=sys.stderr)
        sys.exit(1 if isinstance(error, InvalidData) else 2)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"aseancan-kg {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Build, validate, query and serve the ASEAN-Canada commitments knowledge graph."""


@app.command()
def build(out: Annotated[Path | None, typer.Option(help="Directory to write into instead of build/.")] = None) -> None:
    """Build the dataset from registers and sources, validate it, and write it."""
    from aseancan_kg import release

    path, _ = release.publish(settings.resources(), out or settings.resources() / "build", _progress)
    print(path)


@app.command()
def keep(
    releases: Annotated[Path | None, typer.Option(help="Directory instead of data/releases/.")] = None,
) -> None:
    """Keep the release in build/ among the past ones, so that it can be had beside those that follow.

    Prints the files, which it writes unless it is kept already.
    """
    from aseancan_kg import archive
    from aseancan_kg.store.publication import Release

    built = Release.read(settings.dataset_file().parent)
    if built.version != settings.RELEASED:
        remedy = f"Only {settings.RELEASED}, which RELEASED in settings.py names, is kept."
        raise InputError(f"dataset {built.version} is no release", Place(built.file), remedy=remedy)
    release = archive.Release(built.number, built.version, built.issued)
    for file in archive.keep(releases or settings.resources() / "data" / "releases", release, built.file.read_bytes()):
        print(file)


@app.command()
def validate(
    files: Annotated[list[Path] | None, typer.Argument(help="RDF files; without any, the project's own data.")] = None,
    shapes: Annotated[list[Path] | None, typer.Option(help="Shapes to use instead of the project's.")] = None,
    format: Annotated[ReportFormat, typer.Option(help="How to write the report.")] = "text",
) -> None:
    """Validate the registers and the built graph, or any RDF files.

    Ends with 0 when there is no violation (warnings allowed), 1 when there is one, 2 when input cannot be read.
    """
    from aseancan_kg import release, validation

    own = settings.resources() / "shapes"
    if files:
        graph = validation.load_shapes(shapes) if shapes else validation.load_graph(sorted(own.glob("*.ttl")))
        report = validation.validate(validation.load_graph(files), graph, locate=validation.locate_in(files))
    else:
        report = release.check(settings.resources(), validation.load_shapes(shapes) if shapes else None, _progress)
    write = {"text": validation.as_text, "turtle": validation.as_turtle, "json": validation.as_json}[format]
    print(write(report), end="")
    raise typer.Exit(1 if report.violations else 0)


@app.command()
def report(
    format: Annotated[QualityFormat, typer.Option(help="How to write the report.")] = "html",
    out: Annotated[Path | None, typer.Option(help="File to write instead of standard output.")] = None,
) -> None:
    """Build, validate, measure: say how good the dataset is and where its sources disagree."""
    from aseancan_kg import report as quality

    if out:
        outputs.refuse_unwritable(out)
    found = quality.report(settings.resources(), _progress)
    text = quality.as_json(found) if format == "json" else quality.as_html(found)
    if out:
        outputs.write_whole(out, text.encode())
    else:
        print(text, end="")


@app.command()
def error_reports() -> None:
    """Print the errors that readers of the service here have reported, each a line of JSON, the oldest first."""
    from dataclasses import asdict

    from aseancan_kg.error_reports import ErrorReports

    for one in ErrorReports.of(settings.read(os.environ)).all():
        print(json.dumps(asdict(one), ensure_ascii=False))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    data: Annotated[list[Path] | None, typer.Option(help="RDF file to serve instead; may be repeated.")] = None,
    union_default_graph: Annotated[bool, typer.Option(help="With --data: query all graphs by default.")] = False,
    store: Annotated[str | None, typer.Option(metavar="URL", help="Query endpoint of the server to serve.")] = None,
) -> None:
    """Serve the dataset as linked data, pages and SPARQL."""
    gc.disable()  # until it serves: to search all that is imported again and again takes a tenth of the start
    from aseancan_kg import archive
    from aseancan_kg.web import server
    from aseancan_kg.web.downloads import Downloads
    from aseancan_kg.web.state import State

    if store and (data or union_default_graph):
        raise InputError("--store names the dataset already", remedy="Leave --data and --union-default-graph out.")
    limits = settings.read(os.environ)
    if limits.journal and (store or data):
        raise InputError("the desk's journal belongs to the project's own dataset", remedy="Unset AC_JOURNAL.")
    changed, office = _desk(limits) if limits.journal else (None, None)
    if not (store or data):
        _dataset()  # which tells where it is older than the registers
    with server.listen(host, port) as listener:
        address = f"http://{host}:{listener.getsockname()[1]}"

        async def load(former: server.Former | None) -> State:
            past = () if data else archive.read(settings.resources() / "data" / "releases")
            if store:
                return await server.reach(store, settings=limits, archive=past)
            files = data or [settings.dataset_file()]
            union = union_default_graph or not data
            downloads = Downloads(None if data else files[0].parent)
            served = partial(server.load, union_default_graph=union, settings=limits, downloads=downloads)
            return await served(files, archive=past, following=follow(changed, files[0], past), former=former)

        async def follow(changed: "Changed | None", release: Path, past: "Sequence[Archived]") -> server.Journalled:
            if changed is None:
                return server.Journalled((), (), ())
            patches = await asyncio.to_thread(changed.follow, release)
            return server.Journalled(patches, changed.entries(), changed.versions(release, past))

        def ready(state: State) -> None:
            facts = f" at {store}" if store else f", {len(state.store):,} facts"
            print(f"Serving version {state.store.version}{facts}. Stop with Ctrl-C.", flush=True)
            print(f"  pages   {address}/\n  SPARQL  {address}/sparql", flush=True)

        server.run(load, listener, ready, changed.is_newer if changed else None, office)


@app.command()
def publish(
    to: Annotated[str, typer.Option(metavar="URL", help="Base of the server, or QUERY,UPDATE,GRAPH-STORE.")],
    release: Annotated[Path | None, typer.Option(help="Directory of the release instead of build/.")] = None,
) -> None:
    """Load the built dataset into a SPARQL server beside the current one, and switch when it is whole.

    User and password are read from AC_PUBLISH_USER and AC_PUBLISH_PASSWORD.
    """
    from aseancan_kg.store import publication

    built = publication.Release.read(release or settings.resources() / "build")
    credentials = os.environ.get("AC_PUBLISH_USER", ""), os.environ.get("AC_PUBLISH_PASSWORD", "")
    publication.publish(built, to, credentials, lambda told: print(told, file=sys.stderr))
    print(f"Published version {built.version}: {len(built.graphs)} graphs, {sum(built.graphs.values()):,} triples.")


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(help="A named query, a file, or - for standard input.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="Parameter of a named query, as key=value.")] = None,
    format: Annotated[str, typer.Option(help="table, or json xml csv tsv, or ttl nt nq trig rdf jsonld.")] = "table",
    endpoint: Annotated[str | None, typer.Option(help="SPARQL endpoint to ask instead of the built dataset.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="When it finds nothing, say why.")] = False,
) -> None:
    """Run a named query, one of a file or of standard input; without a name, list the named queries."""
    from aseancan_kg import mediatypes, syntax, terminal
    from aseancan_kg.store import doctor
    from aseancan_kg.store.embedded import EmbeddedStore

    if name is None:
        return terminal.show_queries()
    if endpoint and explain:
        raise InputError("only the built dataset explains its answers", remedy="Leave out --endpoint or --explain.")
    store = _store(endpoint)
    text = _query_text(store, name, dict(_pair(each) for each in param or []))
    is_graph = syntax.check(text).form in {"construct", "describe"}
    offered = mediatypes.GRAPH_FORMATS if is_graph else mediatypes.RESULT_FORMATS
    as_table = format == "table" and not is_graph
    chosen = offered[0] if format == "table" else mediatypes.named(format, offered)
    answer = store.query(text, chosen)
    if as_table:
        terminal.show(answer)
    else:
        sys.stdout.buffer.write(answer)
    if explain and isinstance(store, EmbeddedStore):
        sys.stdout.flush()
        diagnosis = doctor.examine(store, text)
        if diagnosis.outcome is not doctor.Outcome.NOT_EMPTY:
            print(diagnosis.as_text(), end="", file=sys.stderr)


@app.command()
def export(
    format: Annotated[str, typer.Argument(help="tables, or a format of records: marcxml, mods, oai_dc, ris, bibtex …")],
    things: Annotated[
        list[str] | None, typer.Argument(help="IRIs, kind/slug or a kind; without any, all there are.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File instead of standard output; directory of tables.")] = None,
    main_entry: Annotated[MainEntry, typer.Option(help="Under what MARC 21 enters plans and declarations.")] = "title",
    losses: Annotated[bool, typer.Option("--losses", help="Say what the format does not carry of each.")] = False,
) -> None:
    """Write catalogue records of instruments, bodies, mechanisms, meetings and actions, or the dataset as tables.

    Of tables the files' names are printed, the archive's last.
    """
    from aseancan_kg.library.records import crosswalk, exchange

    if format == "tables":
        if things or losses:
            raise InputError("tables are of the whole dataset", remedy="Leave out the things and --losses.")
        _export_tables(out or Path("tables"))
        return
    if format not in exchange.BY_NAME:
        listed = ", ".join(("tables", *exchange.BY_NAME))
        raise InputError(f"there is no format {format!r}", remedy=f"There is: {listed}.")
    if out:
        outputs.refuse_unwritable(out)
    chosen = exchange.BY_NAME[format]
    store = _embedded()
    found = exchange.selected(store, chosen, things or ())
    if losses:
        for record in found:
            for field, reason in crosswalk.losses(record, chosen.column_of(record.kind)).items():
                print(f"{record.path}\t{field}\t{reason}")
        return
    written = chosen.write(store, found, main_entry)
    if out:
        outputs.write_whole(out, written)
    else:
        sys.stdout.buffer.write(written)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="New instruments as CSV, MARC 21 (ISO 2709) or MARCXML.")],
    out: Annotated[Path | None, typer.Option(help="File for the new rows instead of standard output.")] = None,
    format: Annotated[ImportFormat, typer.Option(help="How to write the report; json on standard output.")] = ("text"),
    same_as: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER=instrument/SLUG|none", help="What a record is; repeat it.")
    ] = None,
    fill: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="What empty cells of a column hold; repeat it.")
    ] = None,
) -> None:
    """Check records of new instruments, match them with what there is, and write the rows to add to the register.

    Nothing is added by itself. Ends with 0 when all is settled, 1 when a record is faulty or may be there already, 2
    when the file cannot be read.
    """
    from aseancan_kg.imports import examination
    from aseancan_kg.imports import report as reports
    from aseancan_kg.imports.existing import Existing

    if out:
        outputs.refuse_unwritable(out, kept=(file, settings.resources() / "data"))
    answers, filling = (dict(map(_pair, given or [])) for given in (same_as, fill))
    content = examination.load(file)
    existing = Existing.read(settings.resources(), _embedded())
    batch = examination.with_answers(examination.read(content, str(file), existing), answers, filling)
    report = examination.examine(batch, existing)
    rows = reports.as_csv(report)
    if out:
        outputs.write_whole(out, rows.encode())
    if format == "json":
        print(reports.as_json(report), end="")
    else:
        print("" if out else rows, end="")
        print(reports.as_text(report), end="", file=sys.stderr)
    raise typer.Exit(0 if report.settled else 1)


@app.command()
def ingest(
    text: Annotated[Path, typer.Argument(help="Text of a plan of action, in UTF-8.")],
    metadata: Annotated[Path | None, typer.Option(help="Description of the edition, like data/sources/*.toml.")] = None,
    format: Annotated[PlanFormat, typer.Option(help="How to write the plan.")] = "json",
) -> None:
    """Read the text of a plan of action into its sections and actions; say which lines have no place in it."""
    from aseancan_kg.build import dataset, plan, sources

    source = sources.describe(text, metadata)
    parsed, graph = dataset.ingest(source)
    if not parsed.actions:
        raise InvalidData("no action was found in it", Place(text), remedy="Is it the text of a plan of action?")
    if format == "json":
        print(json.dumps(plan.as_json(parsed), ensure_ascii=False, indent=2))
    else:
        print(graph.serialize(format="turtle"), end="")
    ink, unplaced = _ink(source.text or ""), _ink("".join(line.text for line in parsed.unplaced))
    counts = f"{len(parsed.sections)} sections, {len(parsed.actions)} actions, {len(parsed.unplaced)} lines unplaced: "
    counts += f"{ink - unplaced:,} of {ink:,} characters that are not blank have a place"
    print(counts, *(f"  line {each.line}: {each.text}" for each in parsed.unplaced), sep="\n", file=sys.stderr)


def _export_tables(directory: Path) -> None:
    from aseancan_kg.library.tables import bundle

    for name in bundle.write(_embedded(), directory):
        print(directory / name)


def _desk(limits: Settings) -> "tuple[Changed, Office]":
    from aseancan_kg.desk.database import Database
    from aseancan_kg.desk.journal import Journal
    from aseancan_kg.desk.office import Office
    from aseancan_kg.desk.served import Changed
    from aseancan_kg.error_reports import ErrorReports

    database = Database(limits.journal)
    changed = Changed(Journal(database), Path(limits.state) / "desk")
    office = Office(database, settings.resources(), settings.dataset_version)
    for report in ErrorReports.of(limits).all():  # what readers reported while there was no desk
        office.drafts.receive(report)
    return changed, office


def _ink(text: str) -> int:
    return len("".join(text.split()))


def _progress(step: str) -> None:
    """Show what is being done to a person at a terminal; a pipe stays silent."""
    if sys.stderr.isatty():
        print(f"{step} …", file=sys.stderr)


def _dataset() -> Path:
    """Return the built dataset; say so when a register was changed after it was built."""
    dataset = settings.dataset_file()
    for source in sorted((settings.resources() / "data").rglob("*.*")):
        if source.stat().st_mtime > dataset.stat().st_mtime:
            told = "is newer than the dataset, which answers all the same; `aseancan-kg build` makes it anew."
            print(f"aseancan-kg: {source} {told}", file=sys.stderr)
            break
    return dataset


def _query_text(store: "Dataset", name: str, values: Mapping[str, str]) -> str:
    path = Path(name)
    if name != "-" and not path.suffix and len(path.parts) == 1:
        from aseancan_kg.catalogue.parameters import asked

        text, taken = asked(store, name, values)
        if taken:
            print("aseancan-kg: answered as by --param", *(f"{key}='{taken[key]}'" for key in taken), file=sys.stderr)
        return text
    if values:
        raise InputError("only a query of the catalogue takes parameters", remedy="Leave --param out.")
    try:
        return (sys.stdin.buffer.read() if name == "-" else path.read_bytes()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8", Place(name), remedy="Save the query as UTF-8.") from error
    except OSError as error:
        raise InputError(
            f"cannot read it: {error.strerror}", Place(name), remedy="Check name and permission."
        ) from error


def _pair(written: str) -> tuple[str, str]:
    key, equals, value = written.partition("=")
    if not equals:
        raise InputError(f"“{written}” is no parameter", remedy="Write it as key=value.")
    return key, value


def _store(endpoint: str | None) -> "Dataset":
    if endpoint:
        from aseancan_kg.store.remote import RemoteStore

        return RemoteStore(endpoint)
    return _embedded()


def _embedded() -> "EmbeddedStore":
    from aseancan_kg.store.embedded import EmbeddedStore

    return EmbeddedStore.from_files([_dataset()], union_default_graph=True)
