"""Whether code runs on Lambda, as far as bytes, import lines and templates tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from weakref import WeakKeyDictionary

from invocation_lint.records import record
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.import_lines import imports_in
from invocation_lint.source.record import Pattern

MAX_LEVELS = 5
"""So many imports are followed upwards, as from a call site to its callers."""

# Each after a look for its words: one pattern for all of them takes twelve times as long.
_FUNCTION = re.compile(
    rb"\n(?:async )?def +(?:\w*lambda_handler\w*\s*\((?!\s*\))|\w*handler\w*\(\s*_*(?:event|evt)\b"
    rb"|\w+\(\s*_*(?:event|evt)\b[^,()]*,\s*_*(?:context|ctx)\b)"
)
"""A function that takes an event and a context."""

_NAMED = re.compile(rb"(?<!['\"/])(?<!['\"]def )\blambda_handler\b(?!['\"])")
"""The name of a handler. In a text, as in `Handler="app.lambda_handler"`, it is that of other code."""

_ADAPTER = re.compile(
    rb"\b(?:Mangum|Chalice|APIGateway\w*Resolver|ALBResolver|LambdaFunctionUrlResolver|VPCLattice\w*Resolver"
    rb"|AppSync\w*Resolver|BedrockAgent\w*Resolver)\(|\b(?:awsgi|aws_wsgi|serverless_wsgi|apig_wsgi)\b"
)
"""By which web applications take an event."""

_WAYS = (
    (_FUNCTION, (b"event", b"evt", b"lambda_handler")),
    (_NAMED, (b"lambda_handler",)),
    (_ADAPTER, (b"Mangum(", b"Chalice(", b"Resolver(", b"wsgi")),
)

_DOCKERFILES = ("Dockerfile", "Dockerfile.lambda")
_IMAGE = re.compile(rb"(?m)^\s*(?:FROM|COPY)\b[^\n]*(?:\blambda/python|aws-lambda-adapter)|\bawslambdaric\b")
"""AWS's base images for Lambda, its adapter for web applications, and its runtime interface client."""

_ASIDE = re.compile(r"_?old|_?backups|bak|deprecated|attic|backup[_-]\d.*|.+[._-](?:old|bak)", re.IGNORECASE)
"""Folders of code that is kept, and no longer deployed, unless a template says otherwise. `backup` and `archive` may as
well hold the function that makes one."""

MAX_FOLDERS = 3
"""The folder of a module and those above it in which a Dockerfile is looked for."""


def is_handler_code(data: bytes) -> bool:
    """Whether the bytes of a module define something that Lambda invokes."""
    data = b"\n" + data
    places = sorted(
        found.start() + found[0].startswith(b"\n")
        for pattern, words in _WAYS
        if any(word in data for word in words)
        for found in pattern.finditer(data)
    )
    quotes, other_quotes, seen = 0, 0, 0
    for place in places:  # not one in a text, as the code of a function is that a script deploys
        quotes += data.count(b'"""', seen, place)
        other_quotes += data.count(b"'''", seen, place)
        seen = place
        if not (quotes % 2 or other_quotes % 2 or _only_speaks_of_it(data, place)):
            return True
    return False


def _only_speaks_of_it(data: bytes, start: int) -> bool:
    """Whether what stands there is a part of a comment, or of a text that ends in its line."""
    before = data[data.rfind(b"\n", 0, start) + 1 : start]
    return b"#" in before or before.count(b'"') % 2 == 1 or before.count(b"'") % 2 == 1


def runs_on_lambda(files: ProjectFiles, key: str) -> bool:
    """Whether a module is a Lambda handler's, or is imported by one, however far (`MAX_LEVELS`); tests do not count.

    The answer is noted as one that was asked for the module.
    """
    found = _is_below_handler(files, key)
    files.record.note(key, ("lambda", key), repr(found))
    return found


def new_handlers(files: ProjectFiles) -> dict[str, bool]:
    """Which modules were found to be a handler's, or none, since this was asked last."""
    known = _known(files)
    found = {key: known.handlers[key] for key in known.new}
    known.new.clear()
    return found


def take_up(files: ProjectFiles, handlers: Mapping[str, bool], edited: Collection[str]) -> bool:
    """Go on from what was known of modules, where some were edited that import what they did, and nothing that says
    what is deployed was; whether the answers of `runs_on_lambda` are the same for all modules."""
    for key in edited:
        data = files.read(key) or b""
        if _BY_NAME.is_in(data) or (key in handlers and _is_handlers(files, key, data) != handlers[key]):
            return False
    _known(files).handlers.update(handlers)
    return True


