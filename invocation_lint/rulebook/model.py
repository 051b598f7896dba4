"""A rule, as its YAML says it (the language is described in CONTRIBUTING.md and by the JSON Schema)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Union

from invocation_lint.findings import Severity
from invocation_lint.records import record

Template = tuple[Union[str, "Reference", "OptionName"], ...]


@record
class Reference:
    """A path: of the fact, of the element that `each` gives (`item`), or of the element that some/none look at."""

    scope: str  # fact | item | element
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The path as a rule writes it."""
        return ".".join(("item", *self.parts) if self.scope == "item" else self.parts)


@record
class OptionName:
    """`$name`: the value of one of the rule's options."""

    name: str


Operand = str | int | float | Reference | OptionName


@record
class PathTest:
    """One operator with its operands, of which one must fit; `some` and `none` hold a condition instead."""

    operator: str  # equals | not | not_known_to_be | over | at_least | under | at_most | like | is | some | none
    operands: tuple[Operand, ...] = ()
    when: When | None = None


@record
class Condition:
    """The tests of one path, all of which must hold."""

    reference: Reference
    tests: tuple[PathTest, ...]


@record
class When:
    """Conditions that must all hold, and one of `any` where there is one."""

    conditions: tuple[Condition, ...] = ()
    any: tuple[When, ...] = ()


@record
class SeverityChoice:
    """The severity: `otherwise`, or `special` where `when` surely holds."""

    otherwise: Severity
    special: Severity | None = None
    when: When | None = None

    @property
    def worst(self) -> Severity:
        """The worst that the rule can report."""
        both = [self.otherwise] + ([self.special] if self.special else [])
        return max(both, key=lambda severity: severity.rank)


@record
class Option:
    """A number, text or list of texts that users may set for the rule."""

    name: str
    type: str  # number | text | texts
    default: Any
    help: str


@record
class Fix:
    """The fix to ask for, by name."""

    name: str
    safety: str  # safe | unsafe


@record
class Proof:
    """What the reference runtime must observe of the bad program and not of the good one; or why there is none."""

    observe: str = ""
    absent: str = ""
    none_because: str = ""


@record
class Rule:
    """One rule. `path` is the file it was read from; `also` is the same rule for facts of other kinds, which show the
    same harm in other code."""

    id: str
    name: str
    summary: str
    severity: SeverityChoice
    profile: str  # default | strict
    fact: str
    when: When
    message: Template
    each: Reference | None = None
    unless: When | None = None
    options: tuple[Option, ...] = ()
    supersedes: tuple[str, ...] = ()
    labels: tuple[tuple[Reference, Template], ...] = ()
    help: tuple[Template, ...] = ()  # by line
    fix: Fix | None = None
    why: str = ""
    source: tuple[str, ...] = ()
    proof: Proof | None = None
    since: str = ""
    path: str = field(default="", compare=False)
    also: tuple[Rule, ...] = ()

    @property
    def forms(self) -> tuple[Rule, ...]:
        """The rule for each kind of fact that it checks: itself, and what it says of others in `also`."""
        return (self, *self.also)

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The default of each option."""
        return {option.name: option.default for option in self.options}

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the fact that the rule asks about or shows."""
        choice, each = self.severity, () if self.each is None else (self.each,)
        shown = [self.message, *(text for _, text in self.labels), *self.help]
        written = [one for text in shown for one in text if isinstance(one, Reference)]
        asked = [one for when in (self.when, self.unless, choice.when) if when is not None for one in _asked(when)]
        found = (*each, *written, *asked, *(path for path, _ in self.labels))
        return frozenset(one.parts[0] for one in found if one.scope == "fact" and one.parts)

    def comes_before(self, rule_id: str) -> bool:
        """Whether this rule supersedes the rule of that id."""
        if rule_id == self.id:
            return False
        # A family, INV2xx, is a beginning; a whole id is one too, since all have the same length.
        return any(pattern == "all" or rule_id.startswith(pattern.removesuffix("xx")) for pattern in self.supersedes)


def _asked(when: When) -> Iterator[Reference]:
    for condition in when.conditions:
        yield condition.reference
        for test in condition.tests:
            yield from (one for one in test.operands if isinstance(one, Reference))
            if test.when is not None:
                yield from _asked(test.when)
    for one in when.any:
        yield from _asked(one)
