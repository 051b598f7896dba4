"""Tokens: strings and comments are stepped over, f-strings are looked into."""

from __future__ import annotations

import pytest

from invocation_lint.source.parsing.tokens import tokens


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("f(a.b)", "f ( a . b )"),
        ("'(' + \"[\"  # {", "'(' + \"[\""),
        ('\'\'\'(\n\'\'\' + """["" \\""""', '\'\'\'(\n\'\'\' + """["" \\""""'),
        ("'' + \"\" + r'\\''", "'' + \"\" + r'\\''"),
        ("'a\\\n(' + x", "'a\\\n(' + x"),
        ("a\\\n+b", "a + b"),
        ('f"a{b}c{{d}}"', 'f" { b } '),
        ('f"{x!r:>{w}.{p}}"', 'f" { x ! r { w } { p } } '),
        ('f"{x:=5}{(y:=3)}"', 'f" { x } { ( y := 3 ) } '),
        ("f'{f'{1}'}'", "f' { f' { 1 }  } "),
        ('f"{d["k"]}"', 'f" { d [ "k" ] } '),
        ("f'''{\na # }\n}'''", "f''' { \n a \n } "),
        ('f"\\N{DASH}{x}" rf"\\{y}"', 'f" { x }  rf" { y } '),
        ("x...y", "x ... y"),
        ("1e5.real + .5", "1e5.real + .5"),
        ("a //= b ** -c", "a //= b ** - c"),
        ("lambda: (x)", "lambda : ( x )"),
        ("a; b\r\nc\rd", "a ; b \r\n c \r d"),
        ("é_1(ü)", "é_1 ( ü )"),
    ],
)
def test_tokens_of_code(code: str, expected: str) -> None:
    assert " ".join(token.text for token in tokens(code)) == expected


@pytest.mark.parametrize("code", ["a 'b", 'a """b', 'a f"', "a 'b\nc'", 'a f"b\n"'])
def test_a_string_without_an_end_ends_the_tokens(code: str) -> None:
    assert [token.text for token in tokens(code) if token.kind != "string"] == ["a"]


def test_tokens_know_where_they_start() -> None:
    assert [(token.kind, token.start) for token in tokens("ab  (c)\n")] == [
        ("name", 0),
        ("open", 4),
        ("name", 5),
        ("close", 6),
        ("newline", 7),
    ]
