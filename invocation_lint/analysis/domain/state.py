"""The state at one point of a function: what names stand for, and the objects they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from operator import is_
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    MAX_ATOMS,
    NEVER,
    Ref,
    Slot,
    Struct,
    Unknown,
    Value,
    join2,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.followed import join_followed
from invocation_lint.analysis.domain.ids import ObjectId
from invocation_lint.analysis.domain.references import map_ids, may_refer, references
from invocation_lint.analysis.domain.waits import NO_WAIT, Waited, shorter
from invocation_lint.findings import Place
from invocation_lint.records import mutable, record

MAX_KEYS = 64
"""Keys of one object; a literal with more is data, not a payload."""

MAX_NESTING = 6
"""Levels of an object that an encoder's snapshot keeps."""

MAX_HELD = 5000
"""Values in one snapshot: what holds more is data, or one object that is held again and again."""


RECEIVER = "it is the receiver"
"""Why the attributes of `self` are not all known: the object may be one of a subclass."""

ANSWER = "@answer"
"""The class of a dict that AWS answers with: what it may hold is of a known type where it is read."""

VIEW = "@view"
"""The class of what `keys()`, `values()` and `items()` of a dict give: a sequence for all but an encoder."""


class Content:
    """What an object holds. It is asked for its hash again and again."""

    __slots__ = ("_hash", "parts")

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts
        self._hash = hash(parts)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Content) and self._hash == other._hash and self.parts == other.parts)

    def __hash__(self) -> int:
        return self._hash


