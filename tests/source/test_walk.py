"""Walking a tree without recursion and without layout."""

from __future__ import annotations

import libcst as cst

from invocation_lint.source.parsing.walk import children, walk


def names(node: cst.CSTNode) -> list[str]:
    return [type(child).__name__ for child in walk(node)]


def test_layout_punctuation_and_operators_are_left_out() -> None:
    module = cst.parse_module("# c\nf( a , b = -1 )  # d\n\n")
    assert names(module) == [
        "Module", "SimpleStatementLine", "Expr", "Call", "Name", "Arg", "Name", "Arg", "UnaryOperation", "Integer",
        "Name",
    ]  # fmt: skip


def test_every_name_of_every_kind_of_statement_is_reached() -> None:
    code = (
        "@a1\nclass a2(a3, metaclass=a4):\n    a5: a6 = a7\n"
        "async def a8(a9: a10 = a11, /, *a12, a13=a14, **a15) -> a16:\n"
        "    async with a17 as a18: await a19\n"
        "    async for a20 in a21: yield a22\n"
        "    return lambda a23=a24: [a25 async for a26 in a27 if a28]\n"
        "while a29:\n    del a30\nelse:\n    raise a31 from a32\n"
        "try:\n    assert a33, a34\nexcept a35 as a36:\n    global a37\nelse:\n    a38\nfinally:\n    a39 += a40\n"
        "match a41:\n    case a42.a43 | [a44, *a45] | {a46.k: a47, **a48} | a49(a50=a51) if a52: pass\n"
        "import a53.a54 as a55\nfrom a56 import a57 as a58\n"
        "a59 = {a60: a61, **a62}, {a63}, a64[a65:a66:a67], (a68 := a69), f'{a70!r:{a71}}', *a72\n"
        "a73 = a74 if a75 else not a76 < a77 and a78\n"
        "type a79[a80: a81, *a82, **a83] = a84\n"
    )
    found = {node.value for node in walk(cst.parse_module(code)) if isinstance(node, cst.Name)}
    assert {f"a{number}" for number in range(1, 85)} <= found


def test_a_walk_can_leave_out_what_stands_below_a_node() -> None:
    module = cst.parse_module("a\ndef f():\n    b\nc\n")
    seen = walk(module, enter=lambda node: not isinstance(node, cst.FunctionDef))
    assert [node.value for node in seen if isinstance(node, cst.Name)] == ["a", "c"]


def test_children_come_in_field_order() -> None:
    call = cst.parse_expression("f(1, 2)")
    assert [type(child).__name__ for child in children(call)] == ["Name", "Arg", "Arg"]
