"""Past releases of the dataset: a register, `releases.csv`, and the N-Quads of each, compressed by xz.

What a release was before it was released is a version too: each change of the journal makes one.
"""

import csv
import hashlib
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from aseancan_kg import outputs
from aseancan_kg.errors import InputError, InvalidData, Place, RegisterError

_COLUMNS = ("version", "dataset", "issued", "file", "sha256")


@dataclass(frozen=True, slots=True)
class Release:
    """A dataset as it was published: `version` is its number, `dataset` what names it.

    That is the hash of its content and, where the journal has changed it since, the number of the change that made it:
    `a97c0b66f8383b7f+2`. It was `issued` on a day, a change at a time in UTC.
    """

    version: str
    dataset: str
    issued: date

    @property
    def change(self) -> int:
        """The number of the change that made it, 0 for a release."""
        return int(self.dataset.partition("+")[2] or 0)

    @property
    def moment(self) -> datetime:
        """When it was issued; a day's is its beginning."""
        return self.issued if isinstance(self.issued, datetime) else datetime.combine(self.issued, time(), UTC)

    @property
    def when(self) -> str:
        """When it was issued, in words."""
        return f"{self.issued:%Y-%m-%d %H:%M:%S UTC}" if isinstance(self.issued, datetime) else str(self.issued)


class Preserved(Protocol):
    """A dataset that can be had as a file."""

    @property
    def dataset(self) -> str:
        """What names it."""

    def unpack(self, target: Path) -> Path:
        """Write its N-Quads into a file, which is returned."""


@dataclass(frozen=True, slots=True)
class Archived(Release):
    """A release that is kept; `sha256` is that of the compressed file."""

    file: Path
    sha256: str

    def lines(self) -> list[str]:
        """Return the quads, a line each, in code-point order.

        Raises `InputError` when the file cannot be read, `InvalidData` when it is not the one in the register.
        """
        return list(StringIO(lzma.decompress(self._compressed()).decode("utf-8"), newline="\n"))

    @property
    def quads_name(self) -> str:
        """Name that a file of its quads has."""
        return f"aseancan-{self.dataset}.nq"

    def unpack(self, target: Path) -> Path:
        """Write the N-Quads into a file, which is returned; raises as `lines` does."""
        with TemporaryDirectory(dir=target.parent) as own:  # another thread may do the same
            partial = Path(own) / target.name
            partial.write_bytes(lzma.decompress(self._compressed()))
            return partial.replace(target)

    def _compressed(self) -> bytes:
        try:
            compressed = self.file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read it: {error.strerror}", Place(self.file)) from error
        if hashlib.sha256(compressed).hexdigest() != self.sha256:
            remedy = "Put the file back that was released: a release never changes."
            raise InvalidData("its SHA-256 is another than in releases.csv", Place(self.file), remedy=remedy)
        return compressed


def keep(directory: Path, release: Release, quads: bytes) -> tuple[Path, Path]:
    """Keep a release in a directory and its register, unless it is kept; return the files of both.

    Raises `InputError` where another release of its number is kept, and as `read` does.
    """
    register, file = directory / "releases.csv", directory / f"aseancan-{release.dataset}.nq.xz"
    kept = read(directory)
    if there := next((one for one in kept if one.dataset == release.dataset), None):
        there.lines()  # which tells where its file is not what it was
        return register, there.file
    if any(one.version == release.version for one in kept):
        remedy = "Give this one a number of its own: VERSION and RELEASED in settings.py."
        raise InputError(f"there is another release {release.version}", Place(register), remedy=remedy)
    compressed = lzma.compress(quads, preset=9 | lzma.PRESET_EXTREME)
    sha256 = hashlib.sha256(compressed).hexdigest()
    row = (release.version, release.dataset, str(release.issued), file.name, sha256)
    text = register.read_bytes().decode() if register.exists() else ",".join(_COLUMNS)
    end = "\r\n" if "\r\n" in text else "\n"
    directory.mkdir(parents=True, exist_ok=True)
    outputs.write_whole(file, compressed)
    outputs.write_whole(register, f"{text.removesuffix(end)}{end}{','.join(row)}{end}".encode())
    return register, file


def read(directory: Path) -> Sequence[Archived]:
    """Return the releases kept in a directory, the oldest first; none when there is no register.

    Raises `RegisterError` for a register that is broken.
    """
    register = directory / "releases.csv"
    if not register.exists():
        return ()
    with register.open(encoding="utf-8-sig", newline="") as stream:
        header, *records = csv.reader(stream)
    if tuple(header) != _COLUMNS:
        raise RegisterError("the header row is wrong", Place(register, row=1), remedy=f"Write {','.join(_COLUMNS)}.")
    return tuple(_release(directory, Place(register, row=row), record) for row, record in enumerate(records, start=2))


def _release(directory: Path, place: Place, record: list[str]) -> Archived:
    try:
        version, dataset, issued, file, sha256 = record
        return Archived(version, dataset, date.fromisoformat(issued), directory / file, sha256)
    except ValueError as error:
        raise RegisterError(f"this is no release: {error}", place, remedy="Fill its five cells.") from error
