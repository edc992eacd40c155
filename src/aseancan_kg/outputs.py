"""Files that a command writes: refused before the work where they cannot be written, and never written by half."""

import os
from collections.abc import Collection
from pathlib import Path

from aseancan_kg.errors import InputError, Place


def refuse_unwritable(file: Path, kept: Collection[Path] = ()) -> None:
    """Raise `InputError` for a file that cannot be written, or that is, or is in, what has to be kept as it is."""
    place = Place(str(file))
    if any(file.resolve().is_relative_to(one.resolve()) for one in kept):
        raise InputError("what is there has to be kept", place, remedy="Choose another file.")
    usable = file.is_file() if file.exists() else file.parent.is_dir()
    if not usable or not os.access(file.parent, os.W_OK):
        raise InputError("cannot write it", place, remedy="Choose a file in a directory that is there.")


def write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place and rename it; raises `InputError` when it cannot be written."""
    file = file.resolve()  # a link stays one
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            f"cannot write it: {error.strerror}", Place(str(file)), remedy="Choose another file."
        ) from error
