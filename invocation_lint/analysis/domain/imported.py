"""What an import binds, and modules of the project."""

from __future__ import annotations

from invocation_lint.records import record


@record
class Imported:
    """A name that an import binds, looked up only when it is used; `level` counts the dots of a relative import."""

    importer: str  # name of the importing module
    dotted: str
    level: int
    member: str = ""  # of `from dotted import member`


@record
class ModuleRef:
    """A module or package of the project, by its name in the program."""

    name: str
    dotted: str
