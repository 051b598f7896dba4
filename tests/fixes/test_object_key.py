"""What `decode-object-key` writes: the decoder around the read, under the name that the file has for it."""

from __future__ import annotations

import pytest

from tests.fixes.mending import found, mended

RULE = "INV712"
READ = """

def handler(event, context):
    for record in event["Records"]:
        s3.get_object(Bucket="b", Key=record["s3"]["object"]["key"])
"""
IMPORTS = {
    "nothing": (
        "import json\n\nimport boto3\n\ns3 = boto3.client('s3')\n",
        "import json\nimport urllib.parse\n\nimport boto3\n\ns3 = boto3.client('s3')\n",
        "urllib.parse.unquote_plus",
    ),
    "the function": ("from urllib.parse import quote, unquote_plus\n\nimport boto3\n", "", "unquote_plus"),
    "the module": ("import urllib.parse\n\nimport boto3\n", "", "urllib.parse.unquote_plus"),
}


@pytest.mark.parametrize("case", sorted(IMPORTS))
def test_the_read_is_decoded(case: str) -> None:
    before, after, name = IMPORTS[case]
    read = 'record["s3"]["object"]["key"]'
    assert mended(before + READ, RULE) == (after or before) + READ.replace(read, f"{name}({read})")


@pytest.mark.parametrize(
    "line",
    [
        "from urllib.parse import unquote as unquote_plus",
        "from helpers import unquote_plus",
        "from helpers import *",
        "import urllib.request",
        "urllib = None",
    ],
)
def test_a_name_that_is_anothers_is_left_alone(line: str) -> None:
    text = f"import boto3\n{line}\n{READ}"
    assert mended(text, RULE) == text


def test_an_import_in_a_function_does_not_count() -> None:
    text = f"import boto3\n\n\ndef other():\n    from urllib.parse import unquote_plus\n    return unquote_plus\n{READ}"
    assert mended(text, RULE) == text


HALF = """

def handler(event, context):
    for record in event["Records"]:
        s3.get_object(Bucket="b", Key=NAME(record["s3"]["object"]["key"], encoding="utf-8"))
"""


@pytest.mark.parametrize(
    ("line", "name", "imported", "written"),
    [
        ("import urllib.parse", "urllib.parse.unquote", "", "urllib.parse.unquote_plus"),
        ("from urllib.parse import unquote, unquote_plus", "unquote", "", "unquote_plus"),
        ("from urllib.parse import unquote", "unquote", "import urllib.parse\n", "urllib.parse.unquote_plus"),
    ],
)
def test_the_decoder_that_leaves_spaces_is_replaced(line: str, name: str, imported: str, written: str) -> None:
    text = f"{line}\n\nimport boto3\n"
    expected = f"{imported}{line}\n\nimport boto3\n" + HALF.replace("NAME", written)
    assert mended(text + HALF.replace("NAME", name), RULE) == expected


@pytest.mark.parametrize(
    "text",
    [
        "from urllib.parse import unquote_to_bytes\n" + HALF.replace("NAME", "unquote_to_bytes"),
        "from urllib.parse import unquote\n\n\ndef plain(key, encoding):\n    return unquote(key)\n"
        + HALF.replace("NAME", "plain"),
    ],
)
def test_a_decoder_that_gives_bytes_or_stands_in_a_helper_is_left_alone(text: str) -> None:
    assert mended(text, RULE) == text


RETURNED = """
import urllib.parse

import boto3

s3 = boto3.client("s3")


def key_of(record):
    return record["s3"]["object"]["key"]


def handler(event, context):
    for record in event["Records"]:
        s3.get_object(Bucket="b", Key=key_of(record))
"""


def test_a_key_that_a_function_returns_is_left_alone() -> None:
    assert [one.id for one in found(RETURNED, RULE)] == [RULE]
    assert mended(RETURNED, RULE) == RETURNED  # others may call it
