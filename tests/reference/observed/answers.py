"""The recorded answers, and how ours is compared with one.

A recording is a set of facts: what AWS answered. `<...>` in it stands for a value that differs from run to run; the
same placeholder twice in one comparison must stand for the same value.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent
GROUPS = ("invoke", "destinations", "rest_api", "sqs", "mappings", "dynamodb_streams", "kinesis", "state_machines")
ANY_TEXT = {"date", "timestamp", "datetime", "log-result", "sent-timestamp"}
_PLACEHOLDER = re.compile(r"<[a-zA-Z0-9_-]+(?::\d+)?>")
_MOMENT = re.compile(r"<timestamp:([^>]+)>")
_Test = TypeVar("_Test", bound=Callable[..., Any])

covered: dict[tuple[str, str, str], str] = {}


def load(group: str) -> dict[str, dict[str, Any]]:
    """test name -> answer name -> what was observed."""
    text = (FOLDER / f"{group}.json").read_text(encoding="utf-8")
    return {test: entry["observed"] for test, entry in json.loads(text)["answers"].items()}


def covers(group: str, test: str, *answers: str) -> Callable[[_Test], _Test]:
    """Says which answers a test compares; all of that recording when none is named."""

    def note(function: _Test) -> _Test:
        for answer in answers or load(group)[test]:
            assert answer in load(group)[test], answer
            covered[group, test, answer] = function.__name__
        return function

    return note


def recorded(group: str, test: str, answer: str) -> Any:
    """One recorded answer."""
    return load(group)[test][answer]


class Difference(AssertionError):
    """Ours is not what was recorded."""


def assert_same(expected: Any, ours: Any, *, where: str = "$", seen: dict[str, str] | None = None) -> None:
    """Compare recursively: same keys, same lengths, same values but for placeholders. Raises Difference."""
    seen = {} if seen is None else seen
    if isinstance(expected, dict):
        if not isinstance(ours, dict) or expected.keys() != ours.keys():
            keys = sorted(ours) if isinstance(ours, dict) else ours
            raise Difference(f"{where}: recorded keys {sorted(expected)}, ours {keys}")
        for key, value in expected.items():
            assert_same(value, ours[key], where=f"{where}.{key}", seen=seen)
    elif isinstance(expected, list):
        if not isinstance(ours, list) or len(expected) != len(ours):
            raise Difference(f"{where}: recorded {expected!r}, ours {ours!r}")
        for number, (value, own) in enumerate(zip(expected, ours, strict=True)):
            assert_same(value, own, where=f"{where}[{number}]", seen=seen)
    elif isinstance(expected, str):
        _assert_same_text(expected, ours, where, seen)
    elif expected != ours or type(expected) is not type(ours):
        raise Difference(f"{where}: recorded {expected!r}, ours {ours!r}")


def _assert_same_text(expected: str, ours: Any, where: str, seen: dict[str, str]) -> None:
    if expected in ANY_TEXT and ours not in (None, ""):
        return
    if (moment := _MOMENT.fullmatch(expected)) is not None:
        if not isinstance(ours, str) or re.sub(r"\d", "0", ours) != re.sub(r"\d", "0", moment[1]):
            raise Difference(f"{where}: recorded a time as {moment[1]}, ours {ours!r}")
        return
    names = _PLACEHOLDER.findall(expected)
    pattern = "(.+?)".join(re.escape(part) for part in _PLACEHOLDER.split(expected))
    match = re.fullmatch(pattern.replace(re.escape("\tdate\t"), "\t[^\t]+\t"), str(ours), re.DOTALL)
    if match is None or not (names or isinstance(ours, str)):
        raise Difference(f"{where}: recorded {expected!r}, ours {ours!r}")
    for name, value in zip(names, match.groups(), strict=True):
        is_reference = ":" in name or name in ("<request-id>",)
        if is_reference and seen.setdefault(name, value) != value:
            raise Difference(f"{where}: {name} stood for {seen[name]!r}, here it is {value!r}")


def sdk_answer(response: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """An SDK response in the form of a recording: body read, only the status of the metadata kept."""
    answer = {**response, "ResponseMetadata": {"HTTPStatusCode": response["ResponseMetadata"]["HTTPStatusCode"]}}
    if "Payload" in answer:
        text = answer["Payload"].read().decode()
        answer["Payload"] = text if isinstance(like["Payload"], str) else json.loads(text)
    return answer


def log_lines(response: dict[str, Any]) -> list[str]:
    """The lines of a LogResult, without the line REPORT (as the recording project looked at them)."""
    text = base64.b64decode(response["LogResult"]).decode()
    return [line for line in text.splitlines() if not line.startswith("REPORT")]


def with_task_root(value: Any, code_dir: Path) -> Any:
    """Our code folders in the place where Lambda has them."""
    return json.loads(json.dumps(value).replace(str(code_dir), "/var/task"))
