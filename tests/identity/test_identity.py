"""Keys of findings: what changes them, and what does not."""

from __future__ import annotations

import pytest

from invocation_lint.findings import Finding, Place, Severity
from invocation_lint.identity import keys_of, normalized, snippet_of

ONE = 'client.invoke(FunctionName="f", Payload=json.dumps({"a": 1}))'
SAME = {
    "other quotes": "client.invoke(FunctionName='f', Payload=json.dumps({'a': 1}))",
    "over several lines": 'client.invoke(\n    FunctionName="f",\n    Payload=json.dumps({"a": 1}),\n)',
    "a comment": 'client.invoke(\n    FunctionName="f",  # the agent\n    Payload=json.dumps({"a": 1})\n)',
    "a continued line": 'client.invoke(FunctionName="f", \\\n  Payload=json.dumps({"a": 1}))',
}
OTHER = {
    "another name": ONE.replace('"f"', '"g"'),
    "a space in a text": ONE.replace('"f"', '"f "'),
    "a hash in a text": ONE.replace('"f"', '"f#"'),
    "another argument": ONE.replace("Payload", "Payloads"),
}


@pytest.mark.parametrize("how", SAME)
def test_a_formatter_changes_nothing(how: str) -> None:
    assert normalized(SAME[how]) == normalized(ONE)


@pytest.mark.parametrize("how", OTHER)
def test_other_code_is_other_code(how: str) -> None:
    assert normalized(OTHER[how]) != normalized(ONE)


def test_words_do_not_run_together() -> None:
    assert normalized("await   client . invoke ( x if y  else z )") == "await client.invoke(x if y else z)"


def test_quotes_that_must_stay() -> None:
    assert normalized("f('say \"x\"', 'it\\'s')") == "f('say \"x\"','it\\'s')"


def test_the_snippet_is_the_span_of_the_place_and_long_ones_are_cut() -> None:
    lines = ["x = f(1,", "      2)", "z"]
    assert snippet_of(Place("a.py", 1, 5, 2, 9), lines) == "f(1,2)"
    assert snippet_of(Place("a.py", 9, 1, 9, 2), lines) == ""
    assert snippet_of(Place("a.py", 1, 1, 1, 2), None) == ""
    long = ["f(" + "a" * 1000 + ")"]
    cut = snippet_of(Place("a.py", 1, 1, 1, 1004), long)
    assert len(cut) == 300 + 20
    assert cut != snippet_of(Place("a.py", 1, 1, 1, 1005), ["f(" + "a" * 1001 + ")"])


def test_equal_findings_are_told_apart_by_their_ordinal() -> None:
    lines = ["f()", "f()", "g()"]
    found = [Finding("INV101", "x", Severity.ERROR, "m", Place("a\\b.py", n, 1, n, 4)) for n in (1, 2, 3)]
    keys = keys_of(found, lambda path: lines)
    assert [(key.path, key.snippet, key.ordinal) for key in keys] == [
        ("a/b.py", "f()", 1),
        ("a/b.py", "f()", 2),
        ("a/b.py", "g()", 1),
    ]
    assert len({key.fingerprint for key in keys}) == 3
