"""Abstract values: what an expression may stand for. A `Value` is a small set of atoms, each one way it can be; atoms
are immutable and hashable, and hold no syntax."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from invocation_lint.analysis.domain.cuts import Cut
from invocation_lint.analysis.domain.ids import ObjectId, SiteKey
from invocation_lint.analysis.domain.imported import Imported, ModuleRef
from invocation_lint.findings import Place
from invocation_lint.records import record

MAX_ATOMS = 8
"""Atoms in one value: more alternatives than this answer no question that a reader would ask."""

MAX_TEXT, MAX_BITS = 8_000_000, 10_000
"""Characters of a text that is kept (Lambda takes six megabytes); bits of a number that Python still writes as text."""


@record
class Const:
    """A constant. `kind` keeps 1, 1.0 and True apart."""

    value: Any
    kind: str


@record
class Text:
    """Text of which some pieces are known; a piece that is not is a value."""

    pieces: tuple[str | Value, ...]
    type: str = "str"  # or bytes


@record
class Typed:
    """A value whose Python type is known and whose content is not; `source` is what it was read from, `chain` the
    calls that made it where they are a query, `form` the notation of a text or of bytes that are surely no JSON."""

    type: str
    source: str = ""
    chain: Chain | None = None
    form: str = ""


@record
class Ref:
    """A reference to an object of the heap."""

    id: ObjectId


@record
class Slot:
    """One key of an object: presence is "yes" or "maybe"."""

    presence: str
    value: Value
    place: Place | None = None


@record
class Struct:
    """An object as it was at one moment, without identity: what an encoder saw."""

    kind: str  # dict, list, tuple, set, instance, ...
    slots: tuple[tuple[Any, Slot], ...] = ()
    open: str | None = None
    items: tuple[Value, ...] = ()
    rest: Value | None = None  # what further elements may be; None when there are none
    made: Place | None = None
    cls: str = ""
    weight: int = field(default=0, init=False, repr=False, compare=False)  # values in it, as often as they are met
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        held = [*(slot.value for _, slot in self.slots), *self.items, *([self.rest] if self.rest is not None else [])]
        object.__setattr__(self, "weight", 1 + sum([value.weight for value in held]))

    def __hash__(self) -> int:
        if not self._hash:
            own = (self.kind, self.slots, self.open, self.items, self.rest, self.made, self.cls)
            object.__setattr__(self, "_hash", hash(own) or 1)
        return self._hash


@record
class Encoded:
    """Text or bytes made from another value: json, base64, repr, or bytes (text turned into bytes)."""

    how: str
    value: Value
    type: str  # str or bytes
    encoder: str = "json"
    lenient: bool = False  # an encoder with default= or cls=: what it accepts is not known
    place: Place | None = None
    compact: bool = False  # JSON that may be shorter than that of json.dumps
    weight: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", 1 + self.value.weight)


@record
class EnvVar:
    """The value of an environment variable; `default` when it is not set, None when a KeyError is raised instead.
    `place` is where a default that is a text is written."""

    name: str
    default: Value | None = None
    place: Place | None = None


@record
class Symbol:
    """Something imported from outside the project, by its dotted name."""

    dotted: str


@record
class ConfigValue:
    """botocore's Config: options by name."""

    options: tuple[tuple[str, Value], ...] = ()
    open: bool = False


@record
class SdkSession:
    """A session of an SDK, or a factory of clients."""

    sdk: str


@record
class Client:
    """A client of one AWS service. `config` is None when it is not known, and an empty Config when none is given."""

    service: str
    sdk: str  # boto3, botocore, aioboto3, aiobotocore
    config: ConfigValue | None
    place: Place | None = None
    pending: bool = False  # an async context manager or coroutine that yields the client


@record
class AwsObject:
    """A resource or table: known not to be a Lambda client. `of` is the service of a resource, the name of a table."""

    name: str
    of: Value | None = None


@record
class Traced:
    """A part of something that is followed; what is done with it, its kind says (`python/frames/kinds.py`).

    `origin` is where the thing comes from, `path` the way from there to this part, () being the whole; `default` is
    what was given for it where it may be missing.
    """

    kind: str
    origin: SiteKey
    path: tuple[str, ...] = ()
    default: Value | None = None


@record
class Pending:
    """An awaitable or future: what it yields, and the errors (`events.Raised`) that it delivers."""

    value: Value
    raises: tuple[Any, ...] = ()
    via: str = "coroutine"  # coroutine, task, future, thread, decorated (perhaps no coroutine)
    sites: tuple[SiteKey, ...] = ()  # the invocations that it makes, those without an error to deliver included
    told: tuple[Any, ...] = ()  # `events.FailureTold`: what it yields tells that an invocation failed


@record
class FunctionRef:
    """A function of the project, with what is bound to it."""

    key: str  # qualified name within the project
    receiver: Value | None = None
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    cells: tuple[tuple[str, Value], ...] = ()  # what names of the function around it stood for when that returned
    bare: bool = False  # without its decorators


