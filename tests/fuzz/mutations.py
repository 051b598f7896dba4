"""Changes to a text: of characters, tokens, lines, expressions and statements. Most keep Python what it is.

A mutation takes a text, another one to take pieces from, and a source of chance; it gives a new text, or None where it
finds nothing to change.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from random import Random
from textwrap import dedent, indent

Mutation = Callable[[str, str, Random], str | None]
Span = tuple[int, int]

_ODD = ("\f", "\r", "\0", "\ufeff", "\u2028", "é", "\\\n", "\t", "  ", '"""', "#", "`", "\ud800", "𝒙", ";")
_WORDS = (
    "None", "True", "...", "self", "*args", "**kwargs", "await", "yield", "lambda: 0", "not", "()", "{}", "[]",
    "client", "json.dumps", "Payload", "InvocationType", "'Event'", "'RequestResponse'", "FunctionName", "context",
    "event", "event['Records']", "response['Payload'].read()", "boto3.client('lambda')", "f'{x}'", "x := 1", "0", "'x'",
    "-1", "10 ** 9", "1e999", "b''", "*", "**", "is", "in", "and", "or", "if 1 else 2", "for x in y",
)  # fmt: skip
_AROUND = (
    "try:\n{}except Exception as error:\n    pass\n",
    "try:\n{}except (ClientError, ValueError):\n    raise\nelse:\n    pass\nfinally:\n    return\n",
    "try:\n    pass\nfinally:\n{}",
    "try:\n{}except* ValueError:\n    pass\n",
    "if event:\n{}",
    "if client is None:\n    pass\nelse:\n{}",
    "while True:\n{}",
    "while not response.get('FunctionError'):\n{}else:\n    pass\n",
    "for item in event['Records']:\n{}",
    "for attempt in range(3):\n{}else:\n    raise\n",
    "async for item in event:\n{}",
    "with open(__file__) as file:\n{}",
    "async with session.client('lambda') as client:\n{}",
    "with suppress(Exception):\n{}",
    "def inner(event, context=None, *args, **kwargs):\n{}",
    "async def inner(event):\n{}",
    "class Inner(Base):\n{}",
    "match event:\n    case {{'Records': [first, *rest]}} if rest:\n{}",
    "@wraps\ndef inner():\n    nonlocal event\n{}",
)
_EXPRESSIONS = (
    "({})", "[{}]", "{{'key': {}}}", "({}, *{})", "not {}", "await ({})", "[x for x in {}]", "{{k: {} for k in y}}",
    "(yield {})", "({} if event else None)", "f'{{{}}}'", "lambda: {}", "({} or {})", "({} and None)", "json.dumps({})",
    "json.loads({})", "{}()", "{}.get('key')", "{}['key']", "({})[0]", "(x := {})", "str({})", "{} == 'Event'", "-({})",
    "client.invoke(**{})", "client.invoke(FunctionName={}, Payload={})", "dict({})", "{}.read()", "partial({}, 1)",
    "executor.submit({})", "map({}, {})", "'%s' % {}", "'{{}}'.format({})", "{}.decode()", "base64.b64encode({})",
)  # fmt: skip


def characters(text: str, other: str, chance: Random) -> str | None:
    """Odd characters put in, or a few taken out."""
    at = chance.randrange(len(text) + 1)
    if chance.random() < 0.5:
        return text[:at] + chance.choice(_ODD) + text[at:]
    return text[:at] + text[at + chance.randint(1, 8) :]


def nesting(text: str, other: str, chance: Random) -> str | None:
    """An expression that is very deep or very long."""
    spans = _expressions(text)
    if not spans:
        return None
    start, end = chance.choice(spans)
    part, times = text[start:end] if end - start < 40 else "x", chance.choice((20, 90, 300, 1500))
    new = chance.choice((
        "(" * times + part + ")" * times, "[" * times + part + "]" * times, " + ".join([part] * times),
        "x" + ".get(1)" * times, "not " * times + part, "lambda: " * times + part, part + "['k']" * times,
        " if y else ".join([part] * times), "{1: " * times + part + "}" * times, "(" + ", ".join([part] * times) + ")",
    ))  # fmt: skip
    return text[:start] + new + text[end:]


