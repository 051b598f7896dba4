"""Static analysis of Python code that invokes AWS Lambda functions.

from invocation_lint import lint_paths

for finding in lint_paths(["src"]).active:
    print(finding.place.path, finding.place.line, finding.id, finding.message)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invocation_lint.api import lint_paths, lint_source
    from invocation_lint.errors import UsageError
    from invocation_lint.findings import Confidence, Finding, Label, Place, Report, Severity, Summary, Suppression

__version__ = "0.1.0"
__all__ = [
    "Confidence",
    "Finding",
    "Label",
    "Place",
    "Report",
    "Severity",
    "Summary",
    "Suppression",
    "UsageError",
    "__version__",
    "lint_paths",
    "lint_source",
]
_HOMES = {"lint_paths": "api", "lint_source": "api", "UsageError": "errors"}


def __getattr__(name: str) -> Any:
    """Imports a public name at its first use, so that `import invocation_lint` alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"invocation_lint.{_HOMES.get(name, 'findings')}"), name)
