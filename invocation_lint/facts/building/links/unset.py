"""Whether the variable that names an invoked function, a queue or a topic is set for the function whose handler reads
it.

Names of other stacks are common, and so are variables that a script or a person sets. It is said of a variable that it
is not set only where the template of the handler is read whole, and no file of the project speaks of it but those that
read it and, where that template sets it for functions that do not run the handler, that template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from invocation_lint.analysis.domain.atoms import Const, EnvVar, Value
from invocation_lint.deployment.documents.candidates import CODE, DOCUMENTS, TERRAFORM
from invocation_lint.deployment.model import Function
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.around.conditions import is_asked_of_settings, is_made_always
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.facts.building.near import nearest
from invocation_lint.facts.building.searching import contents_of
from invocation_lint.facts.building.templates.context import called
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_of_tests

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.facts.building.seen import Seen

_GIVEN = re.compile(r"(?:AWS_|LAMBDA_|_)")
"""Lambda sets these variables (Lambda developer guide, defined runtime environment variables)."""

_ELSEWHERE = re.compile(rb"(?i)dotenv|AWS::Include|Fn::Transform|\bMacro\b")
"""What a template says whose functions are given more variables than stand in it."""

_TESTS = re.compile(rb"\bin\s+(?:os\.)?environ\b|\bKeyError\b|\bLookupError\b|\bload_dotenv\b")
"""What a module says that tells a variable that is not there from one that is, or fetches it from elsewhere."""


@record
class _Said:
    """What the files of a project say of a variable: why one of them may set it, empty where none does; how often each
    that is no code that reads it names it; and whether it is read nowhere but where it names the invoked function."""

    why: str
    named: Mapping[str, tuple[int, ...]]
    only_names: bool


def told(
    fact: facts.Function,
    name: Value | None,
    links: Links,
    files: ProjectFiles,
    interpreter: Interpreter,
    seen: Seen,
    note: Callable[[str, Place | None], None],
) -> facts.Function:
    """The fact of a function that a handler invokes, with whether the variable that names it is set there; places are
    noted."""
    atom = name.single if name is not None else None
    handler = seen.root.function
    if not isinstance(atom, EnvVar) or handler is None or handler.cls is not None:
        return fact
    module = handler.module.name
    files.deployed_for(module)
    readers = links.code.entered_by(module, handler.name)
    if not readers:
        return fact
    default = atom.default.single if atom.default is not None else None
    if atom.default is not None and not (isinstance(default, Const) and default.value is None):
        return fact
    asked = Asked(
        atom.name,
        is_needed=atom.default is None,
        is_certain=lambda: is_made_always(interpreter, seen.site),
        is_chosen=lambda: is_asked_of_settings(interpreter, seen.site),
        given_as="FunctionName",
    )
    found = judged(asked, readers, module, links, files)
    if found is None:
        return fact
    if found.is_set == "yes":
        return replace(fact, variable_set="yes")
    note("function.reader", links.shown(found.reader.place))
    note("function.near_variable", found.near_place)
    return replace(
        fact, variable_set=found.is_set, near_variable=found.near, reader=called(found.reader), then=found.then
    )


@record
class Asked:
    """A variable that names what is called: whether reading it raises where it is not set, whether the call is made on
    each way then, whether a setting decides about it, and the parameter that takes it."""

    name: str
    is_needed: bool
    is_certain: Callable[[], bool]
    is_chosen: Callable[[], bool]
    given_as: str


@record
class Judged:
    """Whether a variable is set, who reads it, a variable of the reader that is nearly called so, and what happens."""

    is_set: str | Unknown
    reader: Function
    near: str | None = None
    near_place: Place | None = None
    then: str | None = None


def judged(
    asked: Asked, readers: tuple[Function, ...], module: str, links: Links, files: ProjectFiles
) -> Judged | None:
    """What is known of a variable that a module reads for some functions; None where nothing is said."""
    first, name = readers[0], asked.name
    if _GIVEN.match(name):
        return None
    if all(name in one.environment for one in readers):
        return Judged("yes", first)
    others = links.code.deployed.having(name)
    why = _why_not_certain(links, readers, others)
    said = _said(files, module, name, asked.given_as) if not why else _Said(why, {}, only_names=False)
    if not asked.is_needed and not asked.is_certain() and not (others and said.only_names):
        return None
    why = said.why or _why_elsewhere(files, said, others)
    if not why and others and asked.is_chosen():
        why = "another function has it, and a setting decides about the call"
    near = nearest(name, first.environment) or _longer(name, first.environment)
    then = "reading it raises KeyError" if asked.is_needed else f"{asked.given_as} is None, which boto3 rejects"
    place = links.shown(first.environment[near].place) if near is not None else None
    return Judged(Unknown(why) if why else "no", first, near, place, then)


def _longer(name: str, names: Iterable[str]) -> str | None:
    """The only variable whose name holds the one that is read, or is held by it."""
    found = [one for one in names if one in name or name in one]
    return found[0] if len(found) == 1 else None


def _why_not_certain(links: Links, readers: tuple[Function, ...], others: Sequence[Function]) -> str:
    """Why a function may have a variable that its template does not set, which others have; empty where it cannot."""
    for one in readers:
        if one.environment_open:
            return one.environment_open
        if one.when or not (_is_told(one) or (others and _is_program(one))):
            return "a program puts together what is deployed"
        if one.code.kind == "image" or "AWS_LAMBDA_EXEC_WRAPPER" in one.environment:
            return "an image or a wrapper may set it"
        template = links.code.deployed.templates.get(one.key.template)
        if template is None or template.problems:
            return "its template is not read whole"
        if any(other.key == one.key or other.key.template != one.key.template for other in others):
            return "another function has it"
    return ""


def _is_told(function: Function) -> bool:
    """Whether a document says what is deployed. The configuration of Chalice is one: a function has its variables."""
    return function.key.template.endswith((*DOCUMENTS, *TERRAFORM)) or function.type == "chalice function"


def _is_program(function: Function) -> bool:
    return function.key.template.endswith(CODE) and function.type.startswith("aws_cdk.")


def _why_elsewhere(files: ProjectFiles, said: _Said, others: Sequence[Function]) -> str:
    """Why a file that names a variable may set it for more functions than those that are known to have it."""
    for path, at in said.named.items():
        here = [one for one in others if one.key.template == path]
        data = files.read(path) or b""
        if not here or len(at) > max(1, len(here)):
            return "another file of the project names it"
        if len(at) > 1 and not all(_is_key(data, one) for one in at):
            return "another file of the project names it"
    return ""


def _is_key(data: bytes, end: int) -> bool:
    """Whether a word that ends at an offset is the key of a mapping, or the name of an argument."""
    return re.match(rb"[\"']?\s*(?:[:=](?!=)|,)", data[end : end + 200]) is not None


def _said(files: ProjectFiles, asker: str, variable: str, given_as: str) -> _Said:
    """What the files of the project say of a variable. They are searched once a variable; that they were asked is noted
    for each asker."""
    every = contents_of(files, asker)
    known = _SAID.setdefault(files, {})
    key = variable, given_as
    if key not in known:
        known[key] = _said_in(every, files, variable, given_as)
    return known[key]


_SAID: WeakKeyDictionary[ProjectFiles, dict[tuple[str, str], _Said]] = WeakKeyDictionary()


def _said_in(every: Iterable[tuple[str, bytes]] | None, files: ProjectFiles, variable: str, given_as: str) -> _Said:
    if every is None:
        return _Said("the project is too large to look for what sets it", {}, only_names=False)
    name = re.escape(variable.encode())
    word = re.compile(rb"(?<![A-Za-z0-9_])" + name + rb"(?![A-Za-z0-9_])")
    reading = rb"(?:environ(?:\.get\(|\[)|getenv\()\s*[\"']" + name + rb"[\"']\s*[\])](?!\s*=[^=])"
    read = re.compile(reading)
    naming = re.compile(rb"\b" + given_as.encode() + rb"[\"']?\s*[=:]\s*(?:os\.)?" + reading)
    reads = names = 0
    named: dict[str, tuple[int, ...]] = {}
    for path, data in every:
        if path.endswith((*DOCUMENTS, *TERRAFORM)) and _ELSEWHERE.search(data):
            return _Said("a template takes in what stands elsewhere", {}, only_names=False)
        if variable.encode() not in data or (path.endswith(".py") and is_of_tests(files.path_below_root(path))):
            continue
        found = [match.end() for match in word.finditer(data)]
        own = len(read.findall(data)) if path.endswith(".py") else 0
        reads += own
        names += len(naming.findall(data)) if own else 0
        if own and (len(found) > own or _TESTS.search(data)):
            return _Said("another file of the project names it", {}, only_names=False)
        if found and not own:
            named[path] = tuple(found)
    return _Said("" if reads else "how it is read is not seen", named, only_names=names == reads)


__all__ = ["Asked", "Judged", "judged", "told"]
