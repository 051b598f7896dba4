"""The arguments of calls, literals, and edits on them."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.case import Change
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.contents import text_of


def replaced_text(code: Code, node: cst.BaseExpression, text: str) -> Change:
    """Another text in the quotes of a literal. `text` is a plain word."""
    if not isinstance(node, cst.SimpleString):
        raise DoesNotApply("it is no literal")
    start, end = code.span(node)
    return start, end, f"{node.prefix}{node.quote}{text}{node.quote}"


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The keyword argument of that name."""
    return next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def spreads(call: cst.Call) -> list[cst.Arg]:
    """The arguments that stand for several: `*args` and `**kwargs`."""
    return [arg for arg in call.args if arg.star]


def is_of_invoke(call: cst.Call) -> bool:
    """Whether the arguments are those of the client's own method, not of a wrapper around it: `x.invoke(..)`, or
    `submit(x.invoke, ..)`."""
    named = [call.func, *(arg.value for arg in call.args[:2] if arg.keyword is None and not arg.star)]
    return any(isinstance(node, cst.Attribute) and node.attr.value == "invoke" for node in named)


def literal_arguments(call: cst.Call, text: str) -> list[cst.BaseExpression]:
    """The arguments that are this text, written as a literal."""
    return [arg.value for arg in call.args if not arg.star and text_of(arg.value) == text]


def start_of(code: Code, arg: cst.Arg) -> int:
    """Where an argument starts: its stars, its keyword or its value."""
    if arg.star:
        return code.text.rindex(arg.star, 0, code.outer_span(arg.value)[0])
    return code.span(arg.keyword)[0] if arg.keyword is not None else code.outer_span(arg.value)[0]


def end_of(code: Code, arg: cst.Arg) -> int:
    """Where an argument ends, before its comma."""
    return code.outer_span(arg.value)[1]


def inserted(code: Code, call: cst.Call, written: str) -> Change:
    """An argument, put behind FunctionName or, without one in sight, in front of what is spread; on a line of its own
    where the arguments stand so."""
    args = list(call.args)
    name = keyword(call, "FunctionName")
    if name is None and not (args and args[0].star == "**"):
        raise DoesNotApply("there is no place for the argument")
    index = args.index(name) + 1 if name is not None else 0
    if index < len(args):
        start = start_of(code, args[index])
        line = code.line_start(start)
        own_line = not code.text[line:start].strip() and index > 0
        return start, start, f"{written},{code.newline}{code.text[line:start]}" if own_line else f"{written}, "
    return appended(code, call, written)


def appended(code: Code, call: cst.Call, *written: str) -> Change:
    """Arguments, put behind the last one; on lines of their own where the arguments stand so."""
    if not call.args:
        end = code.span(call)[1] - 1
        return end, end, ", ".join(written)
    last = call.args[-1]
    start, end = start_of(code, last), end_of(code, last)
    line = code.line_start(start)
    indent = code.text[line:start]
    if indent.strip() or code.text[end : end + 1] != ",":
        return end, end, "".join(f", {one}" for one in written)
    rest = code.text[end + 1 : code.line_end(end)]
    if rest.strip() and not rest.strip().startswith("#"):
        return end, end, "".join(f",{code.newline}{indent}{one}" for one in written)
    end = code.line_end(end)
    return end, end, "".join(f"{code.newline}{indent}{one}," for one in written)


def removed(code: Code, call: cst.Call, arg: cst.Arg) -> Change:
    """An argument and one comma taken away. DoesNotApply where a comment would go with them."""
    args = list(call.args)
    index = args.index(arg)
    if index + 1 < len(args):
        start, end = start_of(code, arg), start_of(code, args[index + 1])
    elif index > 0:
        start, end = end_of(code, args[index - 1]), end_of(code, arg)
    else:
        raise DoesNotApply("it is the only argument")
    if "#" in code.text[start:end]:
        raise DoesNotApply("a comment stands there")
    return start, end, ""
