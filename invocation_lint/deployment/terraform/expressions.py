"""What expressions of Terraform stand for (HashiCorp: Terraform language, expressions)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import label_of, parts
from invocation_lint.deployment.terraform.values import (
    Absent,
    Name,
    Reference,
    booleans,
    each,
    open_text,
)
from invocation_lint.deployment.values import (
    Hole,
    Text,
    Unknown,
    Value,
    known,
    number_of,
    unknown,
)
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from lark import Tree


MAX_DEPTH = 60
MAX_ELEMENTS = 500


def evaluate(frame: Frame, node: Tree[Any]) -> Value:
    """What a node stands for."""
    act = _nodes().get(str(node.data))
    if act is None:
        inner = parts(node)
        return evaluate(frame, inner[0]) if len(inner) == 1 else unknown("it is not followed", frame.place(node))
    if frame.depth > MAX_DEPTH:
        return unknown("it is nested too deeply", frame.place(node))
    frame.depth += 1
    try:
        return act(frame, node)
    finally:
        frame.depth -= 1


# -- texts and numbers -----------------------------------------------------------------------------------------------


def _number(frame: Frame, node: Tree[Any]) -> Value:
    word = label_of(node)
    return known(float(word) if re.search(r"[.eE]", word) else int(word), frame.place(node))


def _literal(frame: Frame, node: Tree[Any]) -> Value:
    return known({"true": True, "false": False, "null": None}[label_of(node)], frame.place(node))


# -- lists and mappings ----------------------------------------------------------------------------------------------


def _tuple(frame: Frame, node: Tree[Any]) -> Value:
    return known(tuple(evaluate(frame, one) for one in parts(node)), frame.place(node))


def _object(frame: Frame, node: Tree[Any]) -> Value:
    found: dict[str, Value] = {}
    for one in parts(node):
        key, value = parts(one)
        name = _key(frame, key)
        if name is None:
            return unknown("a key of it is not known", frame.place(node))
        found[name] = evaluate(frame, value)
    return known(found, frame.place(node))


def _key(frame: Frame, node: Tree[Any]) -> str | None:
    inner = parts(node)[0]
    if inner.data in {"identifier", "keyword", "literal_value"}:
        return label_of(inner)
    if inner.data == "expr_term" and len(inner.children) == 1:
        word = inner.children[0]
        if getattr(word, "data", "") in {"identifier", "keyword", "literal_value"}:
            return label_of(word)
    content = evaluate(frame, inner).content
    return content if isinstance(content, str) else str(content) if isinstance(content, int) else None


def elements_of(content: Any, place: Place) -> list[tuple[Value, Value]] | None:
    """The keys and values over which `for` goes; None when they are not known."""
    if isinstance(content, tuple):
        return [(known(number, place), one) for number, one in enumerate(content)]
    if isinstance(content, dict):
        return [(known(key, place), one) for key, one in content.items()]
    if isinstance(content, Reference) and content.suffix is None:
        found = content.instance.suffixes(content)
        if found is None:
            return None
        return [(known(key, place), known(replace_suffix(content, suffix), place)) for key, suffix in found]
    return None


def replace_suffix(one: Reference, suffix: str) -> Reference:
    """One of several."""
    return Reference(one.instance, one.kind, one.type, one.name, suffix)


def _for(frame: Frame, node: Tree[Any]) -> Value:
    is_object = node.data == "for_object_expr"
    intro, *rest = parts(node)
    *words, over = parts(intro)
    names = [label_of(word) for word in words]
    condition = rest.pop() if rest[-1].data == "for_cond" else None
    groups = any(str(token) == "..." for token in node.children)
    place = frame.place(node)

    def of(content: Any) -> Any:
        elements = elements_of(content, place)
        if elements is None or len(elements) > MAX_ELEMENTS:
            return content if isinstance(content, Unknown) else Unknown("what it goes over is not known")
        listed: list[Value] = []
        mapped: dict[str, Value] = {}
        for key, value in elements:
            inner = frame.with_names({names[0]: value} if len(names) == 1 else {names[0]: key, names[1]: value})
            if condition is not None:
                told = {holds for holds, _ in booleans(evaluate(inner, parts(condition)[0]))}
                if told == {False}:
                    continue
                if told != {True}:
                    return Unknown("what it leaves out is not known")
            if not is_object:
                listed.append(evaluate(inner, rest[0]))
                continue
            name = text_key(evaluate(inner, rest[0]).content)
            if name is None:
                return Unknown("a key of it is not known")
            made = evaluate(inner, rest[1])
            before = mapped[name].content if groups and name in mapped else ()
            mapped[name] = known((*before, made), place) if groups else made
        return mapped if is_object else tuple(listed)

    return each([evaluate(frame, over)], of, place)


def text_key(content: Any) -> str | None:
    """The key that a content is in a mapping; None when it is none, or open."""
    if isinstance(content, bool):
        return str(content).lower()
    return content if isinstance(content, str) else str(content) if isinstance(content, (int, float)) else None


# -- names and parts of values ---------------------------------------------------------------------------------------


def _identifier(frame: Frame, node: Tree[Any]) -> Value:
    name = label_of(node)
    if name in frame.names:
        return frame.names[name]
    return known(Name((name,)), frame.place(node))


def _get(frame: Frame, node: Tree[Any]) -> Value:
    owner, step = parts(node)
    name = label_of(parts(step)[0])
    return _step(frame, node, evaluate(frame, owner), name)


def _step(frame: Frame, node: Tree[Any], owner: Value, name: str) -> Value:
    return each([owner], lambda content: member(frame, node, content, name), frame.place(node))


def member(frame: Frame, node: Tree[Any], owner: Any, name: str) -> Any:
    """What a value has under a name."""
    if isinstance(owner, Name):
        words = (*owner.words, name)
        if len(words) < (3 if words[0] == "data" else 2):
            return Name(words)
        return frame.instance.named(words, frame, node)
    if isinstance(owner, Reference):
        return owner.instance.attribute(owner, name, frame, node)
    if isinstance(owner, dict):
        return owner.get(name, Absent(f"there is no {name}"))
    if isinstance(owner, Text) and len(owner.pieces) == 1 and isinstance(owner.pieces[0], Hole):
        hole = owner.pieces[0]
        return open_text(f"{hole.name}.{name}", hole.scope, hole.reason)
    return owner if isinstance(owner, Unknown) else Absent(f"there is no {name}")


def _index(frame: Frame, node: Tree[Any]) -> Value:
    owner, step = parts(node)
    inner = parts(step)
    key = evaluate(frame, inner[0]) if inner else known(int(str(step.children[-1])), frame.place(node))
    return each([evaluate(frame, owner), key], lambda *both: indexed(frame, node, *both), frame.place(node))


def indexed(frame: Frame, node: Tree[Any], owner: Any, key: Any) -> Any:
    """The element of a value at a key."""
    if isinstance(owner, Reference):
        return owner.instance.one_of(owner, key)
    if isinstance(owner, tuple):
        number = number_of(key)
        if number is None:
            return _the_only([one.content for one in owner if len(one.cases) == 1], "the index is not known")
        return owner[int(number)] if -1 < number < len(owner) else Absent("the list is shorter")
    if isinstance(owner, dict):
        name = text_key(key)
        if name is None:
            return _the_only([one.content for one in owner.values()], "the key is not known")
        return owner.get(name, Absent(f"there is no {name}"))
    if isinstance(owner, Text) and len(owner.pieces) == 1 and isinstance(owner.pieces[0], Hole):
        hole = owner.pieces[0]
        return open_text(f"{hole.name}[{text_key(key) or '?'}]", hole.scope, hole.reason)
    return owner if isinstance(owner, Unknown) else Unknown("it is no list")


def _the_only(contents: list[Any], reason: str) -> Any:
    return contents[0] if contents and all(one == contents[0] for one in contents) else Unknown(reason)


def _splat(frame: Frame, node: Tree[Any]) -> Value:
    owner, steps = parts(node)
    place = frame.place(node)
    each_step = parts(steps)
    later: list[Tree[Any]] = []
    if steps.data == "attr_splat":  # `list.*.name[0]` is the first of the names
        count = next((i for i, step in enumerate(each_step) if step.data != "get_attr"), len(each_step))
        each_step, later = each_step[:count], each_step[count:]

    def taken(current: Value, step: Tree[Any]) -> Value:
        inner = parts(step)
        if step.data == "get_attr":
            return _step(frame, node, current, label_of(inner[0]))
        key = evaluate(frame, inner[0]) if inner else known(int(str(step.children[-1])), place)
        return each([current, key], lambda *both: indexed(frame, node, *both), place)

    def of(content: Any) -> Any:
        if isinstance(content, (Unknown, Text)):
            return content if isinstance(content, Unknown) else Unknown("how many there are is not known")
        return tuple(reduce(taken, each_step, one) for one in _splatted(content, place))

    value = each([evaluate(frame, owner)], of, place)
    return reduce(taken, later, value)


def _splatted(content: Any, place: Place) -> list[Value]:
    """The elements over which `[*]` goes: of what is no list, it is the only one."""
    if content is None:
        return []
    is_one = isinstance(content, dict) or (isinstance(content, Reference) and content.suffix is not None)
    return [known(content, place)] if is_one else [one for _, one in elements_of(content, place) or ()]


@lru_cache
def _nodes() -> dict[str, Callable[[Frame, Any], Value]]:
    """What is done with a node, by its kind."""
    from invocation_lint.deployment.terraform import functions, operators, texts

    return {
        "int_lit": _number,
        "float_lit": _number,
        "literal_value": _literal,
        "string": texts.string,
        "heredoc_template": texts.heredoc,
        "heredoc_template_trim": texts.heredoc,
        "tuple": _tuple,
        "object": _object,
        "for_tuple_expr": _for,
        "for_object_expr": _for,
        "identifier": _identifier,
        "get_attr_expr_term": _get,
        "index_expr_term": _index,
        "attr_splat_expr_term": _splat,
        "full_splat_expr_term": _splat,
        "conditional": operators.conditional,
        "binary_op": operators.binary,
        "unary_op": operators.unary,
        "function_call": functions.called,
    }
