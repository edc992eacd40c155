"""Proofs of the desk: kills under load, many writers and readers at once, and hostile inputs.

    python benchmarks/desk.py [--kills 200] [--changes 50] [--minutes 10] [--inputs 10000] [--database sqlite]
        [--out FILE]

Prints Markdown: what was done, and which goals were met; it ends with 1 where a change was lost. Each part is left out
by 0. `--database` is `sqlite`, or the URL of a PostgreSQL server, `postgresql+psycopg://user@host:port`, where that
user may make databases; the tests of hostile inputs start one of their own. The release in build/ is served. Linux.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg

from aseancan_kg.settings import resources
from at_the_desk import PAUSE, SECONDS, Readers, Service, Staff, disagreements, is_served

KILLED_WITHIN = 4.0
"""Seconds from the first change of a service within which it is killed."""
WARM_UP = 5.0
"""Seconds in which readers ask and are not measured: what nobody has asked for yet is slower for once."""
QUIET_SHARE = 0.25
"""How much of the time the readers are alone, and how much of it they share the cores with what has no use for us."""
_COUNTING = "import os\nos.nice(19)\nwhile True: pass"


@dataclass(slots=True)
class Kills:
    """What came of killing services; seconds until one answers readers, and until its processes are gone."""

    acknowledged: int = 0
    unanswered: int = 0
    entries: int = 0
    starts: list[float] = field(default_factory=list)
    gone: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Following:
    """Seconds from the acknowledgement of each change until all services and their query processes served it."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Load:
    """What came of writers and readers at once; milliseconds of readers when alone, and with writers at work.

    `beside` are those of readers without writers, while processes that step back as far as they can keep every core
    busy: nobody who shares the cores with any work waits less. `hurried` and `pressed` are those of readers who ask
    again as soon as they are answered, alone and with writers: the readers themselves keep the cores busy.
    """

    acknowledged: int
    refused: int
    entries: int
    quiet: list[float]
    beside: list[float]
    busy: list[float]
    hurried: list[float]
    pressed: list[float]
    faults: list[str]


def kill(url: str, kills: int, scratch: Path, writers: int = 6, seed: int = 0) -> Kills:
    """Kill services at random moments under writers, and compare what is left with what was acknowledged."""
    chance, found, staff = random.Random(seed), Kills(), Staff(url, writers)
    for number in range(kills + 1):
        service = Service.start(url, scratch / "state", scratch / "log")
        try:
            found.starts.append(service.seconds)
            found.faults += disagreements(service, staff.journal)
            if number < kills:
                staff.writers or staff.learn(service.port)
                before, stop = staff.acknowledged, Event()
                threads = staff.begin(service.port, stop)
                patient = number % 8 != 7  # one in eight is killed while its composer starts
                while patient and staff.acknowledged == before and any(map(Thread.is_alive, threads)):
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, KILLED_WITHIN))
                found.gone.append(service.kill())
                for thread in threads:
                    thread.join()
                found.faults += staff.faults()
                print(f"{number + 1} kills, {staff.acknowledged} acknowledged", file=sys.stderr)
        finally:
            service.clear()
        if found.faults:
            break
    found.acknowledged, found.entries = staff.acknowledged, staff.journal.head()
    found.unanswered = sum(change.unanswered for change in staff.changes)
    return found


def follow(url: str, changes: int, scratch: Path) -> Following:
    """Make changes through one of two services that share a journal, and wait until both serve each."""
    staff, found, services = Staff(url, 1), Following(), list[Service]()
    try:
        for number in range(2):
            services.append(Service.start(url, scratch / f"state {number}", scratch / f"log {number}"))
        staff.learn(services[0].port)
        (writer,) = staff.writers
        for _ in range(changes):
            writer.change(services[0].port, writer.own, "note")
            acknowledged = time.monotonic()
            waiting = services
            while waiting and time.monotonic() < acknowledged + SECONDS:
                waiting = [one for one in waiting if not is_served(one.port, writer.changes[-1])]
                time.sleep(PAUSE)
            found.seconds.append(time.monotonic() - acknowledged)
            found.faults += [f"{writer.changes[-1]} is not served" for _ in waiting]
        found.faults += staff.faults()
    finally:
        for service in services:
            service.clear()
    return found