def _is_handlers(files: ProjectFiles, key: str, data: bytes) -> bool:
    """Whether a module defines a handler, and is in no folder of code that is kept aside."""
    if not is_handler_code(data):
        return False
    folders = key.removeprefix(str(files.root)).split("/")[:-1]
    return not any(map(_ASIDE.fullmatch, folders))


def _is_deployed(files: ProjectFiles, key: str) -> bool:
    return files.deployments.handlers_of(key) is not None or files.deployments.serves(key)


def _is_in_image(files: ProjectFiles, key: str) -> bool:
    """Whether a Dockerfile beside a module, or in one of the folders above, builds an image for Lambda."""
    folder = key
    for _ in range(MAX_FOLDERS):
        folder = folder.rpartition("/")[0]
        if not folder.startswith(str(files.root)):
            return False
        if any(_IMAGE.search(files.read(f"{folder}/{name}") or b"") for name in _DOCKERFILES):
            return True
    return False


def _is_below_handler(files: ProjectFiles, key: str) -> bool:
    known = _known(files)
    seen = {key}
    level = [key]
    for _ in range(MAX_LEVELS + 1):
        for one in level:
            if one not in known.handlers:
                data = files.read(one) or b""
                known.handlers[one] = (
                    _is_handlers(files, one, data) or _is_deployed(files, one) or _is_in_image(files, one)
                )
                known.new.append(one)
            if known.handlers[one]:
                return True
        by_name = files.holding(key, _BY_NAME)
        above = [
            one
            for below in level
            for one in (
                *files.importers_of(below),
                *_by_folder(files, known.importing, by_name, below),
                *_where_copied(files, known, below),
            )
        ]
        level = [one for one in above if not is_test_of(files, one, key)]
        level = [one for one in dict.fromkeys(level) if one not in seen]
        seen.update(level)
    return False


_BY_NAME = Pattern(r"\b(?:import_module|__import__)\(", ("import_module", "__import__"))


def _by_folder(files: ProjectFiles, importing: dict[str, list[str]], by_name: Iterable[str], key: str) -> list[str]:
    """The modules, of those that import by a name, whose names begin with the folder of a module:
    `import_module("bots." + name)`. `importing` keeps those of each folder."""
    folder = key.rpartition("/")[0].rpartition("/")[2]
    if not folder.isidentifier():
        return []
    if folder not in importing:
        begins = re.compile(rb"\b(?:import_module|__import__)\([^\n]*['\"](?:[\w.]*\.)?%s\." % folder.encode())
        importing[folder] = [one for one in by_name if begins.search(files.read(one) or b"")]
    return [one for one in importing[folder] if one != key]


_GENERIC = frozenset(
    {"src", "app", "lib", "python", "lambda", "functions", "handlers", "backend", "main", "handler", "index"}
)
"""Names of folders and modules that an installed package, or another module, may have as well."""


def _where_copied(files: ProjectFiles, known: _Known, key: str) -> Iterator[str]:
    """The modules that import a module, or the package that it is in, by its name alone, where nothing of that name
    stands beside them: what deploys them puts it there."""
    folder, _, name = key.removesuffix(".py").rpartition("/")
    package = folder.rpartition("/")[2] if files.read(f"{folder}/__init__.py") is not None else ""
    alone = package or name
    if not alone.isidentifier() or alone in _GENERIC:
        return
    for one in _importing_alone(files, known).get(alone, ()):
        if one != key and not any(re.search(rf"/{alone}(?:/|\.py$)", found) for found in files.imports(one)):
            yield one


def _importing_alone(files: ProjectFiles, known: _Known) -> dict[str, list[str]]:
    """The modules of a project by the names that they import, up to the first dot: read once, whoever asks."""
    if not known.alone:
        for key in files.walked:
            data = files.read(key) if key.endswith(".py") else None
            names = {dotted.partition(".")[0] for dotted, level, _ in imports_in(data or b"") if level == 0}
            for name in names:
                known.alone.setdefault(name, []).append(key)
    return known.alone


@record
class _Known:
    """What was found in the files of a project: whether a module is a handler's, and who imports from a folder by
    name, or a module by its name alone."""

    handlers: dict[str, bool]
    importing: dict[str, list[str]]
    alone: dict[str, list[str]]
    new: list[str]  # of the handlers


def _known(files: ProjectFiles) -> _Known:
    return _KNOWN.setdefault(files, _Known({}, {}, {}, []))


_KNOWN: WeakKeyDictionary[ProjectFiles, _Known] = WeakKeyDictionary()
