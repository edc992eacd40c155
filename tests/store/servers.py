"""SPARQL servers of others, on free ports of this machine, each with a directory of its own."""

import os
import shutil
import socket
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DefaultIsolation = 4
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
"""


@dataclass(frozen=True)
class Server:
    """A server that runs: its name, its base, and the endpoint that answers queries."""

    name: str
    base: str
    endpoint: str
    user: str = ""
    password: str = ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str) -> str:
    """Return where a program is; without it skip, but fail where everything must be tested."""
    found = shutil.which(name, path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    if not found:
        told = f"{name} is not installed"
        pytest.fail(told) if os.environ.get("CI") == "true" else pytest.skip(told)
    return str(found)


@contextmanager
def running(command: list[str], directory: Path, probe: str) -> Iterator[None]:
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not answers(probe):
            assert process.poll() is None, (directory / "output").read_text()
            assert time.monotonic() < deadline, (directory / "output").read_text()
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def oxigraph(directory: Path, *options: str) -> Iterator[Server]:
    base = f"http://127.0.0.1:{free_port()}"
    command = [program("oxigraph"), "serve", "--bind", base.removeprefix("http://"), *options]
    with running(command, directory, f"{base}/query?query=ASK%7B%7D"):
        yield Server("oxigraph", base, f"{base}/query")


@contextmanager
def virtuoso(directory: Path) -> Iterator[Server]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (directory / "virtuoso.ini").write_text(VIRTUOSO_INI.format(sql=free_port(), http=port))
    command = [program("virtuoso-t"), "+configfile", "virtuoso.ini", "+foreground"]
    with running(command, directory, f"{base}/sparql?query=ASK%7B%7D"):
        yield Server("virtuoso", base, f"{base}/sparql", "dba", "dba")


SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}
