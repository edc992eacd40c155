"""Which release this is, where the product's own files are, and the limits within which it serves."""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from aseancan_kg.errors import DatasetMissing, InputError, Place

VERSION = "0.3.0"
"""Version of software, ontology and registers; CHANGELOG.md says what each holds."""

ISSUED = "2026-11-25"
"""Day of the release that `VERSION` names."""

RELEASED = "a97c0b66f8383b7f"
"""Version of the dataset of that release; no other dataset may go by its number."""

_PACKAGED = Path(__file__).parent / "resources"
_CHECKOUT = Path(__file__).parents[2]


def resources() -> Path:
    """Directory that holds ontology/, shapes/, queries/, data/ and build/: the wheel's own, else the checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def dataset_file() -> Path:
    """Return the N-Quads file of the built dataset, which its manifest names.

    Raises `DatasetMissing` when there is none.
    """
    manifest = resources() / "build" / "manifest.json"
    try:
        name = json.loads(manifest.read_text(encoding="utf-8"))["dataset"]
    except (OSError, ValueError, KeyError) as error:
        remedy = "Run `aseancan-kg build`, or give other data with --data."
        raise DatasetMissing("there is no built dataset", Place(manifest), remedy=remedy) from error
    return manifest.parent / str(name)


def dataset_version() -> str:
    """Return the version of the built dataset, by which its file is named; raises `DatasetMissing`."""
    return dataset_file().stem.removeprefix("aseancan-")


_STATE = str(Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "aseancan-kg")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a setting means, and what it may be: one of `choices`, a number not below `least`, or a text.

    A text has to match `pattern`, which `form` tells in words.
    """

    meaning: str
    least: float = 1
    choices: tuple[str, ...] = ()
    pattern: str = ".*"
    form: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The one table of what an operator can set: each field is read from `AC_` and its name in capitals."""

    workers: Annotated[int, Rule("queries evaluated at once; one client never holds the last place")] = (
        os.cpu_count() or 1
    ) + 1
    query_seconds: Annotated[float, Rule("seconds a query may take, the wait for its turn included", least=0.1)] = 10.0
    query_memory_mb: Annotated[int, Rule("megabytes a query may use beyond the dataset", least=64)] = 1024
    query_kb: Annotated[int, Rule("kilobytes the body of a request may have")] = 64
    queue: Annotated[int, Rule("queries that may wait, half of them of one client")] = 64
    client_seconds: Annotated[float, Rule("seconds of query time a client may use within a minute", least=0.1)] = 60.0
    buffer_kb: Annotated[int, Rule("kilobytes up to which an answer is held until it is whole, then streamed")] = 4096
    transfer_seconds: Annotated[float, Rule("seconds a streamed answer may take to be received", least=0.1)] = 300.0
    cache_mb: Annotated[int, Rule("megabytes of answers that are kept", least=0)] = 64
    state: Annotated[str, Rule("directory of what readers deposit and report")] = _STATE
    deposits_mb: Annotated[int, Rule("megabytes of deposited queries that are kept", least=0)] = 1024
    deposit_mb_per_client: Annotated[int, Rule("megabytes a client may deposit within a day, by UTC", least=0)] = 10
    reports_mb: Annotated[int, Rule("megabytes of reported errors that are kept", least=0)] = 64
    report_kb_per_client: Annotated[
        int, Rule("kilobytes of reports a client may send within a day, by UTC", least=0)
    ] = 32
    root_path: Annotated[
        str,
        Rule(
            "path under which a proxy publishes the service, which it takes away before it passes a request on",
            pattern="(/[A-Za-z0-9._~-]+)*",
            form="a path such as /aseancan, without a slash at its end",
        ),
    ] = ""
    admin_email: Annotated[
        str,
        Rule(
            "address of whoever runs the service, which harvesters are told",
            pattern=r"[^\s@]+@([^\s@.]+\.)+[^\s@.]+",
            form="an e-mail address",
        ),
    ] = "unset@aseancan.invalid"
    journal: Annotated[
        str,
        Rule(
            "database that keeps the changes of the cataloguing desk, which is off without one",
            pattern=r"(sqlite|postgresql\+psycopg)://.+",
            form="sqlite:////path/to/journal.sqlite or postgresql+psycopg://user@host/database",
        ),
    ] = ""
    log: Annotated[str, Rule("requests that are logged", choices=("errors", "requests", "queries"))] = "errors"


RULES = {name: kind.__metadata__[0] for name, kind in get_type_hints(Settings, include_extras=True).items()}
"""Name of a setting → its rule."""


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings that an environment gives; raises `InputError` for what is almost a name, or no value."""
    known = [*map(variable, RULES)]
    for name in environment:
        if name.startswith("AC_") and name not in known and (near := get_close_matches(name, known, cutoff=0.8)):
            raise InputError(f"there is no setting {name}", remedy=f"Did you mean {near[0]}?")
    given = {name: environment[variable(name)] for name in RULES if variable(name) in environment}
    values: dict[str, Any] = {name: _value(name, text) for name, text in given.items()}
    return Settings(**values)


def variable(name: str) -> str:
    """Name of the environment variable of a setting."""
    return f"AC_{name.upper()}"


def _value(name: str, text: str) -> int | float | str:
    rule, kind = RULES[name], type(getattr(Settings(), name))
    if rule.choices:
        if text in rule.choices:
            return text
        raise InputError(f"{variable(name)} is {text!r}", remedy=f"It is one of {', '.join(rule.choices)}.")
    if kind is str:
        if re.fullmatch(rule.pattern, text):
            return text
        raise InputError(f"{variable(name)} is {text!r}", remedy=f"It is {rule.form}.")
    with suppress(ValueError):
        number: int | float = kind(text)
        if rule.least <= number < float("inf"):
            return number
    whole = "whole " if kind is int else ""
    raise InputError(f"{variable(name)} is {text!r}", remedy=f"It is a {whole}number, {rule.least:g} or more.")