@record
class ClassRef:
    """A class of the project."""

    key: str


@record
class Method:
    """An attribute of a value that is not a project object, ready to be called."""

    receiver: Value
    name: str


@record
class Partial:
    """functools.partial of something that is not a project function, or that is given more than is known (`open`)."""

    target: Value
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    open: str | None = None


@record
class Param:
    """A parameter of the frame that is looked at alone."""

    name: str
    annotation: str = ""


@record
class ErrorValue:
    """The exception bound by an except clause, or a part of it."""

    clause: Place
    path: tuple[str, ...] = ()


@record
class EnumMember:
    """A member of an enum class of the project; `mixin` is str for (str, Enum), StrEnum for that, else empty."""

    cls: str
    name: str
    value: Value
    mixin: str = ""


@record
class Unknown:
    """Not known; `source` is the expression's own path (story.library_id), `reason` why it is not known, `chain` the
    calls that made it, where the module queries something."""

    reason: str = "not known"
    source: str = ""
    chain: Chain | None = None


@record
class SuperRef:
    """`super()` in a method of a class."""

    key: str
    receiver: Value


@record
class Step:
    """One attribute or call of a chain; `open` when more arguments may be given. A slice is a call of `[]`."""

    name: str
    place: Place | None = None
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    is_call: bool = False


@record
class Chain:
    """Attributes and calls in a row, on something that is not followed: how queries are built."""

    root: Value
    steps: tuple[Step, ...]
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        if not self._hash:
            object.__setattr__(self, "_hash", hash((self.root, self.steps)) or 1)
        return self._hash


Atom = (
    Const
    | Text
    | Typed
    | Ref
    | Struct
    | Encoded
    | EnvVar
    | Cut
    | Symbol
    | Imported
    | ModuleRef
    | ConfigValue
    | SdkSession
    | Client
    | AwsObject
    | Traced
    | Pending
    | FunctionRef
    | ClassRef
    | SuperRef
    | Method
    | Partial
    | Param
    | ErrorValue
    | EnumMember
    | Unknown
)


class Value:
    """A set of at most `MAX_ATOMS` atoms, in the order in which they were found; empty means never reached.

    Nobody changes a value. It is no record: a walk makes more of them than of anything else, and asks for their hashes.
    """

    __slots__ = ("_hash", "_weight", "atoms", "ids", "moves", "parts", "refers")

    def __init__(self, atoms: tuple[Atom, ...]) -> None:
        self.atoms = atoms
        self._hash = self._weight = 0
        self.ids: tuple[ObjectId, ...] | None = None  # kept by `state.references`
        self.refers: bool | None = None  # kept by `state.may_refer`, as the next one by `state.may_move`
        self.moves: bool | None = None
        self.parts: tuple[Traced, ...] | None = None  # kept by `python.traced`

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Value) and self.atoms == other.atoms)

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash(self.atoms) or 1
        return self._hash

    @property
    def single(self) -> Atom | None:
        """The atom, when there is just one."""
        return self.atoms[0] if len(self.atoms) == 1 else None

    @property
    def is_unknown(self) -> bool:
        """Whether something about it is not known at all."""
        return any(isinstance(atom, (Unknown, Param)) for atom in self.atoms)

    @property
    def weight(self) -> int:
        """How many values it holds, each counted as often as it is met."""
        if not self._weight:
            self._weight = sum([atom.weight if isinstance(atom, (Struct, Encoded)) else 1 for atom in self.atoms])
        return self._weight

    def of(self, kind: type[Any]) -> list[Any]:
        """The atoms of one class."""
        return [atom for atom in self.atoms if isinstance(atom, kind)]


NEVER = Value(())


def const(value: Any) -> Value:
    """The value of a Python constant; of one that is too long, its type."""
    kind = type(value).__name__
    is_long = isinstance(value, (str, bytes)) and len(value) > MAX_TEXT
    is_long = is_long or (isinstance(value, int) and value.bit_length() > MAX_BITS)
    return Value((Typed(kind) if is_long else Const(value, kind),))


NONE, TRUE, FALSE = const(None), const(True), const(False)


def unknown(reason: str = "not known", source: str = "") -> Value:
    """A value of which nothing is known."""
    return Value((Unknown(reason, source),))


def join_values(values: Iterable[Value]) -> Value:
    """The union; more than `MAX_ATOMS` alternatives are unknown."""
    values = [value for value in values if value.atoms]
    if len(values) < 2 and (not values or len(values[0].atoms) <= MAX_ATOMS):
        return values[0] if values else NEVER
    seen = dict.fromkeys([atom for value in values for atom in value.atoms])
    if len(seen) > MAX_ATOMS:
        kept = [atom for atom in seen if isinstance(atom, (Client, Traced))][: MAX_ATOMS - 1]
        return Value((*kept, Unknown("too many alternatives")))
    return Value(tuple(seen))


def join2(left: Value, right: Value) -> Value:
    """The union of two values; the same object when they are equal."""
    return left if left is right or left == right else join_values((left, right))
