"""The folder that every process of a service has first on its import path: the clock, and the lifeline.

It is made for one service (`process_site/` beside this module, and `site.json` with the clock's numbers), so that no
variable of the environment has to speak of the clock.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from invocation_lint.reference.service.clock import Clock

_SOURCE = Path(__file__).parent / "process_site"


class Site:
    """A temporary folder with `sitecustomize.py`, and the pipe whose closing ends every process that listens to it."""

    def __init__(self, clock: Clock) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="local-lambda-"))
        self.lifeline, self._kept = os.pipe()
        for name in ("sitecustomize.py", "stretched_time.py"):
            shutil.copyfile(_SOURCE / name, self.folder / name)
        numbers = {
            "factor": clock.factor,
            "wall_start": clock.wall_start,
            "monotonic_start": clock.monotonic_start,
        }
        (self.folder / "site.json").write_text(json.dumps(numbers), encoding="utf-8")

    def close(self) -> None:
        """End what still listens to the lifeline, and remove the folder."""
        os.close(self._kept)
        os.close(self.lifeline)
        shutil.rmtree(self.folder, ignore_errors=True)
