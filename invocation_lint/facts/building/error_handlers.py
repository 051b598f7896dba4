"""Whether an application answers for what its views raise: an error handler for every exception, or for ClientError.

Flask's `errorhandler(500)` and `register_error_handler`, FastAPI's and Powertools' `exception_handler`, Starlette's
`add_exception_handler`. Which application a view belongs to is told by its folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.analysis.project import Program
from invocation_lint.facts.building.test_paths import is_test_path

_WORD = b"_handler"
_FLASK_WORD = b"errorhandler"
_TAKES_IT = re.compile(
    rb"\b(?:errorhandler|register_error_handler|exception_handler|add_exception_handler)\(\s*"
    rb"(?:\[[^\]]*)?(?:500|Exception|(?:\w+\.)*ClientError)\b"
)


def has_error_handler(program: Program, view: ModuleInfo) -> bool:
    """Whether a handler for all that views raise stands in the folder of a view, above it, or in one beside it."""
    folder = view.name.rpartition("/")[0]
    if program.error_handlers is None:
        program.error_handlers = frozenset(_folders(program))
    return any(folder == one or folder.startswith(f"{one}/") for one in program.error_handlers)


def _folders(program: Program) -> Iterator[str]:
    """The folders below which views belong to an application with such a handler."""
    files = program.modules.files
    for key in files.every_file:
        data = files.read(key)
        if data is None or not (_WORD in data or _FLASK_WORD in data) or is_test_path(files.path_below_root(key)):
            continue
        if _TAKES_IT.search(data):
            folder = key.rpartition("/")[0]
            beside = folder.rpartition("/")[0]
            yield folder
            if beside.startswith(f"{files.root}/"):
                yield beside
