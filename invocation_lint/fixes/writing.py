"""Writing a mended file: whole or not at all, and only over what was read."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


class ChangedMeanwhile(Exception):
    """The file is not what was read; it was left as it is."""


def write(path: Path, before: bytes, after: bytes) -> None:
    """Replaces the file by `after` if it still holds `before`; its mode is kept, a link stays a link.

    The new text goes into a file beside it, which then takes its place. Raises ChangedMeanwhile, OSError.
    """
    real = path.resolve()
    if real.read_bytes() != before:
        raise ChangedMeanwhile
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".tmp", dir=real.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(real.stat().st_mode & 0o7777)
        if real.read_bytes() != before:  # as late as can be
            raise ChangedMeanwhile
        os.replace(name, real)  # noqa: PTH105 - the very call that replaces in one step
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise
