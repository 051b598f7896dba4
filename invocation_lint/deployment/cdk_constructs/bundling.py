"""What the command of a bundling puts at the top of an asset (AWS: CDK, BundlingOptions.command)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from invocation_lint.deployment.cdk_constructs.making import Making, prop
from invocation_lint.deployment.cdk_constructs.things import Call, Obj, Thing
from invocation_lint.deployment.model import Code
from invocation_lint.deployment.values import Value

_COPIED = re.compile(r"(?:^|[\s;&])cp((?:[ \t]+-\w+)*)[ \t]+([^\s;&|]+)[ \t]+/asset-output(?:/\.?)?(?=$|[\s;&|])")
_INPUT = "/asset-input/"


def bundled(making: Making, code: Code, bundling: Any, handler: Value | None) -> Code:
    """Code with the folders from which the file of its handler is copied to the top of the asset."""
    module = (handler.text or "").rpartition(".")[0] if handler is not None else ""
    if code.folder is None or not module or "/" in module or "." in module:
        return code
    found = [
        folder
        for part in _copied(_command(bundling), f"{module}.py")
        if (folder := posixpath.normpath(posixpath.join(code.folder, part)))
        and making.program.read(f"{folder}/{module}.py") is not None
    ]
    return replace(code, handler_folders=tuple(dict.fromkeys(found)))


def _command(bundling: Any) -> Any:
    if isinstance(bundling, Obj):
        return bundling.entries.get("command")
    return prop(bundling, "command") if isinstance(bundling, (Call, Thing)) else None


def _copied(command: Any, file: str) -> Iterator[str]:
    """The folders, relative to that of the asset, from which a file comes, or all that is in one."""
    for line in command if isinstance(command, list) else ():
        text = line if isinstance(line, str) else ""
        for _, source in _COPIED.findall(text):
            path = source.removeprefix(_INPUT).removeprefix("./")
            folder, _, last = path.rpartition("/")
            if last in {file, "*", "."} and not path.startswith(("/", "$")):
                yield folder
