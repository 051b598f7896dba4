"""What the templates of a project say about one of its files. Each template is read once, when a question needs it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from invocation_lint.deployment import reading
from invocation_lint.deployment.candidates import ENDINGS, MAX_BYTES, TERRAFORM
from invocation_lint.deployment.model import DeployedFunction, Handlers, Template

MAX_TEMPLATES = 2_000
"""Templates of one project that are kept in mind: more are collections of examples, of no use to most files."""

_UPWARDS = b".."


class Deployments:
    """The templates among the files of a project. `walked` are the absolute paths of all files that may be some, `read`
    gives the bytes of one, `is_file` tells whether there is one."""

    def __init__(
        self,
        root: str,
        walked: Callable[[], Iterable[str]],
        read: Callable[[str], bytes | None],
        is_file: Callable[[str], bool],
    ) -> None:
        self._root = root
        self._walked = walked
        self._read = read
        self._is_file = is_file
        self._documents: dict[str, bytes] | None = None
        self._code: dict[str, bytes] = {}
        self._definitions: dict[str, bytes] = {}
        self._terraform: dict[str, bytes] = {}  # by the first file of each folder
        self._templates: dict[str, Template] = {}
        self._handlers: dict[str, Handlers | None] = {}
        self._same_names: dict[str, list[str]] | None = None

    def _find(self) -> dict[str, bytes]:
        if self._documents is None:
            self._documents = {}
            for path in sorted(self._walked()):
                data = self._read(path) if path.endswith(ENDINGS) else None
                if data is None or len(self._documents) + len(self._code) + len(self._terraform) >= MAX_TEMPLATES:
                    continue
                if path.endswith(TERRAFORM):
                    self._add_terraform(path, data)
                elif reading.may_be_code(path, data):
                    self._code[path] = data
                elif reading.may_be_document(path, data):
                    self._documents[path] = data
                elif reading.may_be_definition(path, data):
                    self._definitions[path] = data
        return self._documents

    def _add_terraform(self, path: str, data: bytes) -> None:
        folder = path.rpartition("/")[0]
        first = next((one for one in reversed(self._terraform) if one.rpartition("/")[0] == folder), path)
        before = self._terraform.get(first, b"")
        if len(before) + len(data) <= MAX_BYTES:
            self._terraform[first] = before + data + b"\n"

    def every_document(self) -> Iterator[Template]:
        """All templates that are documents."""
        for path in self._find():
            yield self._template(path)

    def _template(self, path: str) -> Template:
        if path not in self._templates:
            if path in self._code:
                self._templates[path] = reading.read_code(path, self._code[path], self._is_file)
            elif path in self._terraform:
                self._templates[path] = reading.read_terraform_of(path, self._terraform[path])
            elif path in self._definitions:
                self._templates[path] = reading.read_definition(path, self._definitions[path])
            else:
                self._templates[path] = reading.read_document(path, self._find()[path], self._read)
        return self._templates[path]

    def handlers_of(self, key: str) -> Handlers | None:
        """The functions of a module that templates name as handlers, with what invokes them; None when none does."""
        if key not in self._handlers:
            found: dict[str, set[str]] = defaultdict(set)
            known_as: dict[str, set[str]] = defaultdict(set)
            for template in self._about(key):
                for function in template.functions:
                    name = self._function_of(key, function, template.path)
                    if name:
                        found[name].update(self._invoked_by(function, template.path))
                        known_as[name].update(function.known_as)
            told = Handlers(*({name: frozenset(one[name]) for name in found} for one in (found, known_as)))
            self._handlers[key] = told if found else None
        return self._handlers[key]

    def _about(self, key: str) -> Iterator[Template]:
        """The templates that may deploy a module: they name it, and stand above it or lead to it, or no other can be
        meant."""
        folder, _, name = key.rpartition("/")
        is_alone = self._of_name(name.removesuffix(".py")) == [key]
        word = re.compile(rb"\b" + re.escape(name.removesuffix(".py").encode()) + rb"\.")
        for path, data in self._find().items():
            above = path.rpartition("/")[0]
            if (_holds(above, folder) or is_alone or _UPWARDS in data) and word.search(data):
                yield self._template(path)
        for path, data in self._terraform.items():
            if word.search(data):
                yield self._template(path)
        for path, data in self._code.items():
            if path != key and (word.search(data) or (name == "index.py" and b"PythonFunction" in data)):
                yield self._template(path)

    def _function_of(self, key: str, function: DeployedFunction, template: str) -> str:
        """The name of the function in the module that a deployed function has for its handler; empty for none of it."""
        module, _, name = function.handler.rpartition(".")
        if not module or not name:
            return ""
        path = module.lstrip("./") if "/" in module else module.replace(".", "/")
        if function.code is not None and self._is_file(f"{function.code}/{path}.py"):
            return name if f"{function.code}/{path}.py" == key else ""
        if not key.endswith(f"/{path}.py"):
            return ""
        # An archive, or a folder that a build makes: the only file of that name is meant, below the template's folder
        # or, where there is none, in the project.
        above = template.rpartition("/")[0]
        same = self._of_name(path)
        return name if ([one for one in same if _holds(above, one)] or same) == [key] else ""

    def _of_name(self, path: str) -> list[str]:
        if self._same_names is None:
            self._same_names = {}
            for one in self._walked():
                if one.endswith(".py"):
                    self._same_names.setdefault(one.rpartition("/")[2], []).append(one)
        name = f"{path.rpartition('/')[2]}.py"
        return [one for one in self._same_names.get(name, []) if one.endswith(f"/{path}.py")]

    def _invoked_by(self, function: DeployedFunction, template: str) -> tuple[str, ...]:
        """What invokes a function by its template, or a definition of a state machine below the template's folder."""
        if function.invoked_by or not function.name:
            return function.invoked_by
        from invocation_lint.deployment.state_machines import is_named

        above = template.rpartition("/")[0]
        definitions = [self._template(path) for path in self._definitions if _holds(above, path)]
        return ("state_machine",) if any(is_named(one.tasks, function.name) for one in definitions) else ()

    def layers_around(self, folder: str, root: str) -> tuple[list[str], bool]:
        """The folders of the layers that the functions have whose code holds a folder, those of the nearest first, and
        those that stand beside it in a layer; and whether the functions around it have others."""
        told = [function for template in self.every_document() for function in template.functions]
        inside = [replace(one, layers=tuple(layer for layer in one.layers if _holds(root, layer))) for one in told]
        functions = [one for one in inside if one.code is not None and (one.layers or one.other_layers)]
        around = [one for one in functions if _holds(one.code or "", folder)]
        around.sort(key=lambda one: len(one.code or ""), reverse=True)
        beside = [one for one in functions if any(_holds(layer, folder) for layer in one.layers)]
        return [layer for one in [*around, *beside] for layer in one.layers], any(one.other_layers for one in around)

    def is_code(self, folder: str) -> bool:
        """Whether a function is deployed with the folder as its code."""
        return any(function.code == folder for template in self.every_document() for function in template.functions)

    def every_layer(self, root: str) -> set[str]:
        """The folders of all layers that templates make, as far as they stand below a root."""
        made = {layer for template in self.every_document() for layer in template.layers}
        used = {layer for one in self.every_document() for function in one.functions for layer in function.layers}
        return {layer for layer in made | used if _holds(root, layer)}


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
