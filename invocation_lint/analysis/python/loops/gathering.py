"""What becomes of what the rounds of a loop get: each is for its own round, or a later step needs them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import names_within, own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops.draining import drained
from invocation_lint.findings import Place

_LISTS = frozenset({"append", "extend", "appendleft"})
_FILLING = _LISTS | {"add", "update", "insert", "setdefault"}
"""Methods that put something into what they are called on; those of lists are hardly a database's."""

_FromCall = Callable[[cst.CSTNode], bool]


def are_needed_together(frame: Frame, loop: cst.For | cst.While, call: Place) -> bool:
    """Whether what a call in a loop gives is kept beyond its round, for whoever reads it behind the loop or later."""
    bound = _bound_by(loop)
    given = _names_given(frame, loop, call)

    is_from_call = _is_of_call(frame, given, call)
    inside = own_nodes(loop.body)
    if any(isinstance(node, cst.Yield) and node.value is not None and is_from_call(node.value) for node in inside):
        return True
    held = [one for node in inside for one in _kept_by(node, is_from_call)]
    if isinstance(loop, cst.While):
        if any(name == drained(loop) for name, _ in held):
            return True  # in what later rounds take their items out of
    else:
        items = {name.value for name in _plain_names(loop.target)}
        if any(name in items for name, _ in held) and _is_read_behind(frame, loop, _names_in(loop.iter)):
            return True  # in the items themselves, which go on together
    kept = {name: sure for name, sure in held if name not in bound}
    if not kept and not given:
        return False
    outside = _read_outside(frame, loop)
    made = _made_in(frame)
    if any(name in outside or (sure and name not in made) for name, sure in kept.items()):
        return True
    return any(name in outside or _is_carried(frame, loop, name) for name in given)


def _is_of_call(frame: Frame, given: set[str], call: Place) -> _FromCall:
    """The question whether something holds what a call gives, for which these names stand."""

    def is_from_call(node: cst.CSTNode) -> bool:
        return any(
            (isinstance(part, cst.Name) and part.value in given)
            or (isinstance(part, cst.Call) and frame.place(part) == call)
            for part in [node, *own_nodes(node)]
        )

    return is_from_call


def names_kept(frame: Frame, loop: cst.For | cst.While, call: Place) -> set[str]:
    """The names in which what a call gives is kept beyond its round; empty where it goes on in another way as well."""
    given = _names_given(frame, loop, call)

    is_from_call = _is_of_call(frame, given, call)
    inside = own_nodes(loop.body)
    if any(isinstance(node, (cst.Yield, cst.Return)) for node in inside) or given & _read_outside(frame, loop):
        return set()
    names = {name for node in inside for name, _ in _kept_by(node, is_from_call)} - _bound_by(loop)
    return names if names <= _made_in(frame) else set()


def is_carried_over(frame: Frame, loop: cst.For | cst.While, call: Place) -> bool:
    """Whether a round needs what a call gave in the round before."""
    return any(_is_carried(frame, loop, name) for name in _names_given(frame, loop, call))


def _names_in(node: cst.CSTNode) -> set[str]:
    return names_within(node) - {"self"}


def _is_read_behind(frame: Frame, loop: cst.For | cst.While, names: set[str]) -> bool:
    """Whether the function reads one of some names behind a loop, log lines aside."""
    end = frame.place(loop).end_line
    body = frame.function.node if frame.function is not None else frame.module.source.module
    logged = {
        part for node in own_nodes(body) if isinstance(node, cst.Call) and is_log_line(node) for part in own_nodes(node)
    }
    return any(
        isinstance(node, cst.Name) and node.value in names and node not in logged and frame.place(node).line > end
        for node in own_nodes(body)
    )


def _bound_by(loop: cst.For | cst.While) -> set[str]:
    """The names that each round binds anew."""
    targets = [
        *([loop.target] if isinstance(loop, cst.For) else []),
        *(node.target for node in own_nodes(loop.body) if isinstance(node, (cst.AssignTarget, cst.For))),
    ]
    return {name.value for target in targets for name in _plain_names(target)}


def _plain_names(target: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that an assignment to a target binds."""
    if isinstance(target, cst.Name):
        yield target
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _plain_names(element.value)


def _names_given(frame: Frame, loop: cst.For | cst.While, call: Place) -> set[str]:
    """The names that stand for what the call gives, or for a part of it."""
    given: set[str] = set()
    for _ in range(2):
        for node in own_nodes(loop.body):
            if isinstance(node, cst.Assign):
                parts = [node.value, *own_nodes(node.value)]
                if any(
                    (isinstance(part, cst.Name) and part.value in given)
                    or (isinstance(part, cst.Call) and frame.place(part) == call)
                    for part in parts
                ):
                    given.update(name.value for target in node.targets for name in _plain_names(target.target))
    return given


def _kept_by(node: cst.CSTNode, is_from_call: _FromCall) -> Iterator[tuple[str, bool]]:
    """What a statement or call keeps a value of the call in, by its first name; and whether that surely is kept."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FILLING:
        if any(is_from_call(arg.value) for arg in node.args):
            yield _root(node.func.value), node.func.attr.value in _LISTS
    elif isinstance(node, cst.AugAssign):
        if is_from_call(node.value):
            yield _root(node.target), True
    elif isinstance(node, cst.Assign) and is_from_call(node.value):
        for target in node.targets:
            if isinstance(target.target, (cst.Subscript, cst.Attribute)):
                yield _root(target.target), True


def _root(node: cst.CSTNode) -> str:
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def _read_outside(frame: Frame, loop: cst.For | cst.While) -> set[str]:
    """The names that the function reads outside the loop, log lines aside."""
    body = frame.function.node if frame.function is not None else frame.module.source.module
    inside = {loop, *own_nodes(loop)}
    for node in own_nodes(body):
        if isinstance(node, cst.Call) and is_log_line(node):
            inside.update(own_nodes(node))
        elif isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.Param)):
            inside.update(_plain_names(node.name if isinstance(node, cst.Param) else node.target))
    return {node.value for node in own_nodes(body) if isinstance(node, cst.Name) and node not in inside}


def _made_in(frame: Frame) -> set[str]:
    """The names that the function binds to something of its own."""
    body = frame.function.node if frame.function is not None else frame.module.source.module
    targets = (node.target for node in own_nodes(body) if isinstance(node, (cst.AssignTarget, cst.AnnAssign)))
    return {name.value for target in targets for name in _plain_names(target)}


def _is_carried(frame: Frame, loop: cst.For | cst.While, name: str) -> bool:
    """Whether a round reads a name before it binds it: what the round before it has got."""
    bindings = [
        node
        for node in own_nodes(loop.body)
        if isinstance(node, cst.Assign)
        and any(part.value == name for target in node.targets for part in _plain_names(target.target))
    ]
    if not bindings:
        return False
    first = bindings[0]  # in the order of the text
    targets = {part for target in first.targets for part in _plain_names(target.target)}
    end = frame.place(first)
    return any(
        isinstance(node, cst.Name)
        and node.value == name
        and node not in targets
        and _begins_before(frame.place(node), end)
        for node in own_nodes(loop.body)
    )


def _begins_before(place: Place, statement: Place) -> bool:
    return (place.line, place.column) < (statement.end_line, statement.end_column)


__all__ = ["are_needed_together", "is_carried_over", "names_kept"]
