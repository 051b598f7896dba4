"""Imports by scope, and the names that a scope binds."""

from __future__ import annotations

import libcst as cst
import pytest

from invocation_lint.source.names import ImportMap, absolute_name, collect_bindings, dotted_name, imports_of
from invocation_lint.source.parsing.walk import walk


def scope(code: str, name: str | None = None) -> cst.Module | cst.FunctionDef | cst.ClassDef:
    module = cst.parse_module(code)
    if name is None:
        return module
    for node in walk(module):
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.name.value == name:
            return node
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import boto3", {"boto3": ("boto3",)}),
        ("import botocore.config", {"botocore": ("botocore",)}),
        ("import botocore.config as config, json", {"config": ("botocore.config",), "json": ("json",)}),
        ("from boto3 import client", {"client": ("boto3.client",)}),
        ("from a.b import (c as d, e,)", {"d": ("a.b.c",), "e": ("a.b.e",)}),
        ("from . import sibling", {"sibling": (".sibling",)}),
        ("from ..pkg.mod import thing as other", {"other": ("..pkg.mod.thing",)}),
        ("from os.path import *", {"*": ("os.path",)}),
        ("from . import *", {"*": (".",)}),
        ("import a; import b", {"a": ("a",), "b": ("b",)}),
        ("import a.b\nimport a.c", {"a": ("a",)}),
    ],
)
def test_what_an_import_statement_binds(statement: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert imports_of(cst.parse_module(statement).body) == expected


def test_both_branches_of_an_import_are_kept() -> None:
    code = "try:\n    import orjson as json\nexcept ImportError:\n    import json\n"
    assert ImportMap.of(cst.parse_module(code)).meanings("json.dumps") == ("orjson.dumps", "json.dumps")


def test_imports_in_blocks_of_all_kinds_are_seen() -> None:
    code = (
        "if TYPE_CHECKING:\n    import a\nelif x:\n    import b\nelse:\n    import c\n"
        "for i in x:\n    import d\nwhile x:\n    import e\nwith x:\n    import f\n"
        "match x:\n    case 1:\n        import g\ntry: import h\nfinally: import i\n"
    )
    assert sorted(ImportMap.of(cst.parse_module(code)).names) == list("abcdefghi")


def test_an_import_in_a_function_is_seen_in_that_function_only() -> None:
    code = "import a\ndef f():\n    import b\n    def g():\n        import c\nclass C:\n    import d\n"
    assert set(ImportMap.of(scope(code)).names) == {"a"}
    assert set(ImportMap.of(scope(code, "f")).names) == {"b"}
    assert set(ImportMap.of(scope(code, "g")).names) == {"c"}
    assert set(ImportMap.of(scope(code, "C")).names) == {"d"}


def test_a_star_import_binds_no_known_name() -> None:
    found = ImportMap.of(cst.parse_module("from boto3 import *\nimport json"))
    assert found.stars == ("boto3",)
    assert set(found.names) == {"json"}


def test_a_name_that_is_not_imported_means_nothing() -> None:
    assert ImportMap.of(cst.parse_module("import json")).meanings("boto3.client") == ()


@pytest.mark.parametrize(
    ("code", "name", "how"),
    [
        ("x = 1", "x", {"assigned"}),
        ("a, (b, *c), [d] = y", "c", {"assigned"}),
        ("a = b = 1", "b", {"assigned"}),
        ("x: int", "x", {"annotated"}),
        ("x: int = 1", "x", {"assigned"}),
        ("x += 1", "x", {"augmented"}),
        ("for i, (j, k) in y:\n    pass", "k", {"for"}),
        ("with open() as f, g() as (h, i):\n    pass", "i", {"with"}),
        ("try:\n    pass\nexcept E as e:\n    pass", "e", {"except"}),
        ("try:\n    pass\nexcept* E as e:\n    pass", "e", {"except"}),
        ("print(x := 1)", "x", {"walrus"}),
        ("y = [i for i in z if (x := i)]", "x", {"walrus"}),
        ("match y:\n    case [a, *b]:\n        pass", "b", {"match"}),
        ('match y:\n    case {"k": 1, **rest}:\n        pass', "rest", {"match"}),
        ("match y:\n    case C(v=w) as whole:\n        pass", "whole", {"match"}),
        ("match y:\n    case C(v=w) as whole:\n        pass", "w", {"match"}),
        ("del x", "x", {"deleted"}),
        ("x = 1\ndel x", "x", {"assigned", "deleted"}),
        ("import a.b", "a", {"import"}),
        ("def f(): pass", "f", {"function"}),
        ("class C: pass", "C", {"class"}),
        ("type X = int", "X", {"type_alias"}),
        ("@(d := deco)\ndef f(p=(q := 1)): pass", "q", {"walrus"}),
        ("@(d := deco)\nclass C((b := Base)): pass", "b", {"walrus"}),
        ("f = lambda p=(q := 1): 0", "q", {"walrus"}),
    ],
)
def test_how_a_name_is_bound(code: str, name: str, how: set[str]) -> None:
    assert collect_bindings(cst.parse_module(code)).get(name) == how


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("y = [i for i in z]", "i"),
        ("y = {k: v for k, v in z}", "v"),
        ("obj.attr = 1", "attr"),
        ("obj.attr = 1", "obj"),
        ("items[key] = 1", "items"),
        ("def f():\n    inner = 1", "inner"),
        ("class C:\n    inner = 1", "inner"),
        ("f = lambda p: (x := p)", "x"),
        ("f = lambda p: (x := p)", "p"),
        ("match y:\n    case Color.RED:\n        pass", "Color"),
        ("match y:\n    case _:\n        pass", "_"),
        ("from m import *", "*"),
        ("call(keyword=1)", "keyword"),
    ],
)
def test_what_binds_nothing_in_this_scope(code: str, name: str) -> None:
    assert name not in collect_bindings(cst.parse_module(code))