def tokens(text: str, other: str, chance: Random) -> str | None:
    """A token left out, doubled, exchanged with another one, or replaced by one from elsewhere."""
    spans = _tokens(text)
    if len(spans) < 2:
        return None
    start, end = chance.choice(spans)
    what = chance.randrange(4)
    if what == 0:
        return text[:start] + text[end:]
    if what == 1:
        return f"{text[:end]} {text[start:]}"
    if what == 2:
        again, to = chance.choice(spans)
        if again < start:
            start, end, again, to = again, to, start, end
        if again < end:
            return None
        return text[:start] + text[again:to] + text[end:again] + text[start:end] + text[to:]
    new = chance.choice(_WORDS)
    theirs = _tokens(other)
    if theirs and chance.random() < 0.6:
        first, last = chance.choice(theirs)
        new = other[first:last]
    return f"{text[:start]} {new} {text[end:]}"


def lines(text: str, other: str, chance: Random) -> str | None:
    """Lines left out, doubled, moved, indented, or taken from elsewhere."""
    mine, theirs = text.splitlines(keepends=True), other.splitlines(keepends=True)
    if len(mine) < 2:
        return None
    at = chance.randrange(len(mine))
    block = mine[at : at + chance.choice((1, 1, 1, 2, 5, 20))]
    rest = mine[:at] + mine[at + len(block) :]
    what = chance.randrange(5)
    if what == 0:
        return "".join(rest)
    if what == 1:
        return "".join(mine[:at] + block + mine[at:])
    if what == 2:
        to = chance.randrange(len(rest) + 1)
        return "".join(rest[:to] + block + rest[to:])
    if what == 3:
        changed = indent("".join(block), "    ") if chance.random() < 0.5 else "".join(block).replace("    ", "", 1)
        return "".join([*mine[:at], changed, *mine[at + len(block) :]])
    if not theirs:
        return None
    first = chance.randrange(len(theirs))
    return "".join(mine[:at] + theirs[first : first + chance.choice((1, 3, 10))] + mine[at:])


def expressions(text: str, other: str, chance: Random) -> str | None:
    """An expression replaced by another one, or put into one."""
    mine, theirs = _expressions(text), _expressions(other)
    if not mine:
        return None
    start, end = chance.choice(mine)
    part = text[start:end]
    if chance.random() < 0.4:
        shape = chance.choice(_EXPRESSIONS)
        new = shape.format(*[part] * shape.count("{}"))
    elif theirs and chance.random() < 0.5:
        first, last = chance.choice(theirs)
        new = other[first:last]
    elif chance.random() < 0.2:
        new = chance.choice(_WORDS)
    else:
        first, last = chance.choice(mine)
        new = text[first:last]
    return text[:start] + new + text[end:]


def statements(text: str, other: str, chance: Random) -> str | None:
    """A statement left out, doubled, moved, put into a compound one, or taken from elsewhere."""
    mine = _statements(text)
    if not mine:
        return None
    start, end = chance.choice(mine)
    margin = len(text[start:end]) - len(text[start:end].lstrip(" "))
    block = dedent(text[start:end])
    what = chance.randrange(6)
    if what == 0:
        return text[:start] + indent("pass\n", " " * margin) + text[end:]
    if what == 1:
        return text[:end] + indent(block, " " * margin) + text[end:]
    if what in (2, 3):
        shape = chance.choice(_AROUND)
        inner = indent(block, "        " if shape.startswith("match") else "    ")
        return text[:start] + indent(shape.format(inner), " " * margin) + text[end:]
    source = text if what == 4 else other
    theirs = _statements(source)
    if not theirs:
        return None
    first, last = chance.choice(theirs)
    new = indent(dedent(source[first:last]), " " * margin)
    return text[:start] + new + text[start if chance.random() < 0.7 else end :]


