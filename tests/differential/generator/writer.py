"""A program while it is written: its modules, what was chosen, and what is free to be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from textwrap import indent
from typing import TypeVar

T = TypeVar("T")
SITES = 3
"""The functions that are there to be invoked: site1, site2, .."""
ACCOUNT = "arn:aws:lambda:us-east-1:123456789012:function:"


@dataclass(frozen=True)
class Program:
    """What is run: files by name; `entry` is `script` for `app.py` itself, else the handler in it. `plan` are the
    choices that made it, `flag` says whether it asks for the variable FLAG, `sites` counts its call sites."""

    files: Mapping[str, str]
    entry: str
    plan: tuple[str, ...]
    flag: bool
    sites: int


@dataclass
class Module:
    """A module: imports, then what stands at its top."""

    imports: set[str] = field(default_factory=set)
    tops: list[str] = field(default_factory=list)

    def text(self) -> str:
        head = "".join(f"{line}\n" for line in sorted(self.imports, key=lambda line: (line.startswith("from"), line)))
        return head + "\n" + "\n\n".join(top.rstrip("\n") + "\n" for top in self.tops)

    def add(self, top: str) -> None:
        """Puts something at the top of the module, once."""
        if top not in self.tops:
            self.tops.append(top)


class Writer:
    """Chooses, and remembers the choices. `here` is the module that is written."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.plan: list[str] = []
        self.flag = False
        self.modules = {"app": Module()}
        self.here = self.modules["app"]
        self.handler = False

    def choose(self, what: str, choices: Mapping[T, int] | Sequence[T]) -> T:
        """One of the choices, which may be weighted; it becomes a part of the plan."""
        weighted = choices if isinstance(choices, Mapping) else dict.fromkeys(choices, 1)
        made = self.chance.choices(list(weighted), list(weighted.values()))[0]
        self.plan.append(f"{what}:{made}")
        return made

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def flag_test(self) -> str:
        """A condition of which nobody knows before the program runs whether it holds."""
        self.flag = True
        self.here.imports.add("import os")
        return 'os.environ.get("FLAG") == "1"'

    def imports(self, *lines: str) -> None:
        self.here.imports.update(lines)


def inside(lines: Sequence[str], depth: int = 1) -> list[str]:
    """The lines, indented."""
    return [indent(line, "    " * depth) for line in lines]
