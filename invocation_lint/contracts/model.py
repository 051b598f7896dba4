"""What a function expects of those who invoke it: one type for every source of contracts."""

from __future__ import annotations

from dataclasses import field

from invocation_lint.records import record


@record
class Field:
    """A field of the payload. `why` is what findings say of it; `fallback` names a field that is accepted instead."""

    name: str
    required: bool = False
    type: str | None = None  # string | number | boolean | object | array
    role: str | None = None  # story | job | owner
    fallback: str | None = None
    forbidden_sources: tuple[str, ...] = ()  # globs
    why: str = ""


@record
class Action:
    """One action of a function: how long it takes (seconds, minimum and maximum) and which fields it reads."""

    name: str
    duration_seconds: tuple[float, float] | None = None
    mode: str | None = None  # event | request_response; appears in messages only
    fields: tuple[Field, ...] = ()
    returns: tuple[str, ...] | None = None  # the keys of the answer; None where nothing is said of them


@record
class FunctionContract:
    """The contract of one function. `discriminator` holds the paths that may name the action, first present wins."""

    name: str
    names: tuple[str, ...] = ()  # globs over the plain function name
    environment: tuple[str, ...] = ()  # variables that hold the function's name
    discriminator: tuple[str, ...] = ()
    decodes: str = "event"  # event | body | both
    actions: tuple[Action, ...] = ()
    fields: tuple[Field, ...] = ()  # when there is no discriminator
    duration_seconds: tuple[float, float] | None = None  # when there is no discriminator
    timeout_seconds: float | None = None
    idempotent: bool | None = None
    other_actions: str = ""  # what becomes of an action that is none of these; findings say it
    failure_answer: str | None = None  # raises | status_code
    unknown_fields: str = "allowed"
    returns: tuple[str, ...] | None = None  # the keys of the answer, when there is no discriminator
    origin: str = "declared"  # declared | inferred | deployed | shipped
    schema: str = field(default="", compare=False)  # the path of the JSON Schema that it is
    place: tuple[str, int] | None = field(default=None, compare=False)  # the file and the line of a declared one

    def action(self, name: str) -> Action | None:
        """The action of that name, or None."""
        return next((action for action in self.actions if action.name == name), None)


@record
class Wrapper:
    """A function outside the project that invokes for its caller: which parameter is what."""

    call: str  # dotted name
    function: str = ""  # parameter that holds the function's name
    payload: str = ""
    invocation_type: str = ""  # parameter that decides the mode
    modes: tuple[tuple[str, str], ...] = ()  # ("yes", "RequestResponse"), ("no", "Event")


@record
class ContractBook:
    """All contracts of a run: what functions expect, who invokes for others, and which tables hold jobs."""

    functions: tuple[FunctionContract, ...] = ()
    wrappers: tuple[Wrapper, ...] = field(default=())
    job_tables: tuple[str, ...] = ()  # globs of further tables, and ORM classes, that hold jobs
    schemas: tuple[str, ...] = ()  # paths of the JSON Schemas that contracts are

    def joined(self, other: ContractBook) -> ContractBook:
        """Both books as one; which contract of several holds is decided when a function is looked up."""
        return ContractBook(
            self.functions + other.functions,
            self.wrappers + other.wrappers,
            self.job_tables + other.job_tables,
            self.schemas + other.schemas,
        )
