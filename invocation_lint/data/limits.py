"""The limits of AWS's services: `data/limits.json`, with the source and the date of each."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def limits() -> dict[str, int]:
    """All limits by their names, in the units that the file gives."""
    text = (Path(__file__).parent / "limits.json").read_text(encoding="utf-8")
    return {name: int(entry["value"]) for name, entry in json.loads(text).items()}
