"""Writes `invocation_lint/data/output_shapes.json` from botocore: `python -m tests.package.list_answers`.

What is read: the service model of each service: which members of an answer are timestamps, bytes or streams, and which
of them each answer has.
"""

from __future__ import annotations

import json
import re
from typing import Any

import botocore
from botocore import xform_name
from botocore.loaders import Loader

from invocation_lint.data.output_shapes import PATH

AT_ONCE = re.compile(r"creat(?:e|ed|ion)|lastmodif|launchtime|^startdate$", re.IGNORECASE)
"""Timestamps that a thing has from its beginning: the API references give them for each. Others come with what happens
to it later (a stop, a deletion, a last use)."""


def is_kept(shapes: dict[str, Any], name: str, kept: set[str]) -> bool:
    """Whether a shape is, or holds, a member that JSON has no form for, as far as that is known."""
    shape = shapes[name]
    kind = shape["type"]
    if kind == "list":
        return shape["member"]["shape"] in kept
    if kind == "structure" and not shape.get("eventstream"):
        return any(member["shape"] in kept for member in shape["members"].values())
    return kind in {"timestamp", "blob"}


def kept_shapes(shapes: dict[str, Any]) -> set[str]:
    """The shapes that are, or hold, timestamps or bytes."""
    kept: set[str] = set()
    while new := {name for name in shapes if name not in kept and is_kept(shapes, name, kept)}:
        kept |= new
    return kept


class Numbered:
    """The structures of one service, numbered in the order in which they are met."""

    def __init__(self, model: dict[str, Any]) -> None:
        self.shapes = model["shapes"]
        self.kept = kept_shapes(self.shapes)
        self.numbers: dict[str, int] = {}
        self.texts: list[str] = []

    def of(self, name: str) -> str:
        """What stands for a shape: `t`, `b`, a number, or one of these behind `[`."""
        shape = self.shapes[name]
        if shape["type"] == "list":
            return "[" + self.of(shape["member"]["shape"])
        if shape["type"] != "structure":
            return str(shape["type"][0])
        if name not in self.numbers:
            self.numbers[name] = len(self.texts)
            self.texts.append("")
            members = (
                self.member(shape, key, one) for key, one in shape["members"].items() if one["shape"] in self.kept
            )
            self.texts[self.numbers[name]] = ",".join(members)
        return str(self.numbers[name])

    def member(self, shape: Any, key: str, member: Any) -> str:
        """`Name:what`, with `!` behind what is there in every answer."""
        what = self.of(member["shape"])
        if what == "b" and (member.get("streaming") or self.shapes[member["shape"]].get("streaming")):
            return f"{key}:s!"
        is_sure = key in shape.get("required", ()) or (what == "t" and AT_ONCE.search(key) is not None)
        return f"{key}:{what}{'!' if is_sure and what in {'t', 'b'} else ''}"


def service_text(model: dict[str, Any]) -> dict[str, str]:
    """`operations`, each with the number of its answer, and `shapes` in order; empty for a service without any."""
    numbered = Numbered(model)
    operations = [
        f"{xform_name(name)}:{numbered.of(operation['output']['shape'])}"
        for name, operation in sorted(model["operations"].items())
        if operation.get("output", {}).get("shape") in numbered.kept
    ]
    return {"operations": " ".join(operations), "shapes": " ".join(numbered.texts)} if operations else {}


def written() -> str:
    """The text of the data file: a line a service."""
    loader = Loader()
    lines = [f'"botocore":{json.dumps(botocore.__version__)}']
    for service in sorted(loader.list_available_services("service-2")):
        found = service_text(loader.load_service_model(service, "service-2"))
        if found:
            lines.append(f"{json.dumps(service)}:{json.dumps(found, separators=(',', ':'))}")
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    PATH.write_text(written(), encoding="utf-8")
