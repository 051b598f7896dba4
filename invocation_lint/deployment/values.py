"""What a template says at one place: a value, as far as it can be known without deploying anything.

A template leaves things open: parameters that are set at deployment, names that the service makes up, branches that a
condition chooses. So a `Value` is a set of cases. Most have one; `!If [IsProduction, 10, 1]` has two, each with the
condition under which it holds. The content of a case is a plain Python value, a `Text` where parts of a text are
open or refer to another resource, or `Unknown` with its reason. What is there twice, once in a caller's environment
and once as the name of a function, can be compared: equal holes have equal values.

    !Sub "${AWS::StackName}-orders"      Text((Hole("AWS::StackName", ...), "-orders"))
    !GetAtt Orders.Arn                   Text((Attribute(Key(".../template.yaml", "Orders"), "arn"),))
    !If [IsProduction, 10, 1]            two cases: 10 when IsProduction holds, 1 when it does not
    !If [Guarded, {..}, !Ref AWS::NoValue]   the content of the second case is None: nothing is set
    !GetAZs ""                           Unknown("Fn::GetAZs is worked out at deployment")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.paths import archive_at
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from typing import TypeAlias

MAX_CASES = 24
"""Cases of one value: with more, a template cannot be followed, and the value is unknown."""


@record
class Key:
    """Which resource or condition: the absolute path of its template, and its id there (the logical id of
    CloudFormation, the address of Terraform, the path of constructs of the CDK)."""

    template: str
    id: str


@record
class Hole:
    """A part of a text that is open until deployment. Two holes of one `name` and `scope` have the same value.

    `name` is what the template calls it: "Stage" for a parameter, "AWS::StackName", "opt:stage", "var.stage". `scope`
    is the path of the template to which the name belongs, empty where all stacks have the same value (the region, the
    account, "ssm:" and a name in Systems Manager). `default` is the value that holds when nobody sets another.
    """

    name: str
    scope: str
    reason: str
    default: str | None = None


@record
class Attribute:
    """A part of a text that is an attribute of a resource.

    `name` is "name", "arn", "url" or "id" whatever the template calls it (`Ref` of a function is its name, of a queue
    its URL, of a topic its ARN); "stream_arn" for the stream of a table; else as the template has it, as in
    "Outputs.QueueUrl" of a nested stack.
    """

    resource: Key
    name: str


@record
class Import:
    """A part of a text that is set elsewhere: what another stack exports under a name or, by `source`, its `output`
    ("stack"; the name is that of the stack), or a parameter of Systems Manager ("ssm"). `default` is what holds where
    nobody sets it."""

    name: Any  # str | Text
    source: str = "export"
    output: str = ""
    default: str | None = None


Piece: TypeAlias = "str | Hole | Attribute | Import"


@record
class Text:
    """A text with parts that are open or refer to a resource. Literal parts are never adjacent and never empty."""

    pieces: tuple[Piece, ...]

    @property
    def attribute(self) -> Attribute | None:
        """The attribute that is the whole text, None when it is anything else."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        return only if isinstance(only, Attribute) else None

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """All attributes in it, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Attribute))

    def filled(self) -> str | None:
        """The text with the default of each hole; None when a part has none."""
        found = ""
        for piece in self.pieces:
            part = piece if isinstance(piece, str) else piece.default if isinstance(piece, (Hole, Import)) else None
            if part is None:
                return None
            found += part
        return found

    def shown(self) -> str:
        """The text for a message, its open parts in braces."""
        return "".join(map(_shown, self.pieces))


def _shown(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Hole):
        return f"${{{piece.name}}}"
    if isinstance(piece, Attribute):
        return f"${{{piece.resource.id}.{piece.name}}}"
    name = piece.name if isinstance(piece.name, str) else piece.name.shown()
    return f"${{{_SOURCES[piece.source]}{name}{'.' if piece.output else ''}{piece.output}}}"


_SOURCES = {"export": "import ", "stack": "cf:", "ssm": "ssm:"}


@record
class Unknown:
    """It cannot be told; `reason` says why, in words for a user."""

    reason: str


Conditions: TypeAlias = "tuple[tuple[Key, bool | str], ...]"
"""Conditions of templates, each with whether it holds, in order of their keys. Of a choice among several (the row of a
map, the stage of a serverless.yml) the word that is chosen."""

Content: TypeAlias = "str | Text | bool | int | float | tuple[Value, ...] | dict[str, Value] | Unknown | None"
"""What a case holds. None means that nothing is set."""


@record
class Case:
    """A content, and the conditions under which it is the one."""

    content: Any  # Content
    when: Conditions = ()


@record
class Value:
    """All that may stand at a place. There is at least one case; no two of them hold at once, as far as is known."""

    cases: tuple[Case, ...]
    place: Place

    @property
    def contents(self) -> tuple[Any, ...]:
        """The contents of all cases."""
        return tuple(case.content for case in self.cases)

    @property
    def content(self) -> Any:
        """The content where there is one case; Unknown where there are several."""
        if len(self.cases) == 1:
            return self.cases[0].content
        return Unknown("it depends on a condition")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why cases are unknown, each reason once; empty when all are known."""
        return tuple(dict.fromkeys(one.reason for one in self.contents if isinstance(one, Unknown)))

    @property
    def text(self) -> str | None:
        """The text, with defaults for its holes; None when it is unknown, open, or there are several."""
        return text_of(self.content)

    @property
    def texts(self) -> tuple[str, ...] | None:
        """The texts of all cases that set anything, with defaults; None when one of them cannot be told."""
        found = [text_of(one) for one in self.contents if one is not None]
        known = [one for one in found if one is not None]
        return tuple(dict.fromkeys(known)) if len(known) == len(found) else None

    @property
    def written(self) -> tuple[str, ...] | None:
        """The texts of all cases, those of lists as well, as they are written; None when one of them is not."""
        found: list[str] = []
        for content in self.contents:
            for one in content if isinstance(content, tuple) else (content,):
                for text in one.contents if isinstance(one, Value) else (one,):
                    if isinstance(text, str):
                        found.append(text)
                    elif text is not None:
                        return None
        return tuple(dict.fromkeys(found))

    @property
    def number(self) -> float | None:
        """The number, from a text too; None when it is unknown or there are several."""
        return number_of(self.content)

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The numbers of all cases that set anything; None when one of them cannot be told."""
        found = [number_of(one) for one in self.contents if one is not None]
        known = [one for one in found if one is not None]
        return tuple(dict.fromkeys(known)) if len(known) == len(found) else None

    @property
    def truth(self) -> bool | None:
        """The truth value, from a text too; None when it is unknown or there are several."""
        content = self.content
        if isinstance(content, bool):
            return content
        return {"true": True, "false": False}.get((text_of(content) or "").lower())

    @property
    def attribute(self) -> Attribute | None:
        """The attribute of a resource that is the whole value in each case that sets anything."""
        found = {one.attribute if isinstance(one, Text) else None for one in self.contents if one not in (None, "")}
        return found.pop() if len(found) == 1 else None

    @property
    def entries(self) -> dict[str, Value]:
        """The entries of a mapping by key; empty when it is none."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> tuple[Value, ...]:
        """The elements of a list; empty when it is none."""
        return self.content if isinstance(self.content, tuple) else ()

    @property
    def is_set(self) -> bool | None:
        """Whether anything is set; None when that depends on a condition, or cannot be told."""
        found = {None if isinstance(one, Unknown) else one is not None for one in self.contents}
        return found.pop() if len(found) == 1 else None

    def within(self) -> Iterator[Any]:
        """All contents in it, however deep, that are neither lists nor mappings."""
        for content in self.contents:
            if isinstance(content, dict):
                for one in content.values():
                    yield from one.within()
            elif isinstance(content, tuple):
                for one in content:
                    yield from one.within()
            else:
                yield content

    def attributes(self) -> tuple[Attribute, ...]:
        """All attributes of resources in it, however deep, each once."""
        found = (piece for one in self.within() if isinstance(one, Text) for piece in one.attributes)
        return tuple(dict.fromkeys(found))

    def plain(self) -> Any:
        """Lists, dicts and scalars as Python has them. What is open stays a `Text` or `Unknown`."""
        content = self.content
        if isinstance(content, dict):
            return {key: one.plain() for key, one in content.items()}
        return [one.plain() for one in content] if isinstance(content, tuple) else content


