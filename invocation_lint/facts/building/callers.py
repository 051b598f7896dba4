"""What the code of a call site is: a Lambda handler, a view, a script, a test, a task or library code."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.around import patience
from invocation_lint.facts.building.around.entries import VIEW, Entry, crhelper_resources, decorator_names, entry_of
from invocation_lint.facts.building.around.operations import is_operation
from invocation_lint.facts.building.around.patience import Wait, wait_of_handler
from invocation_lint.facts.building.error_handlers import has_error_handler
from invocation_lint.facts.building.handlers import (
    NOT_TOLD,
    Invoked,
    answers_nobody,
    invoked,
    is_asked_over_http,
    is_handler,
    may_be_handler,
)
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.own_invocations import is_for_own_events, is_only_sent_events
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.asking import importers
from invocation_lint.source.files.test_paths import holds_test, is_of_tests
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.deployment.kinds import Handlers
    from invocation_lint.source.files.project_files import ProjectFiles


@record
class Ending:
    """Where an error ends that leaves the frame: the kind of frame, and what takes it behind that."""

    kind: str
    frame: Any
    boundary: Any
    event_source: Any = None
    place: Place | None = None
    is_end: bool = False  # whether nothing of the program stands behind this frame
    is_hook: bool = False  # whether a base class calls it by a method of its own
    wait: Wait = patience.NOBODY
    is_import: bool = False  # whether it is the body of a handler's module


def ending_of(
    module: ModuleInfo,
    function: FunctionInfo | None,
    first_call: Place,
    options: AnalysisOptions,
    followed: frozenset[str] = frozenset(),
    project: Program | None = None,
) -> Ending:
    """What stands behind a frame. `first_call` is the place in it from which the invocation is reached, `followed` are
    the decorators whose effect is known. The project knows what templates say of a module; it is asked for functions
    only that may be handlers."""
    if (module.is_test and not _is_deployed(module, function, project)) or (
        function is not None and _is_test(module, function)
    ):
        return Ending("test", "entry", "test", is_end=True)
    if any(fnmatch(module.source.name, glob) for glob in options.boundary_paths):
        return Ending("library", "entry", "option", is_end=True)
    if function is None:
        asks = _asks(module) and not _has_handler(module)
        if _under_main(module, first_call) or _is_script(module) or asks or _is_program(module, _files(project)):
            return Ending("script", "module", "script", is_end=True)
        return _ending_of_import(module, first_call, project)
    place = _header(module, function)
    told = project.handlers_of(module) if project is not None and may_be_handler(function) else None
    name = _handler_name(module, function, told)
    if name is not None:
        return _ending_of_handler(module, function, name, first_call, followed, project, told, place)
    entry = entry_of(module, function)
    if entry is None and project is not None and is_operation(project.modules.files, module, function):
        entry = VIEW
    if entry is not None:
        return _ending_of_entry(module, function, entry, options, followed, project, place)
    if function.name == "main":
        return Ending("script", "entry", "script", None, place, True)
    if told is not None and is_handler(function) and not module.is_mentioned_outside(function):
        other = UnknownAnswer("templates name another handler of its file")
        return Ending("library", other, None, None, place, False, wait=patience.NOT_TOLD)
    source = "custom_resource" if _serves_stack(module, function) else None
    frame = "helper" if module.is_mentioned_outside(function) else UnknownAnswer("it may be called from elsewhere")
    wait = patience.NOT_TOLD if source is None else patience.NOBODY
    return Ending("library", frame, None, source, place, False, _is_hook(module, function), wait)


def _ending_of_import(module: ModuleInfo, first_call: Place, project: Program | None) -> Ending:
    """What stands behind the body of a module: what stands behind its handlers, since Lambda imports it for them."""
    told = project.handlers_of(module) if project is not None else None
    ends = []
    for function in module.functions.values():
        name = _handler_name(module, function, told) if may_be_handler(function) else None
        if name is not None:
            place = _header(module, function)
            ends.append(_ending_of_handler(module, function, name, first_call, frozenset(), project, told, place))
    if not ends:
        return Ending("library", "module", None, is_end=True, wait=patience.NOT_TOLD)
    first = ends[0]
    boundary = first.boundary
    if any(end.boundary != boundary for end in ends):
        is_open = any(end.boundary is None for end in ends)
        boundary = None if is_open else UnknownAnswer("what takes it differs between the handlers of its file")
    source = first.event_source if all(end.event_source == first.event_source for end in ends) else None
    wait = first.wait if all(end.wait == first.wait for end in ends) else patience.NOT_TOLD
    return Ending("library", "module", boundary, source, is_end=True, wait=wait, is_import=True)


def _ending_of_entry(
    module: ModuleInfo,
    function: FunctionInfo,
    entry: Entry,
    options: AnalysisOptions,
    followed: frozenset[str],
    project: Program | None,
    place: Place,
) -> Ending:
    boundary = entry.boundary
    if entry.kind == "view" and entry.framework in options.boundary_frameworks:
        boundary = "option"
    if boundary is None:
        boundary = _wrapped(function, followed)
    if boundary is None and entry.kind == "view" and project is not None and has_error_handler(project, module):
        boundary = UnknownAnswer("the application has a handler for what its views raise")
    wait = patience.VIEW if entry.kind == "view" else patience.NOBODY
    return Ending(entry.kind, "entry", boundary, entry.event_source, place, True, wait=wait)


def _handler_name(module: ModuleInfo, function: FunctionInfo, told: Handlers | None) -> str | None:
    """The name by which a function is invoked as a handler: its own, or one that the module binds it to, wrapped or
    not; None when it is none."""
    if told is None:
        return function.name if is_handler(function) else None
    if function.name in told.invoked_by:
        return function.name
    return next((name for name in told.invoked_by if function.name in module.aliases.get(name, ())), None)


def _ending_of_handler(
    module: ModuleInfo,
    function: FunctionInfo,
    name: str,
    first_call: Place,
    followed: frozenset[str],
    project: Program | None,
    told: Handlers | None,
    place: Place,
) -> Ending:
    kinds = told.invoked_by[name] if told is not None else frozenset()
    by = invoked(module, function, kinds)
    if not kinds and by == Invoked("http", None) and not is_asked_over_http(module, function):
        by = NOT_TOLD
    names = told.known_as[name] if told is not None else frozenset()
    if by == NOT_TOLD and project is not None and is_only_sent_events(project, module, names):
        by = Invoked("direct", "redelivered")
    if by.boundary is None and project is not None and is_for_own_events(project, module, function, first_call):
        by = Invoked(by.source, "redelivered")
    given = told.front_seconds[name] if told is not None else frozenset()
    wait = wait_of_handler(by.source, by.boundary, kinds, given)
    boundary = by.boundary if by.boundary is not None else _wrapped(function, followed)
    wrapper = _wrapper(module, function, name) if boundary is None else None
    if wrapper is not None:
        boundary = UnknownAnswer(f"{wrapper} wraps it, and may take the error")
    if boundary is None and by == NOT_TOLD and answers_nobody(function):
        boundary = UnknownAnswer("nothing tells who invokes it, and it has no answer for anybody who waits")
    source = "direct" if by.source == "event" else by.source
    return Ending("lambda_handler", "entry", boundary, source, place, True, wait=wait)


def _wrapper(module: ModuleInfo, function: FunctionInfo, name: str) -> str | None:
    """The name that a module binds to what it makes of a handler, as in `handler = answered(run)`; None where it names
    the function alone, or other handlers beside it, as a table of them does."""
    others = {other.name for other in module.functions.values() if other is not function and may_be_handler(other)}
    names = (name,) if name != function.name else tuple(module.aliases)
    for one in names:
        named = module.aliases.get(one, frozenset())
        if function.name in named and len(named) > 1 and (one == name or not named & others):
            return one
    return None


_TRANSPARENT = frozenset(
    {"route", "get", "post", "put", "delete", "patch", "head", "options", "websocket", "api_view", "api_route",
     "resolver", "batch_resolver", "on_publish", "on_subscribe", "lambda_function", "authorizer", "field", "mutation",
     "action", "extend_schema", "extend_schema_view", "swagger_auto_schema", "inject_lambda_context",
     "capture_lambda_handler", "capture_method", "log_metrics", "event_source", "login_required", "jwt_required",
     "permission_required", "permission_classes", "authentication_classes", "require_http_methods", "require_POST",
     "require_GET", "require_safe", "csrf_exempt", "cross_origin", "limit", "wraps", "staticmethod", "classmethod",
     "override", "typechecked", "xray_recorder", "capture", "trace", "wrap", "datadog_lambda_wrapper"}
)  # fmt: skip
"""Decorators that let exceptions through, by the last part of their name."""


def _wrapped(function: FunctionInfo, followed: frozenset[str]) -> Any:
    """None, or not known when a decorator that is not known may take the error."""
    names = (name for name in decorator_names(function) if name not in followed)
    unknown = [name for name in names if name.rpartition(".")[2] not in _TRANSPARENT]
    return UnknownAnswer(f"the decorator {unknown[0]} may take it") if unknown else None


def _is_test(module: ModuleInfo, function: FunctionInfo) -> bool:
    """Whether a function is named like a test, and asserts something, is called by nothing of its module, or is in a
    case of tests: among the methods and helpers of a product (`test_connection`) the name alone says nothing. So is a
    step of a behavior test."""
    if _STEPS.intersection(decorator_names(function)) and _OF_STEPS.search(module.source.text):
        return True
    if not function.name.startswith("test_") or entry_of(module, function) is not None:
        return False
    if function.cls is None and not module.is_mentioned_outside(function):
        return True
    if function.cls is not None and _is_test_case(function.cls):
        return True
    return any(
        isinstance(node, cst.Assert)
        or (isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2].startswith("assert"))
        for node in own_nodes(function.node)
    )


_STEPS = frozenset({"given", "when", "then", "step"})
_OF_STEPS = re.compile(r"^\s*(?:from|import) (?:behave|pytest_bdd|radish|lettuce|aloe)\b", re.M)
"""Decorators of the steps of behavior tests, and the packages that have them."""

_SETS_UP = frozenset({"setUp", "setUpClass", "tearDown", "asyncSetUp", "setup_method", "setup_class"})
_TEST_CASE = re.compile(r"TestCase|Tests?$|^Test_")


def _is_deployed(module: ModuleInfo, function: FunctionInfo | None, project: Program | None) -> bool:
    """Whether a template that is not itself one of tests names a function of a folder of tests as a handler, and no
    test stands beside it: a hook of a deployment."""
    if project is None or function is None or not may_be_handler(function):
        return False
    told = project.handlers_of(module)
    named_by = told.named_by.get(function.name, ()) if told is not None else ()
    below = project.modules.files.path_below_root
    return any(not is_of_tests(below(path)) for path in named_by) and not holds_test(module.source.data)


def _is_test_case(cls: ClassInfo) -> bool:
    """Whether a class prepares tests as unittest and pytest do, or has a base that is named as such a class is."""
    bases = (dotted(base.value).rpartition(".")[2] for base in cls.node.bases)
    return bool(_SETS_UP & cls.methods.keys()) or any(map(_TEST_CASE.search, bases))


def _is_hook(module: ModuleInfo, function: FunctionInfo) -> bool:
    """Whether a base class of the file has the method too, and names it in another one (a template method)."""
    if function.cls is None:
        return False
    bases = {dotted(argument.value) for argument in function.cls.node.bases}
    return any(
        function.name in info.methods
        and any(function.name in method.mentions for name, method in info.methods.items() if name != function.name)
        for info in module.classes.values()
        if info.name in bases
    )


def _header(module: ModuleInfo, function: FunctionInfo) -> Place:
    node = function.node.name if isinstance(function.node, cst.FunctionDef) else function.node
    return module.source.place(node)


_COMMAND_LINES = re.compile(r"\.add_argument\(|^\s*(?:import|from) (?:click|typer|fire|docopt)\b", re.M)


def is_run_by_hand(module: ModuleInfo, files: ProjectFiles | None) -> bool | None:
    """Whether a module is a script, one of a command line, asks whoever sits before it, or can be run and is imported
    by no other of these files. None where it has a Lambda handler."""
    if _has_handler(module):
        return None
    if _is_script(module) or _COMMAND_LINES.search(module.source.text) or _asks(module):
        return True
    return bool(_main_blocks(module)) and stands_alone(module, files)


def _has_handler(module: ModuleInfo) -> bool:
    return any(map(is_handler, module.functions.values()))


_ASKING = re.compile(r"(?<![\w.])(?<!def )(?:input|getpass|getpass\.getpass)[ \t]*\(")
_OWN_INPUT = re.compile(r"^(?:[ \t]*(?:from[ \t].*\bimport[ \t].*\binput\b|input[ \t]*=)|def[ \t]+input\b)", re.M)
"""What gives another meaning to `input` in a module."""


@lru_cache(maxsize=64)
def _asks(module: ModuleInfo) -> bool:
    """Whether a module calls `input()` or `getpass()`: nobody can answer where no person runs it."""
    text = module.source.text
    if not _ASKING.search(text) or _OWN_INPUT.search(text):
        return False
    calls = (node for node in walk(module.source.module) if isinstance(node, cst.Call))
    return any(dotted(call.func) in {"input", "getpass", "getpass.getpass"} for call in calls)


def is_by_hand(ending: Ending, module_is: bool | None) -> bool:
    """Whether a person runs the code and sees how it ends; `module_is` what `is_run_by_hand` says of its module."""
    if ending.kind in {"lambda_handler", "view", "task", "test"} or module_is is None:
        return False
    return ending.kind == "script" or module_is


def event_of(ending: Ending, function: FunctionInfo | None) -> str | None:
    """Whether a handler reads its event: a word of the fact `caller.event`; None for what is no handler."""
    if ending.kind != "lambda_handler" or function is None:
        return None
    name = event_name(function)
    named = (isinstance(node, cst.Name) and node.value == name for node in walk(function.node.body))
    return "read" if any(named) else "unread"


def _is_script(module: ModuleInfo) -> bool:
    """Whether the module is there to be run: a notebook, by its first line, its folder, or because it defines nothing
    to import."""
    if module.source.name.endswith(".ipynb"):
        return True
    parts = module.path.split("/")
    defines = any(not info.is_lambda for info in module.functions.values()) or module.classes
    in_folder = bool({"scripts", "bin", "tools", "examples"} & set(parts[:-1]))
    return module.source.text.startswith("#!") or in_folder or not defines


def stands_alone(module: ModuleInfo, files: ProjectFiles | None) -> bool:
    """Whether no module of the project imports this one, and nothing in it is there for a framework to call."""
    if files is None or importers(files, module.name):
        return False
    functions = [one for one in module.functions.values() if not one.is_lambda]
    return not any(may_be_handler(one) or entry_of(module, one) is not None for one in functions)


_LOADED = re.compile(r"(?:__init__|settings\w*|config\w*|conftest|[aw]sgi|app|application|celery|urls|apps)\.py")
"""Files that servers, frameworks and test runners import by their names."""


def _files(project: Program | None) -> ProjectFiles | None:
    return project.modules.files if project is not None else None


def _is_program(module: ModuleInfo, files: ProjectFiles | None) -> bool:
    """Whether what a module does at its own level is all that it is for, though it has no `if __name__`."""
    return stands_alone(module, files) and not _LOADED.fullmatch(module.path.rpartition("/")[2])


def _under_main(module: ModuleInfo, call: Place) -> bool:
    return any(span.line <= call.line <= span.end_line for span in _main_blocks(module))


@lru_cache(maxsize=8)
def _main_blocks(module: ModuleInfo) -> tuple[Place, ...]:
    """The blocks of a module that run when it is the program."""
    statements = module.source.module.body
    blocks = (each for each in statements if isinstance(each, cst.If) and _tests_main(each.test))
    return tuple(map(module.source.place, blocks))


def _tests_main(test: cst.BaseExpression) -> bool:
    return isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and test.left.value == "__name__"


def _serves_stack(module: ModuleInfo, function: FunctionInfo) -> bool:
    """Whether a function answers CloudFormation: a method of a custom resource's class, or one that crhelper calls."""
    bases = [dotted(argument.value.value if isinstance(argument.value, cst.Subscript) else argument.value)
             for argument in function.cls.node.bases] if function.cls is not None else []  # fmt: skip
    if any("customresource" in base.rpartition(".")[2].replace("_", "").lower() for base in bases):
        return True
    return bool(crhelper_resources(module, function))


__all__ = ["Ending", "ending_of", "is_by_hand", "is_run_by_hand"]