def imports(text: str, other: str, chance: Random) -> str | None:
    """A call of a function that another module defines: `other` stands in a module that its first line names."""
    named = other.partition("\n")[0]
    functions = _functions(other)
    mine = _statements(text)
    if not named.startswith("#: ") or not functions or not mine:
        return None
    module, function = named[3:].strip(), chance.choice(functions)
    start, end = chance.choice(mine)
    margin = len(text[start:end]) - len(text[start:end].lstrip(" "))
    spans = _expressions(text) or [(0, 0)]
    given = ", ".join(text[slice(*chance.choice(spans))] for _ in range(chance.randint(0, 3)))
    name = function.rpartition(".")[2]
    call = f"result = {name}({given})\n"
    head = f"from {module} import {name}\n" if "." not in function else f"from {module} import *\n"
    return head + text[:start] + indent(call, " " * margin) + text[start:]


PYTHON: Sequence[tuple[Mutation, int]] = (
    (statements, 34), (expressions, 34), (imports, 12), (tokens, 9), (lines, 6), (characters, 3), (nesting, 2),
)  # fmt: skip
"""What is done to Python, with weights."""
ELSEWHERE: Sequence[tuple[Mutation, int]] = ((lines, 6), (characters, 3))
"""What is done to templates."""


def mutated(text: str, others: Sequence[str], chance: Random, kinds: Sequence[tuple[Mutation, int]] = PYTHON) -> str:
    """The text after one to six changes; a change that leaves no Python is mostly taken back."""
    for _ in range(chance.choice((1, 1, 2, 3, 4, 6))):
        kind = chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        new = kind(text, chance.choice(others), chance)
        if new is None or len(new) > 80_000:
            continue
        if kinds is PYTHON and not is_python(new) and chance.random() < 0.9:
            continue
        text = new
    return text


@lru_cache(maxsize=2000)
def is_python(text: str) -> bool:
    """Whether Python's own parser takes the text."""
    return _tree(text) is not None


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes and comparisons
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _starts(text: str) -> list[int]:
    """Where each line that Python counts begins."""
    starts = [0]
    for line in io.StringIO(text, newline="\n"):
        starts.append(starts[-1] + len(line))
    return starts


@lru_cache(maxsize=500)
def _expressions(text: str) -> tuple[Span, ...]:
    return tuple(_spans(text, ast.expr))


@lru_cache(maxsize=500)
def _statements(text: str) -> tuple[Span, ...]:
    """Statements that have their lines for themselves, with their indentation and their last line's end."""
    starts, spans = _starts(text), []
    for start, end in _spans(text, ast.stmt):
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end) + 1
        if last and not text[first:start].strip(" ") and not text[end:last].strip():
            spans.append((first, last))
    return tuple(spans) if len(starts) > 1 else ()


def _spans(text: str, kind: type[ast.expr] | type[ast.stmt]) -> Iterator[Span]:
    tree = _tree(text) if text.isascii() and "\r" not in text and "\f" not in text else None
    if tree is None:
        return
    starts = _starts(text)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, kind) and id(node) not in inside and node.end_lineno and node.end_col_offset is not None:
            yield starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


@lru_cache(maxsize=500)
def _functions(text: str) -> tuple[str, ...]:
    tree = _tree(text)
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(node.name for node in tree.body if isinstance(node, defined)) if tree else ()


@lru_cache(maxsize=500)
def _tokens(text: str) -> tuple[Span, ...]:
    starts, spans = _starts(text), []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            if token.string.strip() and token.type != tokenize.COMMENT:
                start = starts[token.start[0] - 1] + token.start[1]
                spans.append((start, starts[token.end[0] - 1] + token.end[1]))
    except (tokenize.TokenError, IndentationError, SyntaxError, IndexError):
        pass
    return tuple(spans)
