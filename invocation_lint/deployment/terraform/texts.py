"""Texts of Terraform, and the templates that they are (HashiCorp: Terraform language, strings and templates)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import Block, Broken, parse, parts
from invocation_lint.deployment.terraform.values import (
    as_pieces,
)
from invocation_lint.deployment.values import (
    Case,
    Text,
    Value,
    text,
    together,
    unknown,
    value_of,
)

if TYPE_CHECKING:
    from lark import Tree


from invocation_lint.deployment.terraform.expressions import evaluate

_HOLE = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)


def _unescaped(word: str) -> str:
    def of(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16) % 0x110000) if code else _ESCAPES.get(match[3], match[0])

    return _ESCAPE.sub(of, word)


def string(frame: Frame, node: Tree[Any]) -> Value:
    place = frame.place(node)
    found: list[list[Case]] = []
    inner = [part for part in parts(node) if part.data == "string_part"]
    for part in inner:
        children = parts(part)
        if not children:
            word = str(part.children[0])
            found.append([Case(word[1:] if word.startswith(("$${", "%%{")) else _unescaped(word))])
        elif children[0].data != "interpolation":
            found.append([Case(Text((frame.hole(part, "a part of it depends on a condition"),)))])
        else:
            value = evaluate(frame, parts(children[0])[0])
            if len(inner) == 1:
                return value  # "${value}" is the value itself
            found.append(_as_text(frame, part, value))
    return value_of(together(found), place)


def _as_text(frame: Frame, node: Tree[Any], value: Value) -> list[Case]:
    hole = frame.hole(node, "; ".join(value.reasons) or "it is no text")
    return [Case(text(as_pieces(case.content, hole)), case.when) for case in value.cases]


def heredoc(frame: Frame, node: Tree[Any]) -> Value:
    source = str(node.children[0])
    body = source[source.index("\n") + 1 :].rstrip("\r\n")
    lines = body.split("\n")[:-1]
    if str(node.data).endswith("trim"):
        filled = [len(one) - len(one.lstrip(" \t")) for one in lines if one.strip()]
        lines = [one[min(filled, default=0) :] for one in lines]
    return template(frame, node, "".join(f"{line}\n" for line in lines))


def template(frame: Frame, node: Tree[Any], source: str) -> Value:
    """The text of a template, with what its interpolations stand for."""
    found: list[list[Case]] = []
    position = 0
    while True:
        match = _HOLE.search(source, position)
        if match is None:
            found.append([Case(source[position:])])
            return value_of(together(found), frame.place(node))
        found.append([Case(source[position : match.start()])])
        if match[0] in {"$${", "%%{"}:
            found.append([Case(match[0][1:])])
            position = match.end()
            continue
        end = _closing(source, match.end())
        if match[0] == "%{":
            found.append([Case(Text((frame.hole(node, "a part of it depends on a condition"),)))])
        else:
            inner = parsed(frame, source[match.end() : end].strip("~ \n\t"), node)
            value = evaluate(inner[0], inner[1]) if inner is not None else unknown("it is no HCL", frame.place(node))
            found.append(_as_text(frame, node, value))
        position = end + 1


def _closing(source: str, position: int) -> int:
    """Where the brace closes that was opened before a position."""
    depth, is_quoted = 1, False
    for index in range(position, len(source)):
        sign = source[index]
        if sign == '"' and source[index - 1] != "\\":
            is_quoted = not is_quoted
        elif not is_quoted and sign in "{}":
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return index
    return len(source)


def parsed(frame: Frame, source: str, node: Tree[Any]) -> tuple[Frame, Tree[Any]] | None:
    """An expression of its own, as it stands at a node; None when it is no HCL."""
    try:
        tree = parse(f"x = {source}")
    except Broken:
        return None
    attribute = next((one for one in tree.children[0].children if getattr(one, "data", "") == "attribute"), None)
    if attribute is None:
        return None
    line = frame.place(node).line
    block = Block(frame.block.kind, frame.block.labels, frame.block.path, f"x = {source}", line, (line, 2))
    return replace(frame, block=block), parts(attribute)[1]