@record
class Obj:
    """An object of the heap.

    A mapping or instance has `slots`; `open` says why further keys may be there. A sequence has `items`, and `rest`
    for what further elements may be. `many` marks an object that stands for several (made by a loop): its updates
    are weak.
    """

    kind: str
    slots: dict[Any, Slot] = field(default_factory=dict)
    open: str | None = None
    items: tuple[Value, ...] = ()
    rest: Value | None = None
    made: Place | None = None
    cls: str = ""
    many: bool = False
    _ids: tuple[ObjectId, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _refers: bool | None = field(default=None, init=False, repr=False, compare=False)
    _content: Content | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def ids(self) -> tuple[ObjectId, ...]:
        """The objects that the values in it name, as `references` tells them."""
        if self._ids is None:
            held = [*(slot.value for slot in self.slots.values()), *self.items]
            held += [self.rest] if self.rest is not None else []
            object.__setattr__(self, "_ids", tuple([one for value in held for one in references(value)]))
        return self._ids  # type: ignore[return-value]

    @property
    def refers(self) -> bool:
        """Whether a heap reference stands in some value of it."""
        if self._refers is None:
            found = any(may_refer(slot.value) for slot in self.slots.values()) or any(map(may_refer, self.items))
            found = found or (self.rest is not None and may_refer(self.rest))
            object.__setattr__(self, "_refers", found)
        return self._refers  # type: ignore[return-value]

    @property
    def content(self) -> Content:
        """All that it is, to be compared with what others are."""
        if self._content is None:
            object.__setattr__(self, "_content", Content(self.content_as(lambda value: value)))
        return self._content  # type: ignore[return-value]

    def content_as(self, told: Callable[[Value], Value]) -> tuple[Any, ...]:
        """The same, with each value as it is told."""
        return (
            self.kind,
            tuple([(key, slot.presence, told(slot.value), slot.place) for key, slot in self.slots.items()]),
            self.open,
            tuple(map(told, self.items)),
            None if self.rest is None else told(self.rest),
            self.made,
            self.cls,
            self.many,
        )

    def with_slot(self, key: Any, value: Value, place: Place | None, *, weak: bool = False) -> Obj:
        """The object after `obj[key] = value`."""
        slots = self.slots.copy()
        old = dict.get(self.slots, key)
        if weak:
            slots[key] = Slot(old.presence, join2(old.value, value), old.place) if old else Slot("maybe", value, place)
        else:
            slots[key] = Slot("yes", value, place)
        if len(slots) > MAX_KEYS:
            return replace(self, slots={}, open="it has too many keys")
        return replace(self, slots=slots)

    def without_slot(self, key: Any, *, weak: bool = False) -> Obj:
        """The object after `del obj[key]`."""
        if key not in self.slots:
            return self
        slots = self.slots.copy()
        if weak:
            slots[key] = replace(slots[key], presence="maybe")
        else:
            del slots[key]
        return replace(self, slots=slots)

    def with_aside(self, key: Value, value: Value) -> Obj:
        """The mapping with a key that is not known, and its value, in `items`."""
        keys, values = self.items or (NEVER, NEVER)
        return replace(self, items=(join2(keys, key), join2(values, value)))

    def aside(self, index: int) -> list[Value]:
        """What is kept of keys that are not known (0), or under them (1)."""
        return [self.items[index]] if self.kind == "dict" and self.items and self.items[index].atoms else []

    def opened(self, reason: str) -> Obj:
        """The object when keys that are not known may have been added or changed."""
        return self if self.open else replace(self, open=reason)

    def elements(self) -> list[Value]:
        """All that an iteration may yield."""
        return [*self.items, *([self.rest] if self.rest is not None else [])]


def join_slots(left: Obj, right: Obj) -> dict[Any, Slot]:
    """The slots of the union: a key that one side lacks is maybe there."""
    slots: dict[Any, Slot] = {}
    if type(left.slots) is type(right.slots) is not dict:  # those of an event note what is asked of them
        slots = left.slots.copy()
        slots.clear()
    for key in dict.fromkeys((*left.slots, *right.slots)):
        one, other = dict.get(left.slots, key), dict.get(right.slots, key)
        if one is not None and other is not None:
            presence = "yes" if one.presence == other.presence == "yes" else "maybe"
            slots[key] = one if one == other else Slot(presence, join2(one.value, other.value), one.place)
        else:
            only = one or other
            assert only is not None
            slots[key] = replace(only, presence="maybe")
    return slots


def join_objects(left: Obj, right: Obj) -> Obj:
    """The union of two states of one object."""
    if left is right or left == right:
        return left
    if left.kind != right.kind:
        return Obj("other", open="it is of several kinds", made=left.made)
    items, rest = left.items, left.rest
    if left.items != right.items or left.rest != right.rest:
        if left.kind == "dict" and len(left.items) != len(right.items):
            items = left.items or right.items
            rest = left.rest if left.rest is not None else right.rest
        elif len(left.items) == len(right.items):
            items = tuple(join2(one, other) for one, other in zip(left.items, right.items, strict=True))
            rests = [value for value in (left.rest, right.rest) if value is not None]
            rest = join_values(rests) if rests else None
        else:  # both have the elements of the shorter one: which is at a place is one of two
            shared = min(len(left.items), len(right.items))
            items = tuple(map(join2, left.items[:shared], right.items[:shared]))
            more = [*left.items[shared:], *right.items[shared:]]
            rest = join_values([*more, *(value for value in (left.rest, right.rest) if value is not None)])
    return Obj(
        left.kind,
        join_slots(left, right),
        left.open or right.open,
        items,
        rest,
        left.made,
        left.cls,
        left.many or right.many,
    )


@mutable
class State:
    """Names and heap at one point. `marks` are true on every path that leads here, and `waited` is the least time that
    any of them sleeps: it is kept in trials of handlers."""

    env: dict[str, Value] = field(default_factory=dict)
    heap: dict[ObjectId, Obj] = field(default_factory=dict)
    marks: frozenset[Any] = frozenset()
    waited: Waited = NO_WAIT

    def copy(self) -> State:
        """A state that can be changed without changing this one."""
        return State(dict(self.env), dict(self.heap), self.marks, self.waited)

    def take_in(self, other: State) -> None:
        """Become the union of this state and another one."""
        env, heap = self.env, self.heap
        many: list[tuple[str, Value, Value]] = []
        for name, value in other.env.items():
            known = env.get(name)
            if known is not value:
                env[name] = value if known is None else join2(known, value)
                if known is not None and len(known.atoms) + len(value.atoms) > MAX_ATOMS:
                    many.append((name, known, value))
        for object_id, obj in other.heap.items():
            held = heap.get(object_id)
            if held is not obj:
                heap[object_id] = obj if held is None else join_objects(held, obj)
        for name, known, value in many:
            env[name] = join_followed(known, value, heap)
        if self.waited is not other.waited:
            self.waited = shorter(self.waited, other.waited)
        if self.marks is not other.marks:
            self.marks = _join_marks(self.marks, other.marks)

    def deref(self, value: Value) -> Iterator[tuple[ObjectId, Obj]]:
        """The heap objects that the value may be."""
        for atom in value.atoms:
            if isinstance(atom, Ref) and atom.id in self.heap:
                yield atom.id, self.heap[atom.id]

    def update(self, value: Value, change: Callable[[Obj, bool], Obj]) -> None:
        """Apply `change(object, weak)` to every object the value may be; strong for the only one."""
        targets = list(self.deref(value))
        alone = len(value.atoms) == 1
        for object_id, obj in targets:
            self.heap[object_id] = change(obj, not alone or obj.many)

    def reachable(self, values: Iterable[Value], ids: Iterable[ObjectId] = ()) -> dict[ObjectId, Obj]:
        """The heap objects that can be reached from the values and the objects `ids`."""
        found: dict[ObjectId, Obj] = {}
        waiting = [*ids, *(object_id for value in values for object_id in references(value))]
        while waiting:
            object_id = waiting.pop()
            obj = self.heap.get(object_id)
            if obj is None or object_id in found:
                continue
            found[object_id] = obj
            waiting.extend(obj.ids)
        return found

    def rename(self, names: Mapping[ObjectId, ObjectId]) -> None:
        """Give objects other ids, everywhere."""
        self.env = {name: map_ids(value, names) for name, value in self.env.items()}
        self.heap = {names.get(object_id, object_id): map_object(obj, names) for object_id, obj in self.heap.items()}


TOLD = "told"
"""The mark of a branch on which the answer of a failed call was told from a good one: (TOLD, origin, how)."""


ASKED = "asked"
"""The mark of a branch that may be there for a failed call: (ASKED, origin)."""


READ_AS = "read as"
"""The mark of an expression that named a stream when it was read: (READ_AS, origin, the names in it, its text)."""


def _has_no_answer(origin: Any, marks: frozenset[Any]) -> bool:
    """Whether the call has failed on a way, or has a status that no answer has."""
    return ("failed", origin) in marks or ("bad_status", origin) in marks


def _join_marks(left: frozenset[Any], right: frozenset[Any]) -> frozenset[Any]:
    """What is known on both ways. Where a call has failed there is no answer: what the other way tells of it stays."""
    both = left & right
    if len(both) == len(left) or len(both) == len(right):
        return both
    for ours, theirs in ((left, right), (right, left)):
        kept = {mark for mark in ours - both if mark[0] == TOLD and _has_no_answer(mark[1], theirs)}
        both = both | kept if kept else both
    return both


def map_object(obj: Obj, names: Mapping[ObjectId, ObjectId]) -> Obj:
    """The object with the references in it renamed."""
    return map_object_values(obj, lambda value: map_ids(value, names)) if obj.refers else obj


def map_object_values(obj: Obj, change: Callable[[Value], Value]) -> Obj:
    """The object with each value in it changed."""
    slots: dict[Any, Slot] | None = None
    for key, slot in obj.slots.items():
        value = change(slot.value)
        if value is not slot.value:
            slots = dict(obj.slots) if slots is None else slots
            slots[key] = Slot(slot.presence, value, slot.place)
    items = tuple(map(change, obj.items))
    rest = None if obj.rest is None else change(obj.rest)
    same = slots is None and rest is obj.rest and all(map(is_, items, obj.items))
    if same:
        return obj
    return Obj(obj.kind, obj.slots if slots is None else slots, obj.open, items, rest, obj.made, obj.cls, obj.many)


def join_states(left: State | None, right: State | None) -> State | None:
    """The union of two states; None is a point that is not reached."""
    if left is None or left is right:
        return right
    if right is None:
        return left
    joined = left.copy()
    joined.take_in(right)
    return joined


def freeze(state: State, value: Value, most: int = MAX_HELD) -> Value:
    """The value with its objects replaced by what they hold now, `most` values in all."""
    if not any(isinstance(atom, Ref) for atom in value.atoms):
        return value
    return _Snapshot(state, most).of(value, MAX_NESTING, frozenset())


class _Snapshot:
    """What the objects of a state hold; `left` is how many more values are kept."""

    def __init__(self, state: State, left: int) -> None:
        self._state = state
        self._left = left

    def of(self, value: Value, level: int, seen: frozenset[ObjectId]) -> Value:
        if not any(isinstance(atom, Ref) for atom in value.atoms):
            self._left -= value.weight
            return value if self._left >= 0 else unknown("it holds too much")
        return join_values(Value((self._atom(atom, level, seen),)) for atom in value.atoms)

    def _atom(self, atom: Any, level: int, seen: frozenset[ObjectId]) -> Any:
        self._left -= 1
        if not isinstance(atom, Ref):
            return atom
        obj = self._state.heap.get(atom.id)
        if obj is None or atom.id in seen or level == 0:
            return Unknown("nested too deep")
        if self._left < 0:
            return Unknown("it holds too much")
        inner = seen | {atom.id}

        def held(one: Value) -> Value:
            return self.of(one, level - 1, inner)

        slots = tuple([(key, Slot(one.presence, held(one.value), one.place)) for key, one in obj.slots.items()])
        rest = None if obj.rest is None else held(obj.rest)
        return Struct(obj.kind, slots, obj.open, tuple(map(held, obj.items)), rest, obj.made, obj.cls)


def widen(before: State, after: State) -> State:
    """What holds for every number of rounds: names that still change in the second round are not known."""
    env = {
        name: value if before.env.get(name, value) == value else _still_changing(before.env[name], value)
        for name, value in after.env.items()
    }
    return State(env, after.heap, after.marks, shorter(before.waited, after.waited))


def _still_changing(before: Value, after: Value) -> Value:
    if set(after.atoms) <= set(before.atoms):
        return before
    kept = [atom for atom in after.atoms if isinstance(atom, Ref) or atom in before.atoms]
    return join_values([Value(tuple(kept)), unknown("it changes from round to round")])
