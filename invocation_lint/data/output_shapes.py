"""What the answers of AWS's operations hold that JSON has no form for: botocore's models, in `output_shapes.json`.

The file is written by a script, from the botocore whose version it holds; the tool never imports botocore. Each line
is a service; only the lines of services that are asked for are parsed.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from invocation_lint.records import record

PATH = Path(__file__).with_suffix(".json")

TYPES = {"t": "datetime", "b": "bytes", "s": "StreamingBody"}
"""The Python types that boto3 gives: timestamps, blobs, and blobs that are streamed."""


@record
class Member:
    """A member of an answer, or of a structure in it. `type` is a Python type, or empty for a structure, whose number
    is `shape`; `lists` is how many lists are around it, and `is_sure` whether every such structure has it."""

    name: str
    type: str
    shape: int
    lists: int
    is_sure: bool


@record
class OutputShapes:
    """One service: its operations, by boto3's names, with the numbers of their answers; and its structures."""

    operations: dict[str, int]
    shapes: tuple[str, ...]

    def members(self, shape: int) -> tuple[Member, ...]:
        """The members of a structure that JSON has no form for, or that hold such."""
        return tuple(_member(text) for text in self.shapes[shape].split(",") if text)


def _member(text: str) -> Member:
    name, _, what = text.partition(":")
    kind = what.lstrip("[").rstrip("!")
    number = int(kind) if kind.isdigit() else -1
    return Member(name, TYPES.get(kind, ""), number, what.count("["), what.endswith("!"))


@lru_cache(maxsize=1)
def _lines() -> dict[str, str]:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    return {line[1 : line.index('"', 1)]: line.rstrip(",}\n") + "}" for line in lines[1:]}


@lru_cache(maxsize=64)
def shapes_of(service: str) -> OutputShapes:
    """The answers of a service, by its name in `boto3.client(name)`; none of one that has no such members."""
    line = _lines().get(service)
    if line is None:
        return OutputShapes({}, ())
    data = json.loads("{" + line + "}")[service]
    operations = (one.partition(":") for one in data["operations"].split(" "))
    return OutputShapes({name: int(number) for name, _, number in operations}, tuple(data["shapes"].split(" ")))
