"""Checks of what is sent: the mode, the function, the payload, how often, and with what patience."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.differential.judge.checks import AGAINST, HOLDS, UNKNOWN, Said, check, compare, is_unknown, within, words
from tests.differential.judge.seen import Seen

ENVIRONMENT = {f"SITE{n}_FUNCTION": f"site{n}" for n in (1, 2, 3)}
_TYPES = {
    str: "string", bool: "boolean", int: "number", float: "number", dict: "object", list: "array", type(None): "null",
}  # fmt: skip
_PYTHON = {"BytesIO": "binary_file", "NoneType": "none"}


def _payloads(seen: Seen) -> list[str]:
    return list(dict.fromkeys(request["payload"] for _, request in seen.requests()))


def _decoded(text: str) -> tuple[bool, Any]:
    """Whether a text is JSON, and its value."""
    try:
        return not text.startswith("\0"), json.loads(text)
    except ValueError:
        return False, None


def _layers(text: str) -> int:
    layers, value = 0, text
    while isinstance(value, str):
        good, value = _decoded(value)
        if not good:
            break
        layers += 1
    return layers


@check
def mode(seen: Seen) -> Iterator[Said]:
    """The header of each request."""
    return compare(
        "mode", seen.data["invocation_type"], [request["mode"] or "RequestResponse" for _, request in seen.requests()]
    )


@check
def name(seen: Seen) -> Iterator[Said]:
    """The function in each request's path."""
    function, invoked = seen.data["function"], [request["function"] for _, request in seen.requests()]
    variables = words(function["environment_variable"]) or set()
    if variables & ENVIRONMENT.keys():
        yield from compare("name", {"one_of": [ENVIRONMENT.get(str(one)) for one in variables]}, invoked)
    else:
        yield from compare("name", function["name"], invoked)
    pattern = words(function["pattern"])
    if pattern is not None and invoked:
        bad = [one for one in invoked if not any(fnmatchcase(one, str(each)) for each in pattern)]
        yield Said("name pattern", AGAINST, f"stated {pattern}, seen {bad}") if bad else Said("name pattern", HOLDS)


@check
def payload(seen: Seen) -> Iterator[Said]:
    """The bytes of each request: whether there are any, and whether they are JSON, how often."""
    texts, stated = _payloads(seen), seen.data["payload"]
    if not texts:
        return
    if stated is None:
        yield Said("left out", AGAINST, f"sent {texts[0]!r}") if any(texts) else Said("left out", HOLDS)
        return
    yield from compare("parses", stated["parses_as_json"], ["yes" if _decoded(one)[0] else "no" for one in texts])
    yield from compare("layers", stated["layers"], [_layers(one) for one in texts])
    size = stated["size_bytes"]
    least = size["min"] if isinstance(size, Mapping) and "min" in size else size
    if isinstance(least, (int, float)):
        small = [one for one in texts if len(one.encode()) < least and not one.startswith("\0")]
        yield Said("size", AGAINST, f"stated {size}, sent {small[0]!r}") if small else Said("size", HOLDS)
    else:
        yield Said("size", UNKNOWN)


@check
def python_type(seen: Seen) -> Iterator[Said]:
    """The type of the Payload argument."""
    stated = seen.data["payload"]
    types = [call["payload_type"] for _, call in seen.calls]
    if stated is None:
        return iter(())
    return compare("python type", stated["python_type"], [_PYTHON.get(one, one) for one in types])


@check
def keys(seen: Seen) -> Iterator[Said]:
    """The keys at the top of each payload that is an object: which are there, of what type, and that no others are."""
    stated = seen.data["payload"]
    objects = [_inner(text) for text in _payloads(seen)]
    if stated is None or not objects:
        return
    if is_unknown(stated["keys"]):
        yield Said("keys", UNKNOWN)
        return
    if stated["keys"] is None or not all(isinstance(one, dict) for one in objects):
        if stated["keys"] and stated["encoding"] == "json":
            yield Said("keys", AGAINST, f"stated {[key['name'] for key in stated['keys']]}, seen {objects[0]!r}")
        return
    yield Said("keys", HOLDS)  # that they are listed: what is said of each follows
    for key in stated["keys"]:
        there = ["yes" if key["name"] in one else "no" for one in objects]
        yield from compare("key", key["presence"], there)
        values = [_TYPES[type(one[key["name"]])] for one in objects if key["name"] in one]
        yield from compare("key type", key["type"], values)
    if stated["open"] == "no":
        more = [set(one) - {key["name"] for key in stated["keys"]} for one in objects]
        yield Said("closed", AGAINST, f"also {max(more, key=len)}") if any(more) else Said("closed", HOLDS)
    else:
        yield Said("closed", UNKNOWN)
    if isinstance(stated["encoded_fields"], list):
        texts = {field["name"] for field in stated["encoded_fields"]} - {"$"}
        bad = [name for name in texts for one in objects if name in one and not isinstance(one[name], str)]
        yield Said("encoded", AGAINST, f"{bad[0]} is no text") if bad else Said("encoded", HOLDS)


