"""Whether the variable that names an invoked function is set for the function whose handler reads it.

Names of other stacks are common, and so are variables that a script or a person sets. It is said of a variable that it
is not set only where the template of the handler is read whole, and no other file of the project speaks of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from weakref import WeakKeyDictionary

from invocation_lint.analysis.domain.atoms import Const, EnvVar, Value
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.deployment.documents.candidates import DOCUMENTS, TERRAFORM
from invocation_lint.deployment.model import Function
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.facts.building.near import nearest
from invocation_lint.facts.building.searching import contents_of
from invocation_lint.facts.building.templates.context import called
from invocation_lint.findings import Place
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_of_tests

_GIVEN = re.compile(r"(?:AWS_|LAMBDA_|_)")
"""Lambda sets these variables (Lambda developer guide, defined runtime environment variables)."""

_ELSEWHERE = re.compile(rb"(?i)dotenv|AWS::Include|Fn::Transform|\bMacro\b")
"""What a template says whose functions are given more variables than stand in it."""

_TESTS = re.compile(rb"\bin\s+(?:os\.)?environ\b|\bKeyError\b|\bLookupError\b|\bload_dotenv\b")
"""What a module says that tells a variable that is not there from one that is, or fetches it from elsewhere."""


def told(
    fact: facts.Function,
    name: Value | None,
    links: Links,
    files: ProjectFiles,
    handler: FunctionInfo,
    always: bool,
    note: Callable[[str, Place | None], None],
) -> facts.Function:
    """The fact of a function that a handler invokes, with whether the variable that names it is set there. `always`
    where no condition decides about the call; places are noted."""
    atom = name.single if name is not None else None
    if not isinstance(atom, EnvVar) or _GIVEN.match(atom.name) or handler.cls is not None:
        return fact
    module = handler.module.name
    files.deployed_for(module)
    readers = links.code.entered_by(module, handler.name)
    if not readers:
        return fact
    if all(atom.name in one.environment for one in readers):
        return replace(fact, variable_set="yes")
    default = atom.default.single if atom.default is not None else None
    if atom.default is not None and not (isinstance(default, Const) and default.value is None and always):
        return fact
    why = _why_not_certain(links, readers, atom.name) or _said(files, module, atom.name)
    first = readers[0]
    near = nearest(atom.name, first.environment) or _longer(atom.name, first.environment)
    then = "reading it raises KeyError" if atom.default is None else "FunctionName is None, which boto3 rejects"
    note("function.reader", links.shown(first.place))
    note("function.near_variable", links.shown(first.environment[near].place) if near is not None else None)
    return replace(
        fact, variable_set=Unknown(why) if why else "no", near_variable=near, reader=called(first), then=then
    )


def _longer(name: str, names: Iterable[str]) -> str | None:
    """The only variable whose name holds the one that is read, or is held by it."""
    found = [one for one in names if one in name or name in one]
    return found[0] if len(found) == 1 else None


def _why_not_certain(links: Links, functions: tuple[Function, ...], variable: str) -> str:
    """Why a function may have a variable that its template does not set; empty where it cannot."""
    for one in functions:
        if one.environment_open:
            return one.environment_open
        if not one.key.template.endswith((*DOCUMENTS, *TERRAFORM)) or one.when:
            return "a program puts together what is deployed"
        if one.code.kind == "image" or "AWS_LAMBDA_EXEC_WRAPPER" in one.environment:
            return "an image or a wrapper may set it"
        template = links.code.deployed.templates.get(one.key.template)
        if template is None or template.problems:
            return "its template is not read whole"
    if any(variable in one.environment for one in links.code.deployed.all(Function)):
        return "another function has it"
    return ""


def _said(files: ProjectFiles, asker: str, variable: str) -> str:
    """Why a file of the project may set a variable; empty where the only ones that name it read it. The files are
    searched once a variable; that they were asked is noted for each asker."""
    every = contents_of(files, asker)
    known = _SAID.setdefault(files, {})
    if variable not in known:
        known[variable] = _said_in(every, files, variable)
    return known[variable]


_SAID: WeakKeyDictionary[ProjectFiles, dict[str, str]] = WeakKeyDictionary()


def _said_in(every: Iterable[tuple[str, bytes]] | None, files: ProjectFiles, variable: str) -> str:
    if every is None:
        return "the project is too large to look for what sets it"
    word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(variable.encode()) + rb"(?![A-Za-z0-9_])")
    read = re.compile(
        rb"(?:environ(?:\.get\(|\[)|getenv\()\s*[\"']" + re.escape(variable.encode()) + rb"[\"']\s*[\])](?!\s*=[^=])"
    )
    reads = 0
    for path, data in every:
        is_template = path.endswith((*DOCUMENTS, *TERRAFORM))
        if is_template and _ELSEWHERE.search(data):
            return "a template takes in what stands elsewhere"
        if variable.encode() not in data:
            continue
        found = len(word.findall(data))
        if path.endswith(".py"):
            if is_of_tests(files.path_below_root(path)):
                continue
            own = len(read.findall(data))
            reads += own
            if own == found and not _TESTS.search(data):
                continue
        if found:
            return "another file of the project names it"
    return "" if reads else "how it is read is not seen"


__all__ = ["told"]
