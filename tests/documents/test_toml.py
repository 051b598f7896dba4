"""TOML documents: the standard parser's values with our places."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.documents.nodes import Node, read_file, read_toml
from invocation_lint.errors import UsageError

TEXT = '''\
# settings
[tool.invocation-lint]
select = ["INV1", "a, ]b", """
x"]
""", 'lit']  # comment
options.INV101.max_sync_seconds = 5
"quoted \\u0041.key" = {a = 1, b = [2, 3], c = {d = "}"}}
plain = 2026-01-02T03:04:05Z

[[tool.other]]
name = "first"
[[tool.other]]
name = "second"
[tool.other.sub]
x = 1
[[tool.other.deep]]
y = 2
'''


@pytest.fixture
def root() -> Node:
    return read_toml("pyproject.toml", TEXT)


def test_keys_have_their_places(root: Node) -> None:
    table = root.mapping()["tool"].mapping()["invocation-lint"]
    assert table.keys == {"select": (3, 1), "options": (6, 1), "quoted A.key": (7, 1), "plain": (8, 1)}
    assert (table.line, table.column) == (2, 1)
    rule = table.mapping()["options"].mapping()["INV101"]
    assert rule.keys == {"max_sync_seconds": (6, 16)}
    assert (rule.mapping()["max_sync_seconds"].line, rule.mapping()["max_sync_seconds"].column) == (6, 35)


def test_elements_have_their_places(root: Node) -> None:
    select = root.mapping()["tool"].mapping()["invocation-lint"].mapping()["select"]
    assert [(node.line, node.column) for node in select.items()] == [(3, 11), (3, 19), (3, 28), (5, 6)]


def test_inline_tables_have_their_places(root: Node) -> None:
    table = root.mapping()["tool"].mapping()["invocation-lint"].mapping()["quoted A.key"]
    assert table.keys == {"a": (7, 24), "b": (7, 31), "c": (7, 43)}
    assert table.mapping()["c"].keys == {"d": (7, 48)}
    assert [node.column for node in table.mapping()["b"].items()] == [36, 39]


def test_arrays_of_tables_have_their_places(root: Node) -> None:
    first, second = root.mapping()["tool"].mapping()["other"].items()
    assert (first.keys, second.keys) == ({"name": (11, 1)}, {"name": (13, 1), "sub": (14, 13), "deep": (16, 14)})
    assert second.mapping()["sub"].keys == {"x": (15, 1)}
    assert second.mapping()["deep"].items()[0].keys == {"y": (17, 1)}


def test_every_key_of_a_real_document_has_a_place() -> None:
    path = Path(__file__).parents[2] / "pyproject.toml"

    def lines_with_keys(node: Node) -> int:
        if isinstance(node.value, list):
            return sum(lines_with_keys(entry) for entry in node.value)
        if not isinstance(node.value, dict):
            return 0
        lines = path.read_text(encoding="utf-8").split("\n")
        for key, (line, column) in node.keys.items():
            assert lines[line - 1][column - 1 :].lstrip("\"'").startswith(key)
        assert node.keys.keys() == node.value.keys()
        return len(node.keys) + sum(lines_with_keys(entry) for entry in node.value.values())

    assert lines_with_keys(read_file(path)) > 20


def test_a_mistake_has_its_place() -> None:
    with pytest.raises(UsageError) as caught:
        read_toml("pyproject.toml", "a = 1\na = 2\n")
    assert caught.value.message.startswith("pyproject.toml:2:")
    with pytest.raises(UsageError, match=r"^pyproject.toml:1:5: not valid TOML"):
        read_toml("pyproject.toml", "a = \n")


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(UsageError, match="nested"):
        read_toml("pyproject.toml", "a = " + "[" * 100 + "]" * 100)
    with pytest.raises(UsageError, match="nested"):
        read_toml("pyproject.toml", "a = " + "[" * 5000 + "]" * 5000)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_file(tmp_path / "none.toml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_file(tmp_path / "latin.yaml")
