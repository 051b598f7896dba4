"""How the project's own code invokes its functions: those known by a name or a variable, and a handler itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, EnvVar
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.project import Program
from invocation_lint.deployment.documents.candidates import SPEAKS_OF_CDK
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.functions import function_fact
from invocation_lint.facts.building.handling.event_reads import constants
from invocation_lint.facts.building.payloads import payload_fact
from invocation_lint.facts.building.sent.modes import sent_mode
from invocation_lint.findings import Place
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.record import Pattern

MAX_FILES = 8
"""Files that name a function and are looked at: what more of them name is a word, or a function that many invoke."""


def is_only_sent_events(program: Program, asker: ModuleInfo, names: frozenset[str]) -> bool:
    """Whether the project invokes a function with the InvocationType Event wherever it names it, and does so somewhere:
    then Lambda itself runs it again when it raises. False where it cannot be told. `asker` is the function's module."""
    if not names:
        return False
    naming = _naming(program, asker, names)
    if not naming or len(naming) > MAX_FILES:
        return False
    program.modules.files.record.lead(asker.name, naming)
    known = program.sent_events.get(names)
    if known is None:
        program.sent_events[names] = False  # asked for while it is answered
        known = all(set(_modes(program, key, names)) == {"Event"} for key in naming)
        program.sent_events[names] = known
    return known


def _naming(program: Program, asker: ModuleInfo, names: frozenset[str]) -> list[str]:
    """The files of the project that name the function, without tests and stacks."""
    files = program.modules.files
    words = tuple(sorted(names))
    holding = Pattern(rf"\b(?:{'|'.join(map(re.escape, words))})\b", words, SPEAKS_OF_CDK)
    return [key for key in files.holding(asker.name, holding) if not is_test_of(files, key, asker.name)]


def _modes(program: Program, key: str, names: frozenset[str]) -> Iterator[str | None]:
    """The invocation types of the invocations of a file that name the function; None for one that is not known."""
    module = program.modules.load(key) if program.modules.files.holds_seed(key) else None
    if module is None:
        return
    for root in program.interpreter.roots(module):
        for event in root.events:
            name = arguments.find(event, "FunctionName") if isinstance(event, Visit) else None
            if (
                name is not None
                and isinstance(event, Visit)
                and any(_is_one_of(atom, names) for atom in name.value.atoms)
            ):
                mode = sent_mode(event)
                yield mode if isinstance(mode, str) else None


def _is_one_of(atom: object, names: frozenset[str]) -> bool:
    if isinstance(atom, EnvVar):
        return atom.name in names
    return isinstance(atom, Const) and isinstance(atom.value, str) and atom.value in names


def is_for_own_events(program: Program, module: ModuleInfo, handler: FunctionInfo, call: Place) -> bool:
    """Whether a call stands in the branch of a handler that is there for events which its module sends to itself:
    below a test for a key that these events have."""
    tests = [
        node.test
        for node in own_nodes(handler.node)
        if isinstance(node, cst.If) and call.is_within(module.source.place(node.body)) and not _negates(node.test)
    ]
    asked = {text for test in tests for text in constants([test, *own_nodes(test)])}
    return bool(asked) and bool(asked & _keys_sent_to_itself(program, module))


def _negates(test: cst.BaseExpression) -> bool:
    nodes = [test, *own_nodes(test)]
    operators: list[cst.CSTNode] = [
        target.operator for node in nodes if isinstance(node, cst.Comparison) for target in node.comparisons
    ]
    operators += [node.operator for node in nodes if isinstance(node, cst.UnaryOperation)]
    return any(isinstance(one, (cst.Not, cst.NotIn, cst.NotEqual)) for one in operators)


def _keys_sent_to_itself(program: Program, module: ModuleInfo) -> frozenset[str]:
    """The keys of the payloads of all invocations with which the functions of a module send events to their own."""
    found: set[str] = set()
    for root in program.interpreter.roots(module):
        for visit in (event for event in root.events if isinstance(event, Visit)):
            name, payload = arguments.find(visit, "FunctionName"), arguments.find(visit, "Payload")
            if name is None or payload is None or not payload.value.atoms:
                continue
            if function_fact(name.value).self != "yes" or sent_mode(visit) != "Event":
                continue
            keys = payload_fact(payload.value, None, lambda _path, _place: None, lambda _key: "").keys
            if isinstance(keys, tuple):
                found.update(key.name for key in keys if key.presence == "yes")
    return frozenset(found)
