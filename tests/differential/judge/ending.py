"""Checks of what follows: what becomes of the answer, and of errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.differential.judge.checks import AGAINST, HOLDS, UNKNOWN, Said, check, is_unknown, words
from tests.differential.judge.seen import Run, Seen, end, taken


@check
def payload_used(seen: Seen) -> Iterator[Said]:
    """An unused payload changes nothing that can be seen; one that is used does."""
    stated = seen.data["response"]["payload"]
    told = words(stated)
    pairs = list(seen.pairs("ok", "other"))
    if not pairs:
        return
    if is_unknown(stated):
        yield Said("payload", UNKNOWN)
    elif told == {"unused"}:
        wrong = [(a, b) for a, b in pairs if end(a, logs=False) != end(b, logs=False)]
        yield Said("payload", AGAINST, f"unused, but {_apart(*wrong[0])}") if wrong else Said("payload", HOLDS)
    elif told is not None and not told & {"unused", "handed_over"} and seen.is_whole and not seen.in_thread:
        pairs += seen.pairs("ok", "crashed")
        if any(a["escaped"] for a, _ in pairs):
            return  # the program fails by itself: what it got of the answer is lost
        same = all(end(a, logs=True) == end(b, logs=True) and _way(a) == _way(b) for a, b in pairs)
        yield Said("payload", AGAINST, f"{stated}, but changes nothing") if same else Said("payload", HOLDS)


@check
def function_error(seen: Seen) -> Iterator[Said]:
    """FunctionError is looked at when a crash ends otherwise than a healthy answer with the payload of a crash."""
    stated = seen.data["response"]["function_error"]
    pairs = list(seen.pairs("crashed", "like_crash"))
    if not pairs:
        return
    wrong = [(a, b) for a, b in pairs if _ends_otherwise(a, b, in_thread=seen.in_thread)]
    if is_unknown(stated):
        yield Said("function error", UNKNOWN)
    elif stated == "unchecked":
        yield (
            Said("function error", AGAINST, f"unchecked, but {_apart(*wrong[0])}")
            if wrong
            else Said("function error", HOLDS)
        )
    elif stated == "checked" and seen.is_whole:
        apart = wrong or any(a["lines"] != b["lines"] for a, b in pairs)  # which both may end alike
        yield (
            Said("function error", HOLDS) if apart else Said("function error", AGAINST, "checked, but changes nothing")
        )


@check
def crash(seen: Seen) -> Iterator[Said]:
    """A KeyError where the payload of a crash is read, if no look at FunctionError prevents it."""
    stated = seen.data["response"]["crash"]
    runs = [run for _, run in seen.pairs("ok", "like_crash")]
    if runs and stated == "key_error" and seen.is_whole:
        good = any("KeyError" in run["raised"] for run in runs)
        yield Said("crash", HOLDS) if good else Said("crash", AGAINST, "no KeyError")


def _ends_otherwise(one: Run, other: Run, *, in_thread: bool) -> bool:
    """Whether two runs end apart. Of several threads, chance says which have begun when the first one fails."""
    a, b = end(one, logs=True), end(other, logs=True)
    if in_thread and one["escaped"] and other["escaped"]:
        return a[:3] != b[:3]
    return a != b


def _way(run: Run) -> tuple[Any, Any]:
    """Which lines ran and which errors were raised: what is made of an answer may be dropped later (`finally:
    continue`)."""
    return run["lines"], run["raised"]


def _fate(seen: Seen, name: str, fate: Any, *faults: str) -> Iterator[Said]:
    runs = list(seen.failing(*faults))
    if not runs or not seen.is_whole or fate is None:
        return
    by_clause = [taken(seen.record, run, healthy) for run, healthy in runs]
    escaped = [run["escaped"] is not None for run, _ in runs]
    apart = seen.data["sent"] != "awaited" or words(fate["frame"]) not in ({"entry"}, {"module"}, {"helper"}, None)
    stated = fate["seen_by_handler"]
    if is_unknown(stated):
        yield Said(name, UNKNOWN)
    elif stated == "yes":
        missed = [run for (run, _), clause, out in zip(runs, by_clause, escaped, strict=True) if out and not clause]
        yield (
            Said(name, AGAINST, f"taken, but {missed[0]['fault']} passes all clauses") if missed else Said(name, HOLDS)
        )
    elif stated == "no":
        met = [
            run
            for (run, _), clause, out in zip(runs, by_clause, escaped, strict=True)
            if not apart and (clause or not out)
        ]
        yield Said(name, AGAINST, f"not taken, but {met[0]['fault']} is") if met else Said(name, HOLDS)
    does = fate["handler_does"]
    if stated != "yes" or does is None:
        return
    if is_unknown(does):
        yield Said(f"{name} does", UNKNOWN)
    elif does == "reraises":
        if {run["flag"] for run, _ in runs} != {run["flag"] for run in seen.record.runs}:
            return  # it may be raised again on the way that was not tried
        good = any(escaped) or seen.record.raises_unseen
        yield Said(f"{name} does", HOLDS) if good else Said(f"{name} does", AGAINST, "raised again, but never escapes")
    else:
        quiet = all(run["printed"] == healthy["printed"] for run, healthy in runs)
        out = all(run["escaped"] in {call["error"] for call in run["calls"]} - {None} for run, _ in runs)
        wrong = (out and "it always escapes") or (does == "logs" and quiet and "nothing is logged")
        yield Said(f"{name} does", AGAINST, f"{does}, but {wrong}") if wrong else Said(f"{name} does", HOLDS)


@check
def service_error(seen: Seen) -> Iterator[Said]:
    """What becomes of an error that the service answers."""
    return _fate(seen, "service error", seen.data["service_error"], "throttled", "refused")


@check
def transport_error(seen: Seen) -> Iterator[Said]:
    """What becomes of an error of the connection."""
    return _fate(seen, "transport error", seen.data["transport_error"], "dropped")


@check
def retried(seen: Seen) -> Iterator[Said]:
    """Whether a throttled call is made again, and whether the first failure ends a loop."""
    loop = seen.data["in_loop"]
    if not seen.is_whole:
        return
    for run, healthy in seen.failing("throttled", "refused"):
        if healthy["raised"]:
            continue  # the healthy run left the loop by an error of the program's own
        calls, before = (sum(map(seen.speaks_of, one["calls"])) for one in (run, healthy))
        if loop is not None and loop["retry"] is None and before:
            more = f"made {calls} times when it fails, else {before} times"
            yield Said("retry", AGAINST, more) if calls > before else Said("retry", HOLDS)
        if loop is not None and loop["item_failure"] == "escapes":
            yield Said("item failure", AGAINST, f"made {calls} times") if calls > 1 else Said("item failure", HOLDS)


def _apart(one: Any, other: Any) -> str:
    """Two ends that differ, in words."""
    for name, a, b in zip(
        ("escaped", "message", "returned", "requests", "printed"),
        end(one, logs=True),
        end(other, logs=True),
        strict=True,
    ):
        if a != b:
            return f"{name} {str(a)[:80]!r} under {one['fault']}, {str(b)[:80]!r} under {other['fault']}"
    return "nothing"