def text_of(content: Any) -> str | None:
    """The text of a content, with defaults for its holes; None when it is none. Numbers are texts, as in templates."""
    if isinstance(content, str):
        return content
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, (int, float)):
        return str(content)
    return content.filled() if isinstance(content, Text) else None


def archive_of(value: Value | None) -> str:
    """The name of the archive at a path or a key of S3, with defaults for its holes; empty where cases differ."""
    found: set[str] = set()
    for content in value.contents if value is not None else ():
        last = content.pieces[-1] if isinstance(content, Text) else content
        told = last if isinstance(last, str) and (last is content or "/" in last) else text_of(content)
        found.add(archive_at(told or ""))
    return found.pop() if len(found) == 1 else ""


def number_of(content: Any) -> float | None:
    """The number of a content; None when it is none."""
    if isinstance(content, bool):
        return None
    if isinstance(content, (int, float)):
        return float(content)
    told = text_of(content) if isinstance(content, (str, Text)) else None
    try:
        return float(told) if told is not None else None
    except ValueError:
        return None


def known(content: Any, place: Place) -> Value:
    """The value of one content."""
    return Value((Case(content),), place)


def unknown(reason: str, place: Place) -> Value:
    """The value that cannot be told."""
    return Value((Case(Unknown(reason)),), place)


