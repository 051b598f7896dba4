"""Code that Python takes and libcst does not: the line of the very statement, wherever it stands."""

from __future__ import annotations

import libcst as cst
import pytest

from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing.tree import parse

FILLER = "".join(f"def f{n}(value):\n    total = value\n    total += {n}\n    return total\n\n\n" for n in range(9))
CODES = {
    "at the top": ("first\nrefused\n", 2),
    "in a function": ("def g(a):\n    first = 1\n    second = 2\n    refused\n    return first\n", 4),
    "in a method": ("class A:\n    def g(self):\n        a = 1\n        b = 2\n        if a:\n            refused", 6),
    "in an elif": ("if a:\n    b\nelif c:\n    d\nelif e:\n    f\n    refused\nelse:\n    g\n", 7),
    "in a condition": ("x\nif a:\n    b\nelif refused:\n    d\n", 2),  # the statement starts there
    "in a clause": ("try:\n    a\nexcept E:\n    b\nexcept F:\n    refused\nfinally:\n    c\n", 6),
    "in a decorator": ("x\n@a\n@refused\ndef g():\n    return 1\n", 4),
    "in a case": ("match a:\n    case 1:\n        b\n    case 2:\n        refused\n", 5),
    "over some lines": ("def g(a):\n    return f(\n        a,\n        refused,\n    )\n", 2),
}


@pytest.mark.parametrize("before", ["", FILLER], ids=["small", "large"])
@pytest.mark.parametrize("where", CODES)
def test_what_libcst_alone_refuses_is_told_with_its_line(
    monkeypatch: pytest.MonkeyPatch, where: str, before: str
) -> None:
    """`refused` stands for what a version of libcst does not know; which place that tells must not matter."""

    def refuse(text: str) -> cst.Module:
        return original("broken code" if "refused" in text else text)

    original = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", refuse)
    code, line = CODES[where]
    with pytest.raises(UnreadableFile, match="though this Python does") as raised:
        source = parse((before + code).encode(), "n.py")
        assert not source.fixable
        assert source.failure is not None
        raise source.failure
    assert raised.value.line == before.count("\n") + line
