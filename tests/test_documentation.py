"""Every command in README and docs works for a newcomer, and prints what the page says it prints."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"^```(?P<language>bash|python)\n(?P<commands>.*?)\n```$(?:\n+^```(?:text|csv|turtle|json)\n(?P<output>.*?\n)```$)?",
    re.MULTILINE | re.DOTALL,
)
PORT = "8000"

pytestmark = pytest.mark.documentation


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    commands: str
    output: str | None


def read_blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            yield Block(page.name, line, match["language"], match["commands"], match["output"])


BLOCKS = list(read_blocks())
SERVE = BLOCKS[0].commands
EXEMPT = re.compile(r"\.venv/bin/pytest|^(sudo )?apt", re.MULTILINE)
OTHERS = list({block.commands: block for block in BLOCKS[1:] if not EXEMPT.search(block.commands)}.values())


@dataclass(frozen=True)
class Newcomer:
    """A fresh checkout in which the README's first command serves."""

    directory: Path
    port: str

    def run(self, block: Block) -> subprocess.CompletedProcess[str]:
        start = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [".venv/bin/python", "-c"]}[block.language]
        return subprocess.run(
            [*start, block.commands.replace(PORT, self.port)],
            cwd=self.directory,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )


def leave_out(folder: str, names: list[str]) -> set[str]:
    """Leave out what a fresh clone does not have."""
    made = (
        {".git", ".venv", "build", "dist"} if Path(folder) == ROOT else {"__pycache__", "node_modules", "workbench.js"}
    )
    return made.intersection(names)


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    directory = tmp_path_factory.mktemp("newcomer") / "checkout"
    shutil.copytree(ROOT, directory, ignore=leave_out)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log = directory / "serve.log"
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment["AC_STATE"] = str(directory / "state")
    with log.open("w") as output:
        server = subprocess.Popen(
            ["bash", "-c", f"{SERVE} --port {port}"],
            cwd=directory,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 540
        while "Serving" not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield Newcomer(directory, port)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def test_the_readme_opens_with_a_promise_and_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert SERVE.endswith(".venv/bin/aseancan-kg serve")
    assert BLOCKS[1].commands.endswith(".venv/bin/pytest")
    assert "\n" not in SERVE + BLOCKS[1].commands
    assert readme.index("```bash") < 1200


def test_the_first_command_says_where_to_look(newcomer: Newcomer) -> None:
    printed = (newcomer.directory / "serve.log").read_text()
    assert f"http://127.0.0.1:{newcomer.port}/" in printed
    assert f"http://127.0.0.1:{newcomer.port}/sparql" in printed


@pytest.mark.parametrize("block", OTHERS, ids=lambda block: f"{block.page}:{block.line}")
def test_a_documented_command_works(newcomer: Newcomer, block: Block) -> None:
    ran = newcomer.run(block)
    assert ran.returncode == 0, ran.stderr
    if block.output is not None:
        assert ran.stdout == block.output


def test_the_wheel_serves_from_an_empty_environment(newcomer: Newcomer, tmp_path: Path) -> None:
    pip = newcomer.directory / ".venv/bin/pip"
    subprocess.run([pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, newcomer.directory], check=True)
    (wheel,) = tmp_path.glob("aseancan_kg-*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    constraints = newcomer.directory / "constraints.txt"
    installed = tmp_path / "venv/bin"
    subprocess.run([installed / "pip", "install", "--quiet", "--constraint", constraints, wheel], check=True)
    command = [installed / "aseancan-kg", "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert server.stdout is not None
        address = [server.stdout.readline() for _ in range(2)][1].split()[1]
        with urllib.request.urlopen(f"{address}queries/actions-per-chapter?format=csv", timeout=10) as answer:
            assert answer.read().count(b"\n") == 9
        with urllib.request.urlopen(f"{address}static/workbench.js", timeout=10) as script:
            assert b"MIT License" in script.read(500)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_every_link_of_the_pages_leads_to_a_file() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