def text(pieces: Iterable[Piece]) -> str | Text:
    """A content of these pieces: a `str` where all are literal. Adjacent literals become one."""
    joined: list[Piece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    if not joined:
        return ""
    return joined[0] if len(joined) == 1 and isinstance(joined[0], str) else Text(tuple(joined))


def pieces_of(content: Any) -> tuple[Piece, ...] | None:
    """The pieces of a content that is a text or a number; None when it is neither."""
    if isinstance(content, Text):
        return content.pieces
    told = text_of(content)
    return None if told is None else (told,)


def both(first: Conditions, second: Conditions) -> Conditions | None:
    """The conditions of both; None when they exclude each other."""
    if not first or not second:
        return first or second
    joined = dict(first)
    for key, holds in second:
        if joined.setdefault(key, holds) != holds:
            return None
    return tuple(sorted(joined.items(), key=lambda one: (one[0].template, one[0].id)))


def value_of(cases: Iterable[Case], place: Place) -> Value:
    """The value of these cases: equal contents become one where the conditions do not matter, and too many unknown."""
    found = list(cases)
    if len(found) > 1 and all(case.content == found[0].content for case in found):
        return Value((Case(found[0].content),), place)
    if len(found) > MAX_CASES:
        return unknown(f"it has more than {MAX_CASES} alternatives", place)
    return Value(tuple(found) or (Case(None),), place)


def together(parts: Iterable[list[Case]]) -> list[Case]:
    """The texts that are made by joining parts, in each combination of their cases."""
    found: list[tuple[Conditions, list[Piece] | Unknown]] = [((), [])]
    for part in parts:
        longer: list[tuple[Conditions, list[Piece] | Unknown]] = []
        for when, pieces in found:
            for case in part:
                conditions = both(when, case.when)
                if conditions is None:
                    continue
                if isinstance(pieces, Unknown):
                    longer.append((conditions, pieces))
                    continue
                own = () if case.content is None else pieces_of(case.content)
                if own is None:
                    why = case.content if isinstance(case.content, Unknown) else Unknown("a part of it is no text")
                    longer.append((conditions, why))
                else:
                    longer.append((conditions, [*pieces, *own]))
        found = longer
        if len(found) > MAX_CASES:
            return [Case(Unknown(f"it has more than {MAX_CASES} alternatives"))]
    return [Case(one if isinstance(one, Unknown) else text(one), when) for when, one in found]
