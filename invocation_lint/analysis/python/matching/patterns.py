"""What a `case` takes: whether its pattern can match a value, what that tells of it, and the names that it binds.

Python language reference, 8.6: a mapping pattern matches a mapping that has all of its keys, whatever else is in it; a
sequence pattern a list or tuple of its length; a pattern in parentheses behind a class an object of it.
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    Ref,
    Traced,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.python import assign, conditions, lookup
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import source_of_item
from invocation_lint.analysis.python.matching.verdicts import item_of, verdict


def refine(
    frame: Frame, state: State | None, subject: tuple[cst.BaseExpression, Value], case: cst.MatchCase, outcome: bool
) -> State | None:
    """The state in which the pattern of a case matches, or does not; None where it cannot. The subject is given as it
    is written, and as it was when it was evaluated."""
    if state is None:
        return None
    node, value = subject
    pattern = case.pattern
    if isinstance(pattern, cst.MatchValue):
        fake = cst.ComparisonTarget(cst.Equal(), pattern.value)
        return conditions.refine_comparison(frame, state, node, fake, outcome)
    if isinstance(pattern, cst.MatchSingleton):
        fake = cst.ComparisonTarget(cst.Is(), pattern.value)
        return conditions.refine_comparison(frame, state, node, fake, outcome)
    is_named = isinstance(node, (cst.Name, cst.Attribute))
    known = conditions.quietly(frame, node, state) if is_named else value
    verdicts = {atom: verdict(frame, state, atom, pattern) for atom in known.atoms}
    if verdicts and all(one is not None and one is not outcome for one in verdicts.values()):
        return None
    if is_named:
        found = conditions.narrow(frame, state, node, lambda atom: verdicts.get(atom) in (None, outcome))
        return _with_keys(frame, found, known, pattern, outcome) if found is not None else None
    return state


def _with_keys(frame: Frame, state: State, value: Value, pattern: cst.MatchPattern, outcome: bool) -> State:
    """The state in which a mapping has the keys of a pattern; or lacks the only one that is asked for."""
    ref = value.single
    obj = state.heap.get(ref.id) if isinstance(ref, Ref) else None
    if obj is None or obj.kind != "dict" or not isinstance(pattern, cst.MatchMapping):
        return state
    is_plain = len(pattern.elements) == 1 and _takes_all(pattern.elements[0].pattern)
    for element in pattern.elements if outcome or is_plain else ():
        keys = constants(conditions.quietly(frame, element.key, state))
        if keys is None or len(keys) != 1:
            continue
        slot = obj.slots.get(keys[0])
        if not outcome:
            obj = obj.without_slot(keys[0])
        elif slot is None or slot.presence != "yes":
            held = slot.value if slot is not None else unknown("a key of a pattern", source_of_item(obj.slots, keys[0]))
            obj = obj.with_slot(keys[0], held, slot.place if slot is not None else None)
    if isinstance(ref, Ref):
        state.heap[ref.id] = obj
    return state


def _takes_all(pattern: cst.MatchPattern) -> bool:
    """Whether a pattern matches anything: `_`, or a name."""
    return isinstance(pattern, cst.MatchAs) and (pattern.pattern is None or _takes_all(pattern.pattern))


def bind(frame: Frame, subject: Value, pattern: cst.MatchPattern) -> None:
    """Bind the names that a pattern captures."""
    if frame.state is None:
        return
    if isinstance(pattern, cst.MatchAs):
        if pattern.pattern is not None:
            bind(frame, subject, pattern.pattern)
        if pattern.name is not None:
            assign.assign(frame, pattern.name, subject)
    elif isinstance(pattern, cst.MatchMapping):
        _bind_keys(frame, subject, pattern)
    elif isinstance(pattern, cst.MatchClass) and _takes_itself(pattern):
        bind(frame, subject, pattern.patterns[0].value)
    else:
        for child in pattern.children:
            for node in _captures(child):
                frame.live.env[node.value] = unknown("a captured part", node.value)


_SELF = frozenset({"str", "int", "float", "bool", "dict", "list"})


def _takes_itself(pattern: cst.MatchClass) -> bool:
    """Whether the only pattern in the parentheses behind a class takes the object itself: `str(name)`."""
    is_built_in = isinstance(pattern.cls, cst.Name) and pattern.cls.value in _SELF
    return is_built_in and len(pattern.patterns) == 1 and not pattern.kwds


def _bind_keys(frame: Frame, subject: Value, pattern: cst.MatchMapping) -> None:
    """Bind what a pattern takes out of a mapping, by its keys; the rest is a part of it as well."""
    traced = subject.of(Traced)
    for element in pattern.elements:
        if frame.state is None:
            return
        if traced:
            part = lookup.item(frame, subject, frame.evaluate(element.key), element.key)
        else:
            keys = constants(conditions.quietly(frame, element.key))
            every = [item_of(frame, frame.state, atom, key)[1] for atom in subject.atoms for key in keys or ()]
            part = join_values(every) if every else unknown("a captured part")
        bind(frame, part, element.pattern)
    if pattern.rest is not None:
        rest = subject if traced else unknown("the rest of a mapping", pattern.rest.value)
        assign.assign(frame, pattern.rest, rest)


def _captures(node: cst.CSTNode) -> list[cst.Name]:
    if isinstance(node, cst.MatchAs):
        inner = _captures(node.pattern) if node.pattern is not None else []
        return [*inner, node.name] if node.name is not None else inner
    if isinstance(node, (cst.MatchStar, cst.MatchMapping)):
        own = getattr(node, "name", None) or getattr(node, "rest", None)
        found = [own] if isinstance(own, cst.Name) else []
        return found + [name for child in node.children for name in _captures(child)]
    return [name for child in node.children for name in _captures(child)]


__all__ = ["bind", "refine"]