def _inner(text: str) -> Any:
    """The value behind all encodings."""
    value: Any = text
    while isinstance(value, str):
        good, inner = _decoded(value)
        if not good:
            try:
                good, inner = _decoded(base64.b64decode(value, validate=True).decode())
            except ValueError:
                return None
            if not good:
                return None
        value = inner
    return value


@check
def refused(seen: Seen) -> Iterator[Said]:
    """What boto3, or the encoder, refuses is never sent."""
    arguments, sent = seen.data["arguments"], [request for _, request in seen.requests()]
    surely = isinstance(arguments["refused"], list) and [one for one in arguments["refused"] if one["always"] == "yes"]
    if surely:
        yield Said("refused", AGAINST, f"{surely} is sent") if sent else Said("refused", HOLDS)
    elif seen.calls and not is_unknown(arguments["refused"]) and arguments["open"] == "no" and not arguments["refused"]:
        known = {"FunctionName", "InvocationType", "Payload", "LogType", "ClientContext", "Qualifier"}
        wrong = [
            call["names"] for _, call in seen.calls if set(call["names"]) - known or "FunctionName" not in call["names"]
        ]
        yield Said("refused", AGAINST, f"given {wrong[0]}") if wrong else Said("refused", HOLDS)
    stated = seen.data["payload"]
    if stated is not None and isinstance(stated["refused"], list) and stated["refused"]:
        yield Said("not encoded", AGAINST, f"{stated['refused']} is sent") if sent else Said("not encoded", HOLDS)


@check
def attempts(seen: Seen) -> Iterator[Said]:
    """How often a call was sent that was always throttled, or whose connection was always dropped."""
    stated = seen.data["client"]["requests"]
    ends = {"throttled": 429, "dropped": None}
    counts = [
        len(call["requests"])
        for run, call in seen.calls
        if run["fault"] in ends and {request["status"] for request in call["requests"]} == {ends[run["fault"]]}
    ]
    if not counts or stated is None:
        return
    if is_unknown(stated):
        yield Said("attempts", UNKNOWN)
        return
    wrong = [count for count in counts if not within(stated, count)]
    yield Said("attempts", AGAINST, f"stated {stated}, seen {wrong[0]}") if wrong else Said("attempts", HOLDS)


@check
def patience(seen: Seen) -> Iterator[Said]:
    """The time-out of the client."""
    return compare(
        "read timeout", seen.data["client"]["read_timeout"], [call["read_timeout"] for _, call in seen.calls]
    )


@check
def never_sent(seen: Seen) -> Iterator[Said]:
    """A call in a coroutine that nobody awaits."""
    if seen.data["sent"] == "never":
        yield Said("never sent", AGAINST, "it is sent") if seen.calls else Said("never sent", HOLDS)


@check
def coroutine(seen: Seen) -> Iterator[Said]:
    """Whether the outermost function of the chain is an async one."""
    if seen.in_thread:
        return iter(())
    depth = len(seen.fact["chain"]) + 1
    outermost = [call["stack"][-depth] for _, call in seen.calls if len(call["stack"]) >= depth]
    return compare("is async", seen.data["caller"]["is_async"], ["yes" if frame[3] else "no" for frame in outermost])


@check
def rounds(seen: Seen) -> Iterator[Said]:
    """How often the call is made in a healthy run."""
    if not seen.is_whole:
        return
    healthy = [run for run in seen.record.runs if run["fault"] == "ok" and not run["escaped"]]
    healthy = [run for run in healthy if not any(call["error"] for call in run["calls"])]
    counts = [sum(map(seen.speaks_of, run["calls"])) for run in healthy]
    counts = [count for count in counts if count]
    if not counts:
        return
    loop = seen.data["in_loop"]
    if loop is None:
        yield Said("in loop", AGAINST, f"made {max(counts)} times") if max(counts) > 1 else Said("in loop", HOLDS)
        return
    times = loop["times"]
    if is_unknown(times) or times is None:
        yield Said("times", UNKNOWN)
        return
    most = times["max"] if isinstance(times, Mapping) and "max" in times else times
    if isinstance(most, (int, float)):
        yield (
            Said("times", AGAINST, f"stated {times}, seen {max(counts)}")
            if max(counts) > most
            else Said("times", HOLDS)
        )
