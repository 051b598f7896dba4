"""The key of an object that is kept in a list, or given to a class, before it is used."""

from __future__ import annotations

import pytest

from tests.facts.handling.test_keys_given_again import uses

KEY = 'record["s3"]["object"]["key"]'
KEEP = f"keys.append({KEY})"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{KEEP}\nfor one in keys:\n    s3.get_object(Key=one)", "used"),
        (f"{KEEP}\nfor one in keys:\n    s3.get_object(Key=unquote_plus(one))", "decoded"),
        (f"{KEEP}\nfor one in keys:\n    one = unquote_plus(one)\n    s3.get_object(Key=one)", "decoded"),
        (f"{KEEP}\nfor one in keys:\n    logging.info(one)", "logged"),
        (f"{KEEP}\nfor one in others:\n    s3.get_object(Key=one)", "logged"),
        (f"{KEEP}\nreturn keys", "handed_over"),
        (f'{KEEP}\ns3.delete_objects(Delete={{"Objects": [{{"Key": one}} for one in keys]}})', "used"),
        (f'{KEEP}\ns3.delete_objects(Delete={{"Objects": [unquote_plus(one) for one in keys]}})', "decoded"),
        (f'keys.append({{"a": {KEY}}})\nfor one in keys:\n    s3.get_object(Key=unquote_plus(one["a"]))', "decoded"),
        (f'keys.append({{"Key": {KEY}}})\nfor one in keys:\n    s3.get_object(Key=one["Key"])', "used"),
        (f"keys.add(({KEY}, 1))\nfor one, number in keys:\n    s3.get_object(Key=unquote_plus(one))", "handed_over"),
        (f"self.keys.append({KEY})", "handed_over"),
        (f"keys = [{KEY} for record in records]\nfor one in keys:\n    s3.get_object(Key=one)", "used"),
        (f"keys = [{KEY} for r in records]\nfor one in keys:\n    s3.get_object(Key=unquote_plus(one))", "decoded"),
        (f"s3.get_object(Key=File({KEY}).key)", "handed_over"),
        (f"file = File(key={KEY})\ns3.get_object(Key=file.key)", "handed_over"),
        (f"file = Plain(key={KEY})\ns3.get_object(Key=file.key)", "used"),
    ],
)  # fmt: skip
def test_what_is_done_with_it(body: str, expected: str) -> None:
    classes = (
        "\n\nclass File:\n    def __init__(self, key):\n        self.key = unquote_plus(key)\n\n\n"
        "class Plain:\n    def __init__(self, key):\n        self.key = key\n"
    )
    assert uses(body, classes) == [expected]
