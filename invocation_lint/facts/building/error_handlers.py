"""Whether an application answers for what its views raise: an error handler for every exception, or for ClientError.

Flask's `errorhandler(500)` and `register_error_handler`, FastAPI's and Powertools' `exception_handler`, Starlette's
`add_exception_handler`. Which application a view belongs to is told by its folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.analysis.project import Program
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.record import Pattern

_TAKES_IT = Pattern(
    r"\b(?:errorhandler|register_error_handler|exception_handler|add_exception_handler)\(\s*"
    r"(?:\[[^\]]*)?(?:500|Exception|(?:\w+\.)*ClientError)\b",
    ("_handler", "errorhandler"),
)


def has_error_handler(program: Program, view: ModuleInfo) -> bool:
    """Whether a handler for all that views raise stands in the folder of a view, above it, or in one beside it."""
    folder = view.name.rpartition("/")[0]
    return any(folder == one or folder.startswith(f"{one}/") for one in _folders(program, view))


def _folders(program: Program, view: ModuleInfo) -> Iterator[str]:
    """The folders below which views belong to an application with such a handler."""
    files = program.modules.files
    for key in files.holding(view.name, _TAKES_IT):
        if not is_test_of(files, key, view.name):
            folder = key.rpartition("/")[0]
            beside = folder.rpartition("/")[0]
            yield folder
            if beside.startswith(f"{files.root}/"):
                yield beside
