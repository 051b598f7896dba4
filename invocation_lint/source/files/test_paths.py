"""Which files hold tests. A folder of tests says so; a name such as `test_lambda.py` only makes one look for a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invocation_lint.source.files.project_files import ProjectFiles

_FOLDERS = frozenset({"tests", "test", "testing"})
_NAME = re.compile(r"tests?(?:_|\.py$)|.*_tests?\.py$")

_TEST = re.compile(
    rb"(?m)^[ \t]*(?:async[ \t]+)?def[ \t]+test(?!\d*\([ \t]*_?event\b[^)]*,[ \t]*_?(?:context|ctx)\b)(?:_|[A-Z0-9]|\()"
    rb"|\bTestCase\b|^[ \t]*@pytest\.|^[ \t]*def[ \t]+\w+_test\("
)
"""A test function, by the names that pytest and unittest collect, or what only tests have. `def test(event, context)`
is a handler."""


def is_in_test_folder(path: str) -> bool:
    """Whether a path below the project's root is in a folder of tests, or is what pytest reads before tests."""
    parts = path.split("/")
    return parts[-1] == "conftest.py" or not _FOLDERS.isdisjoint(parts[:-1])


def is_named_like_a_test(path: str) -> bool:
    """Whether the name of a file makes one look for tests in it."""
    return _NAME.match(path.rpartition("/")[2]) is not None


def holds_test(data: bytes) -> bool:
    """Whether the bytes of a file hold a test function."""
    return _TEST.search(data) is not None


def is_test_of(files: ProjectFiles, key: str, asker: str = "") -> bool:
    """Whether a module of a project is a test, or something that tests share. `asker` is the module for which that is
    asked, where it is another one."""
    path = files.path_below_root(key)
    if is_in_test_folder(path) or not is_named_like_a_test(path):
        return is_in_test_folder(path)
    found = holds_test(files.read(key) or b"")
    files.record.note(asker or key, ("holds", key, _TEST.pattern.decode()), repr(found))
    return found


_OF_TESTS = re.compile(r"(?i)(?:^|[-_.])(?:tests?|testing|testdata|fixtures?|e2e|integ)(?:$|[-_.])")


def is_of_tests(path: str) -> bool:
    """Whether a document below the project's root is one that tests deploy or read: a folder or its name says so."""
    return any(_OF_TESTS.search(part) for part in path.split("/"))