def load(url: str, seconds: float, scratch: Path, writers: int = 20, readers: int = 200) -> Load:
    """Have readers read, alone at first and then while writers write; compare the journal with what these were told."""
    staff = Staff(url, writers)
    service = Service.start(url, scratch / "state", scratch / "log")
    stop = Event()
    try:
        staff.learn(service.port)
        Readers.crowd(service.port, readers, WARM_UP)
        quiet = Readers.crowd(service.port, readers, seconds * QUIET_SHARE)
        hurried = Readers.crowd(service.port, readers, seconds * QUIET_SHARE, pause=0)
        with busy_cores():
            beside = Readers.crowd(service.port, readers, seconds * QUIET_SHARE)
        threads = staff.begin(service.port, stop)
        busy = Readers.crowd(service.port, readers, seconds * (1 - QUIET_SHARE))
        pressed = Readers.crowd(service.port, readers, seconds * QUIET_SHARE, pause=0)
        stop.set()
        for thread in threads:
            thread.join()
        crowds = (quiet, beside, busy, hurried, pressed)
        faults = [*chain.from_iterable(one.faults for one in crowds), *staff.faults()]
        head = staff.journal.head()
        if head != staff.acknowledged:
            faults.append(f"{staff.acknowledged} changes were acknowledged, and the journal has {head}")
        service.kill()
        service = Service.start(url, scratch / "state", scratch / "log")
        faults += disagreements(service, staff.journal)
    finally:
        stop.set()
        service.clear()
    refused = sum(writer.refused for writer in staff.writers)
    return Load(staff.acknowledged, refused, head, *(one.waited for one in crowds), faults)


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy with something else."""
    counting = [subprocess.Popen([sys.executable, "-c", _COUNTING]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in counting:
            process.kill()
            process.wait()


def main() -> None:
    """Prove, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--database", default="sqlite", metavar="sqlite|URL")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    lines, faults = [f"# Proofs of the desk, {options.database.partition(':')[0]}"], list[str]()
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        parts: tuple[tuple[float, Callable[..., Any], Callable[..., Iterator[str]]], ...] = (
            (options.kills, kill, of_kills),
            (options.changes, follow, of_following),
            (options.minutes * 60, load, of_load),
        )
        for many, prove, tell in parts:
            if many:
                place = Path(tempfile.mkdtemp(dir=scratch))
                found = prove(made_in(options.database, place), many, place)
                lines += tell(found, many)
                faults += found.faults
    if options.inputs:
        told = hostile(options.inputs, options.database)
        lines += ["", f"## {options.inputs} hostile inputs", "", *told.stdout.splitlines()[-15:]]
        faults += [told.stdout[-3000:]] if told.returncode else []
    text = "\n".join([*lines, "", "## Faults", "", *(faults or ["none"]), ""])
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    sys.exit(bool(faults))


def made_in(database: str, place: Path) -> str:
    """Make an empty database, and return its URL."""
    if database == "sqlite":
        return f"sqlite:///{place}/journal.sqlite"
    name = f"desk_{uuid4().hex}"
    with psycopg.connect(f"{database.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{database}/{name}"


def hostile(inputs: int, database: str) -> "subprocess.CompletedProcess[str]":
    """Run the tests that send hostile inputs, with so many."""
    kind = database.partition("+")[0]
    tests = ["tests/web/desk/test_hostile.py", "-k", f"[{kind}]"]
    command = [sys.executable, "-m", "pytest", "-n0", "-s", "-m", "proof", *tests]
    environment = {**os.environ, "AC_DESK_INPUTS": str(inputs)}
    return subprocess.run(command, env=environment, cwd=resources(), capture_output=True, text=True, check=False)


def of_kills(found: Kills, kills: int) -> Iterator[str]:
    """Yield the Markdown of what came of kills."""
    middle, most = statistics.median(found.starts), max(found.starts)
    yield from ("", f"## {len(found.gone)} kills of {kills}", "")
    yield f"{found.acknowledged} changes acknowledged, {found.unanswered} without an answer, {found.entries} entries."
    yield f"Start until a reader is answered: median {middle:.2f} s, most {most:.2f} s; {goal(middle <= 2)}: under 2 s."
    yield f"Processes of a killed service were gone after {max(found.gone):.2f} s at most."


def of_following(found: Following, changes: int) -> Iterator[str]:
    """Yield the Markdown of how soon changes were served."""
    middle, most = statistics.median(found.seconds), max(found.seconds)
    yield from ("", f"## {changes} changes, two services", "")
    yield f"Served by both and their query processes after: median {middle:.2f} s, most {most:.2f} s; "
    yield f"{goal(most <= 2)}: within 2 s."


def of_load(found: Load, seconds: float) -> Iterator[str]:
    """Yield the Markdown of what came of writers and readers."""
    readings = {
        "alone": found.quiet,
        "alone, cores busy": found.beside,
        "with writers": found.busy,
        "without pause, alone": found.hurried,
        "without pause, with writers": found.pressed,
    }
    times = {name: statistics.quantiles(waited, n=100) for name, waited in readings.items()}
    quiet, beside, busy, hurried, pressed = (one[98] for one in times.values())
    ratio, ratio_pressed = busy / quiet, pressed / hurried
    yield from ("", f"## Writers and readers for {seconds / 60:g} minutes", "")
    yield f"{found.acknowledged} changes acknowledged, {found.refused} refused as another was first, "
    yield f"{found.entries} entries. Readers' answers, ms:"
    yield from ("", "| readers | answers | p50 | p99 |", "| --- | --- | --- | --- |")
    for name, waited in readings.items():
        yield f"| {name} | {len(waited)} | {times[name][49]:.1f} | {times[name][98]:.1f} |"
    yield from ("", f"p99 with writers is {ratio:.2f} times that alone; {goal(ratio <= 2)}: at most 2.")
    yield f"Of readers without pause it is {ratio_pressed:.2f} times that alone; {goal(ratio_pressed <= 2)}: at most 2."
    yield f"The first is {busy / beside:.2f} times that on busy cores, which is {beside / quiet:.2f} times that alone."


def goal(met: bool) -> str:
    """Say whether a goal is met."""
    return "met" if met else "NOT MET"


if __name__ == "__main__":
    main()
