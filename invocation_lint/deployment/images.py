"""What a Dockerfile copies into the folder from which Lambda runs (Docker: Dockerfile reference, COPY and WORKDIR; AWS:
`LAMBDA_TASK_ROOT` of the base images is `/var/task`)."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator

_ROOT = "/var/task"
_ROOT_BY_NAME = re.compile(r"\$\{?LAMBDA_TASK_ROOT\}?")
_COMMAND = re.compile(r'^\s*CMD\s*\[\s*"([^"]+)"', re.MULTILINE)


def command_of(dockerfile: str) -> str | None:
    """The first word of the last `CMD [..]`."""
    found = _COMMAND.findall(dockerfile)
    return found[-1] if found else None


def folders_of(dockerfile: str, context: str, handler: str, read: Callable[[str], bytes | None]) -> tuple[str, ...]:
    """The folders in the context of an image, absolute, from which the file of a handler is copied to where it runs."""
    module = handler.rpartition(".")[0]
    path = module.lstrip("./") if "/" in module else module.replace(".", "/")
    found = []
    for source, target in _copied(dockerfile):
        for file in (f"{path}.py", f"{path}/__init__.py"):
            origin = posixpath.normpath(posixpath.join(context, _origin(source, target, f"{_ROOT}/{file}") or ".."))
            if path and origin.endswith(f"/{file}") and read(origin) is not None:
                found.append(origin.removesuffix(f"/{file}"))
    return tuple(dict.fromkeys(found))


def _origin(source: str, target: str, file: str) -> str | None:
    """The path in the context of a file in the image, if this instruction copies it there."""
    name = posixpath.basename(source)
    is_folder = target.endswith("/") or posixpath.normpath(target) == _ROOT
    at = posixpath.normpath(target)
    if name == "*.py" and posixpath.dirname(file) == at:
        return posixpath.join(posixpath.dirname(source), posixpath.basename(file))
    if name.endswith(".py"):
        return source if file == (f"{at}/{name}" if is_folder else at) else None
    inside = posixpath.relpath(file, at)
    folder = posixpath.dirname(source) if name == "*" else source
    return None if inside.startswith("../") or "*" in folder else posixpath.join(folder, inside)


def _copied(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each source in the context with where it goes in the image, absolute."""
    here = _ROOT
    for line in dockerfile.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        word, _, rest = _ROOT_BY_NAME.sub(_ROOT, line).strip().partition(" ")
        if word.upper() == "FROM":
            here = _ROOT
        elif word.upper() == "WORKDIR":
            here = posixpath.join(here, rest.strip().strip("\"'"))
        elif word.upper() in {"COPY", "ADD"} and (parts := _words(rest)):
            *sources, target = parts
            at = posixpath.join(here, target)
            at = at if len(sources) == 1 or at.endswith("/") else f"{at}/"
            yield from ((one, f"{at}/" if target in {".", "./"} else at) for one in sources)


def _words(rest: str) -> list[str]:
    """The paths of an instruction; none where they come from another image."""
    options = rest.split()
    while options and options[0].startswith("--"):
        if options[0].startswith("--from"):
            return []
        rest = rest.strip().removeprefix(options.pop(0)).strip()
    if rest.startswith("["):
        try:
            given = json.loads(rest)
        except ValueError:
            return []
        return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    return options
