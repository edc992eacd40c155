"""Files that a command writes: refused before the work where they cannot be written, and never written by half."""

import os
from collections.abc import Collection
from functools import partial
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


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file beside its place and rename it: it is on the disk then, or `InputError` tells why it is not.

    It may be used as `mode` says, and as far as others may use what is made here.
    """
    file = file.resolve()  # a link stays one
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        with open(beside, "xb", opener=partial(os.open, mode=mode)) as stream:  # a file that nobody else has made
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        _keep_names(file.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            f"cannot write it: {error.strerror}", Place(str(file)), remedy="Choose another file."
        ) from error


def _keep_names(directory: Path) -> None:
    """Have the names of a directory's files on the disk, so that a new one outlives a loss of power."""
    if os.name != "posix":
        return  # which elsewhere no program can ask for
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
