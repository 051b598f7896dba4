"""The folders of a project with files of Terraform: what is where, and which calls which as a module."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.documents.candidates import VALUES
from invocation_lint.deployment.terraform.parsing import Block, File, attributes, below, read_file
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from lark import Tree


@mutable(eq=False)
class Folder:
    """The blocks of the files of a folder, by their names."""

    path: str
    files: list[File]
    resources: dict[tuple[str, str], Block] = field(default_factory=dict)
    data: dict[tuple[str, str], Block] = field(default_factory=dict)
    modules: dict[str, Block] = field(default_factory=dict)
    variables: dict[str, Block] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    locals: list[Block] = field(default_factory=list)
    values: tuple[str, ...] = ()  # the files of values that Terraform reads by their ending, in their order
    named_locals: dict[str, tuple[Block, Tree[Any]]] | None = None
    has_lambda: bool = True  # whether anything in it may be about Lambda

    def __post_init__(self) -> None:
        for file in self.files:
            for block in file.blocks:
                labels = block.labels
                if block.kind == "locals":
                    self.locals.append(block)
                elif len(labels) == 2 and block.kind in {"resource", "data"}:
                    (self.resources if block.kind == "resource" else self.data)[labels[0], labels[1]] = block
                elif len(labels) == 1 and block.kind in {"module", "variable", "output"}:
                    held = {"module": self.modules, "variable": self.variables, "output": self.outputs}[block.kind]
                    held[labels[0]] = block

    def local(self, name: str) -> tuple[Block, Tree[Any]] | None:
        """The block and the expression of a local value."""
        if self.named_locals is None:
            self.named_locals = {}
            for block in self.locals:
                body = block.body()
                for key, _, node in attributes(body) if body is not None else ():
                    self.named_locals[key] = (block, node)
        return self.named_locals.get(name)


class Program:
    """The folders of a project with files of Terraform, and the files beside them."""

    def __init__(self, files: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> None:
        self.read = read
        self.taken: dict[str, bytes] = {}
        by_folder: dict[str, list[File]] = {}
        with_lambda: set[str] = set()
        values: dict[str, list[str]] = {}
        for path, data in files.items():
            folder = posixpath.dirname(path)
            if path.endswith(VALUES):
                values.setdefault(folder, []).append(path)
                continue
            by_folder.setdefault(folder, []).append(read_file(path, data))
            if b"lambda" in data:
                with_lambda.add(folder)
        self.folders = {
            path: Folder(path, found, values=tuple(sorted(values.get(path, ()))), has_lambda=path in with_lambda)
            for path, found in by_folder.items()
        }

    def file(self, path: str) -> bytes | None:
        """The bytes of a file beside the configuration."""
        data = self.read(path)
        if data is not None and not path.endswith(".py"):
            self.taken[path] = data
        return data

    def source_of(self, folder: Folder, block: Block) -> str | None:
        """The folder of a module that is called by a path; None of one that lies elsewhere."""
        body = block.body()
        for name, _, node in attributes(body) if body is not None else ():
            if name == "source":
                words = "".join(str(one) for one in node.scan_values(lambda _: True)).strip('"')
                if words.startswith(("./", "../")):
                    path = below(folder.path, words.replace("//", "/"))
                    return path if path in self.folders else None
        return None

    def roots(self) -> list[Folder]:
        """The folders that no other calls as a module, and that are about Lambda, or call one that is."""
        calls: dict[str, set[str]] = {
            path: {
                called
                for block in folder.modules.values()
                if (called := self.source_of(folder, block)) is not None and called != path
            }
            for path, folder in self.folders.items()
        }
        inner = {one for found in calls.values() for one in found}
        roots = [path for path in self.folders if path not in inner] or list(self.folders)
        return [self.folders[path] for path in roots if self._has_lambda(path, calls)]

    def _has_lambda(self, path: str, calls: Mapping[str, set[str]]) -> bool:
        waiting, seen = [path], {path}
        while waiting:
            current = waiting.pop()
            if self.folders[current].has_lambda:
                return True
            waiting += calls[current] - seen
            seen |= calls[current]
        return False
