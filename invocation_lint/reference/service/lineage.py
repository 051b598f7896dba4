"""Loop detection by the trace header: how often one function ran in one chain of invocations.

Lambda writes a `Lineage` part into the X-Ray trace header, and SDKs inside a function pass the header on
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). The form of the part here is our own.
"""

from __future__ import annotations

import hashlib
import secrets
import time


def advance(header: str | None, function_arn: str) -> tuple[str, int]:
    """The trace header for one more invocation of `function_arn`, and how often it then ran in this chain (from 1).

    `header` is what the caller sent (`Root=..;Parent=..;Sampled=..;Lineage=..`), or None.
    """
    parts = dict(part.split("=", 1) for part in (header or "").split(";") if "=" in part)
    counts = dict(entry.split(":", 1) for entry in parts.get("Lineage", "").split("|") if ":" in entry)
    mark = hashlib.sha256(function_arn.encode()).hexdigest()[:8]
    count = (int(counts[mark]) if counts.get(mark, "").isdigit() else 0) + 1
    counts[mark] = str(count)
    root = parts.get("Root") or f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    lineage = "|".join(f"{each}:{times}" for each, times in counts.items())
    sampled = parts.get("Sampled", "0")
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled={sampled};Lineage={lineage}", count


def root_of(header: str) -> str:
    """The part of a trace header that names the chain, as Invoke answers it."""
    return ";".join(part for part in header.split(";") if part.startswith(("Root=", "Sampled=")))
