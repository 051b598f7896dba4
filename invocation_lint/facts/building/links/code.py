"""Which deployed functions run a module of the project, and which function of which module a deployed one calls."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.kinds import FRONTS
from invocation_lint.deployment.model import Function, Trigger
from invocation_lint.deployment.values import Key
from invocation_lint.facts.building.links.leading import is_run_on_import, may_lead, names_imported
from invocation_lint.facts.building.links.setting import is_set_by_code
from invocation_lint.records import record
from invocation_lint.source.asking import importers
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.lambda_code import runs_on_lambda

_BY_NAME = re.compile(rb"\b(?:import_module|__import__|pkgutil)\b")
"""What code says that imports modules by name."""

_SCRIPT = re.compile(
    rb"\A#!|\b__main__\b|\bsys\.argv\b|^# (?:%%|In\[|Databricks notebook)"
    rb"|^[ \t]*(?:import|from)[ \t]+(?:argparse|click|cleo|cyclopts|docopt|fabric|fire|getopt|invoke|locust"
    rb"|optparse|typer|absl|streamlit|gradio|airflow|django\.core\.management)\b",
    re.MULTILINE,
)
"""What code says that a person runs, or that runs elsewhere than on Lambda."""

MAX_LEVELS = 5
"""So many imports are followed upwards from a module to the handlers that it runs under."""


HANDLER = "handler"
"""The type of a function that no template deploys: its handler is one by its looks."""


@record
class Entry:
    """The function of a module that Lambda calls: the key of the module, and the name in it."""

    module: str
    name: str


class Code:
    """The deployed functions of a project, by their code."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._leading: dict[tuple[str, str], bool] = {}
        self._setting: dict[tuple[str, frozenset[str], tuple[str, ...]], bool] = {}

    @property
    def deployed(self) -> Deployed:
        """All that the project deploys."""
        return self._files.deployments.deployed

    def entry_of(self, function: Function) -> Entry | None:
        """What a function calls, as far as its code is in the project; None where that is not known."""
        return self._entries.get(function.key)

    @cached_property
    def _entries(self) -> dict[object, Entry]:
        found: dict[object, Entry] = {}
        for function in self.deployed.all(Function):
            entry = self._files.deployments.entry_of(function)
            if entry is not None:
                found[function.key] = Entry(*entry)
        return found

    @cached_property
    def _by_module(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.deployed.all(Function):
            entry = self.entry_of(function)
            if entry is not None:
                found[entry.module].append(function)
        return found

    def is_behind_http(self, function: Function) -> bool:
        """Whether a template says that an API, a URL or a load balancer invokes a function."""
        return function.url is not None or function.key in self._behind_http

    @cached_property
    def _behind_http(self) -> frozenset[Key]:
        fronts = [one for one in self.deployed.all(Trigger) if one.kind in FRONTS]
        return frozenset(meant.function.key for one in fronts for meant in self.deployed.functions_of(one.function))

    def handled_by(self, module: str) -> tuple[Function, ...]:
        """The functions whose handlers a module holds."""
        return tuple(self._by_module.get(module, ()))

    def entered_by(self, module: str, name: str) -> tuple[Function, ...]:
        """The functions that call a function of a module first."""
        return tuple(
            one
            for one in self._by_module.get(module, ())
            if (entry := self.entry_of(one)) is not None and entry.name == name
        )

    def running(self, module: str, within: FunctionInfo | None = None) -> tuple[Function, ...]:
        """The functions in whose handlers a module is, or by whose handlers it is imported, however far; `within` a
        function of the module, those that may come to it."""
        found: dict[object, Function] = {}
        for one in self.around(module, within):
            for function in self._by_module.get(one, ()):
                found.setdefault(function.key, function)
        return tuple(found.values())

    def may_run_unseen(self, module: str, within: FunctionInfo | None, variables: frozenset[str]) -> bool:
        """Whether a function whose own code is not found may run a module to which no handler in sight leads: one that
        is set variables which the module reads. Without one, and for a script, whoever runs the code sets them."""
        setting = (one for one in self.deployed.all(Function) if not variables.isdisjoint(one.environment))
        if all(self.entry_of(one) is not None for one in setting):
            return False
        return runs_on_lambda(self._files, module) or not self._is_run_by_hand(module, within)

    def _is_run_by_hand(self, module: str, within: FunctionInfo | None) -> bool:
        """Whether a person seems to run a module: it is a script, a command or a notebook, or one imports it, or it
        invokes where it is imported."""
        if within is None or (within.module.name == module and is_run_on_import(within)):
            return True
        return any(
            one.endswith(".ipynb") or _SCRIPT.search(self._files.read(one) or b"")
            for one in self.around(module, within)
        )

    def sets(self, module: str, variables: frozenset[str], running: Iterable[Function]) -> bool:
        """Whether code that runs with a module sets one of these variables: it is what the code says then."""
        entries = [entry.module for one in running if (entry := self.entry_of(one)) is not None]
        key = module, variables, tuple(entries)
        if key not in self._setting:
            self._setting[key] = is_set_by_code(self._files, module, variables, entries)
        return self._setting[key]

    def note(self, function: Function, entry: Entry) -> None:
        """Take a function that no template deploys."""
        self._entries[function.key] = entry

    def around(self, module: str, within: FunctionInfo | None = None, *, loosely: bool = False) -> Iterator[str]:
        """A module and those that import it, however far; `within` a function of it, those that may come to that. With
        `loosely`, packages that import modules by their names import all that are below them."""
        within = within if within is not None and within.module.name == module else None
        seen, level = {module}, [module]
        for _ in range(MAX_LEVELS + 1):
            yield from level
            above = [one for below in level for one in importers(self._files, below, module)]
            loaded = [one for below in level for one in self._loading(below)] if loosely else []
            level = [
                one
                for one in dict.fromkeys((*above, *loaded))
                if one not in seen
                and not is_test_of(self._files, one, module)
                and (within is None or level != [module] or one in loaded or self._leads(one, within))
            ]
            seen.update(level)

    def _loading(self, module: str) -> Iterator[str]:
        """The packages above a module that import modules by names that are known only when they run."""
        folder = module.rpartition("/")[0]
        while (text := self._files.read(f"{folder}/__init__.py")) is not None:
            if _BY_NAME.search(text):
                yield f"{folder}/__init__.py"
            folder = folder.rpartition("/")[0]

    def _leads(self, importer: str, within: FunctionInfo) -> bool:
        key = importer, within.key
        if key not in self._leading:
            names = names_imported(self._files, importer, within.module.name)
            self._leading[key] = names is None or may_lead(names, within)
        return self._leading[key]
