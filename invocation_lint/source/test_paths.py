"""Which files hold tests, by their paths."""

from __future__ import annotations


def is_test_path(path: str) -> bool:
    """Whether a path below the project's root is that of a test or of what tests share."""
    parts = path.split("/")
    name = parts[-1]
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py" or bool(
        {"tests", "test", "testing"} & set(parts[:-1])
    )  # fmt: skip
