"""One build of the real graph for the whole test run."""

import fcntl
import gc
import io
import os
import pickle
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest
from lxml import etree
from rdflib import Dataset, Graph
from xdist.scheduler import LoadFileScheduling

from aseancan_kg import cli as command_line
from aseancan_kg import release, settings
from aseancan_kg.build import dataset as datasets
from aseancan_kg.build.dataset import Built
from aseancan_kg.store.embedded import EmbeddedStore
from desk import made_in

Once = Callable[[str, Callable[[], Any]], Any]
Cli = Callable[..., subprocess.CompletedProcess[str]]
_DESK = "tests/web/desk/"
Missing = Callable[[str, str], NoReturn]
Tool = Callable[[str], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest to set up, so that the others run meanwhile what needs no build."""
    needs = {item.path: set[str]() for item in items}
    for item in items:
        needs[item.path].update(getattr(item, "fixturenames", ()))
    first = next((path for path, names in needs.items() if "site" in names), None)

    def place(item: pytest.Item) -> int:
        return 0 if item.path == first or _DESK in item.nodeid else 2 if "once" in needs[item.path] else 1

    items.sort(key=place)


class _Scheduling(LoadFileScheduling):
    """One file in one process, and so the desk's doors together: a composer takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        return _DESK if nodeid.startswith(_DESK) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return _Scheduling(config, log)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory that all processes of the run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def once(shared: Path) -> Once:
    """Return what makes a thing in the first process that asks for it; the others wait and read it."""

    def once(name: str, make: Callable[[], Any]) -> Any:
        file = shared / f"{name}.pickle"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if file.exists():
                return pickle.loads(file.read_bytes())
            made = make()
            file.write_bytes(pickle.dumps(made))
            return made

    return once


@pytest.fixture(scope="session")
def built(once: Once) -> Built:
    def make() -> Built:
        made = datasets.build(settings.resources(), lambda step: None)
        assert made.union  # made once, kept with it
        return made

    built: Built = once("built", make)
    gc.freeze()  # it stays to the end: millions of objects that no collection need look through again
    return built


@pytest.fixture(scope="session")
def dataset(built: Built) -> Dataset:
    return built.dataset


@pytest.fixture(scope="session")
def union(built: Built) -> Graph:
    """Return the triples of all named graphs; to be read, not changed."""
    return built.union


@pytest.fixture(scope="session")
def published(once: Once, shared: Path, request: pytest.FixtureRequest) -> Path:
    """Return the N-Quads file of the real dataset, among the files of its release; to be read, not changed."""

    def make() -> Path:
        built = request.getfixturevalue("built")
        return release.write(built, shared / "published", release.document(built))

    file: Path = once("published", make)
    return file


@pytest.fixture(scope="session")
def served(published: Path) -> EmbeddedStore:
    """Return the real dataset as it is served."""
    return EmbeddedStore.from_files([published], union_default_graph=True)


@pytest.fixture(scope="session")
def script() -> Path:
    """Return the installed command."""
    return Path(sysconfig.get_path("scripts")) / "aseancan-kg"


@pytest.fixture(scope="session")
def cli(script: Path) -> Cli:
    """Run the installed command as a user does: in a process of its own, output captured."""

    def run(
        *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [script, *map(str, arguments)],
            input=stdin,
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            env=os.environ | {"COLUMNS": "200"},
            check=False,
        )

    return run


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run the command in the process of the test, which is quicker where only its answer matters."""

    def main(
        *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["aseancan-kg", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((stdin or "").encode())))
        monkeypatch.setenv("COLUMNS", "200")
        if cwd:
            monkeypatch.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), *capsys.readouterr())

    return main


@pytest.fixture(scope="session")
def missing() -> Missing:
    """Skip where a newcomer lacks a tool; fail in CI, which must have every one."""

    def say(tool: str, remedy: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"{tool} is missing, so this check cannot run: {remedy}")
        pytest.skip(f"NOT CHECKED, {tool} is missing: {remedy}")

    return say


@pytest.fixture(scope="session")
def tool(missing: Missing) -> Tool:
    """Return where a program is; without it a test is skipped here, and fails where everything must be there."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"], "/usr/sbin"])

    def tool(name: str) -> str:
        return shutil.which(name, path=path) or missing(name, "install its package of Debian, which .ci/run names")

    return tool


@pytest.fixture(scope="session")
def schemas(missing: Missing) -> Path:
    """Return the folder of published schemas, which are no part of this project."""
    folder = os.environ.get("AC_SCHEMAS")
    if not folder:
        missing("the folder of published schemas", "AC_SCHEMAS names it; it holds oai/ and reconciliation-0.2/")
    return Path(folder)


@pytest.fixture(scope="session")
def oai_schema(schemas: Path, tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """Return the schema of OAI-PMH with those of oai_dc and oai-identifier.

    It has every metadata checked by a schema of its own; those of the others are not there.
    """
    folder = tmp_path_factory.mktemp("oai")
    for file in (schemas / "oai").glob("*.xsd"):
        told = file.read_text(encoding="utf-8").replace('processContents="strict"', 'processContents="lax"')
        (folder / file.name).write_text(told, encoding="utf-8")
    return etree.XMLSchema(etree.parse(folder / "all.xsd"))


@pytest.fixture(scope="session")
def postgresql(missing: Missing) -> Iterator[str]:
    """Start a PostgreSQL server, and return the URL of its databases without their names."""
    found = (
        subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True) if shutil.which("pg_config") else None
    )
    if not (programs := Path(found.stdout.strip())).joinpath("initdb").exists():
        missing("PostgreSQL", "apt-get install postgresql")
    # It refuses to run as root, whose own temporary directory nobody else may enter.
    account = {"user": "postgres"} if os.geteuid() == 0 else {}
    with TemporaryDirectory(prefix="postgresql-") as scratch, socket.create_server(("127.0.0.1", 0)) as probe:
        if account:
            shutil.chown(scratch, "postgres")
        data, port = f"{scratch}/data", probe.getsockname()[1]
        probe.close()
        options = ["--auth=trust", "--username=desk", "--encoding=UTF8", "--no-sync"]
        subprocess.run([programs / "initdb", *options, data], check=True, capture_output=True, cwd=scratch, **account)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={scratch}"
        control = [programs / "pg_ctl", "--pgdata", data, "--wait"]
        subprocess.run(
            [*control, "--log", f"{scratch}/log", "--options", settings, "start"], check=True, cwd=scratch, **account,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"postgresql+psycopg://desk@127.0.0.1:{port}"
        finally:
            subprocess.run([*control, "--mode=fast", "stop"], check=True, capture_output=True, cwd=scratch, **account)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)])
def empty_database(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Return what makes an empty database, a file in a directory or one of a server, and gives its URL."""
    return partial(made_in, "sqlite" if request.param == "sqlite" else request.getfixturevalue("postgresql"))
