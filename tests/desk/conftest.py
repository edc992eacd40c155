"""A journal on each of the databases that it may stand on, and what changes it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Edit


@pytest.fixture(scope="session")
def postgresql(missing) -> Iterator[str]:
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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)])
def url(request, tmp_path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.sqlite"
    server, name = request.getfixturevalue("postgresql"), f"journal_{uuid4().hex}"
    with psycopg.connect(f"{server.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


@pytest.fixture
def journal(url) -> Journal:
    return Journal(Database(url, new=True))


@pytest.fixture
def change() -> Entry:
    edit = Edit("registers/bodies", "asean", {"name": "ASEAN"}, {"name": "Asséan"})
    return Entry("0123456789abcdef", "Ann", "It is so", (edit,), ("<urn:a> <urn:b> <urn:c> <urn:g> .\n",), ())
