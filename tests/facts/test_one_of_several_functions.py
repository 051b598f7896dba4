"""A payload for one of several functions: what the handlers of all need is certain, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.linking import TEMPLATE, findings, sender

EITHER = TEMPLATE.replace("WORKER: !Ref Worker", "WORKER: !If [New, !Ref Worker, !Ref Other]").replace(
    "Resources:", 'Conditions: {New: !Equals [!Ref Stage, "new"]}\nResources:'
)
NEW = 'def handler(event, context):\n    return event["id"], event["a"]\n'
OLD = 'def handler(event, context):\n    return event["id"], event.get("a"), event["b"]\n'


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ("{}", ["id"]),
        ('{"a": 1, "b": 1}', ["id"]),
        ('{"id": 1}', []),
        ('{"id": 1, "a": 1}', []),
        ("event", []),
    ],
)
def test_what_all_need(tmp_path: Path, payload: str, found: list[str]) -> None:
    files = {"template.yaml": EITHER, "worker/work.py": NEW, "other/work.py": OLD}
    told = findings(tmp_path, {**files, **sender(f'send(os.environ["WORKER"], {payload})')})
    assert [one.id for one in told] == ["INV204" for _ in found]
    for one, field in zip(told, found, strict=True):
        assert " or " in one.message and f" lacks {field}:" in one.message


def test_where_one_of_them_is_not_in_sight(tmp_path: Path) -> None:
    files = {"template.yaml": EITHER.replace("CodeUri: other/", "CodeUri: gone/"), "worker/work.py": NEW}
    assert findings(tmp_path, {**files, **sender('send(os.environ["WORKER"], {})')}) == []