def test_a_function_binds_its_parameters_and_type_parameters() -> None:
    found = collect_bindings(scope("def f[T](a, /, b, *c, d=1, **e):\n    g = 1\n", "f"))
    assert list(found) == ["T", "a", "b", "c", "d", "e", "g"]
    assert found["T"] == {"type_parameter"}
    assert all(found[name] == {"parameter"} for name in "abcde")


def test_the_lambda_is_a_scope_with_its_parameters_and_walruses() -> None:
    call = cst.parse_expression("lambda p, *q: (x := p)")
    assert isinstance(call, cst.Lambda)
    assert collect_bindings(call) == {"p": {"parameter"}, "q": {"parameter"}, "x": {"walrus"}}


def test_declarations_are_listed_beside_the_assignments() -> None:
    found = collect_bindings(scope("def f():\n    global a\n    nonlocal b\n    a = b = c = 1\n", "f"))
    assert found == {"a": {"global", "assigned"}, "b": {"nonlocal", "assigned"}, "c": {"assigned"}}


def test_a_class_binds_the_names_of_its_body() -> None:
    found = collect_bindings(scope("class C[T](Base):\n    x = 1\n    def m(self):\n        y = 1\n", "C"))
    assert found == {"T": {"type_parameter"}, "x": {"assigned"}, "m": {"function"}}


def test_one_line_bodies_are_scopes_too() -> None:
    assert collect_bindings(scope("def f(): x = 1; import y", "f")) == {"x": {"assigned"}, "y": {"import"}}


@pytest.mark.parametrize(
    ("code", "expected"), [("a", "a"), ("a.b.c", "a.b.c"), ("a().b", None), ("a[0].b", None), ("'a'.b", None)]
)
def test_dotted_names(code: str, expected: str | None) -> None:
    assert dotted_name(cst.parse_expression(code)) == expected


@pytest.mark.parametrize(
    ("dotted", "package", "expected"),
    [
        ("json.dumps", "x.y", "json.dumps"),
        (".a.b", "x.y", "x.y.a.b"),
        ("..a", "x.y", "x.a"),
        (".", "x.y", "x.y"),
        ("...a", "x.y", None),
        (".a", "", None),
    ],
)
def test_relative_names_made_absolute(dotted: str, package: str, expected: str | None) -> None:
    assert absolute_name(dotted, package) == expected
