"""Writing a mended file: whole or not at all, and only over what was read."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


class ChangedMeanwhile(Exception):
    """The file is not what was read; it was left as it is."""


def write(path: Path, before: bytes, after: bytes) -> None:
    """Replaces the file by `after` if it still holds `before`; its owner, mode and attributes are kept, a link stays a
    link, and other names of the file (hard links) show the new text too.

    The new text goes into a file beside it, which then takes its place. Where that would lose something (another name,
    an owner that cannot be given to the new file), the file itself is written, and what it held is put back if that
    fails. Raises ChangedMeanwhile, OSError; PermissionError for a file that is marked read-only, even if the user could
    replace it.
    """
    real = path.resolve()
    if not os.access(real, os.W_OK) or not real.stat().st_mode & 0o222:  # root may write everything
        raise PermissionError(errno.EACCES, "the file is read-only")
    if real.read_bytes() != before:
        raise ChangedMeanwhile
    new = _beside(real, after) if real.stat().st_nlink == 1 else None
    if new is None:
        _write_over(real, before, after)
        return
    try:
        if real.read_bytes() != before:  # as late as can be
            raise ChangedMeanwhile
        new.replace(real)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _beside(real: Path, data: bytes) -> Path | None:
    """A new file beside another one, which differs from it in its content alone; None where that cannot be had."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{real.name[:100]}.", suffix=".tmp", dir=real.parent)
    except PermissionError:  # files may be written in this folder, but not added to it
        return None
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if _is_like(new, real):
            return new
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    new.unlink()
    return None


def _is_like(new: Path, old: Path) -> bool:
    """Gives a new file the owner, mode and extended attributes of another one; whether it has them then."""
    wanted = old.stat()
    made = new.stat()
    try:
        if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (wanted.st_uid, wanted.st_gid):
            os.chown(new, wanted.st_uid, wanted.st_gid)
        shutil.copystat(old, new)
    except PermissionError:
        return False
    os.utime(new)
    made = new.stat()
    return (made.st_uid, made.st_gid, made.st_mode) == (wanted.st_uid, wanted.st_gid, wanted.st_mode)


def _write_over(real: Path, before: bytes, after: bytes) -> None:
    """Writes into the file that is there."""
    with real.open("r+b") as file:
        if file.read() != before:
            raise ChangedMeanwhile
        try:
            _put(file.fileno(), after)
        except OSError:
            with suppress(OSError):
                _put(file.fileno(), before)
            raise


def _put(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)
