"""References that are followed when they are used: what an import binds, modules of the project, `super()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invocation_lint.analysis.domain.atoms import Value


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that an import binds, looked up only when it is used; `level` counts the dots of a relative import."""

    importer: str  # name of the importing module
    dotted: str
    level: int
    member: str = ""  # of `from dotted import member`


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module or package of the project, by its name in the program."""

    name: str
    dotted: str


@dataclass(frozen=True, slots=True)
class SuperRef:
    """`super()` in a method of a class."""

    key: str
    receiver: Value
