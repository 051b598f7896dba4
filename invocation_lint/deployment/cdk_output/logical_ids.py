"""The logical ids that the CDK gives to resources, by the paths of their constructs (AWS: CDK developer guide, logical
IDs)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

_LONGEST = 240  # characters of the ids in a logical id that are kept, before its hash
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]")
RESOURCE = "Resource"
"""The id of the resource of CloudFormation within its construct."""

_DEFAULT = "Default"


def logical_id(ids: Iterable[str]) -> str:
    """The logical id of the resource with these ids, from its stack down to its own."""
    parts = [part for part in ids if part != _DEFAULT]
    plain = [_NOT_PLAIN.sub("", part) for part in parts]
    if len(parts) == 1 and plain[0] and len(plain[0]) <= 255:
        return plain[0]
    digest = hashlib.md5("/".join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    shown = [part for part, one in zip(plain, parts, strict=True) if one != RESOURCE]
    human = "".join(part for at, part in enumerate(shown) if at == 0 or not shown[at - 1].endswith(part))
    return human[:_LONGEST] + digest[:8].upper()


def logical_ids(path: str) -> Iterator[str]:
    """The logical ids that the resource of a construct may have: its stack may be each of the constructs above it."""
    parts = path.split("/")
    for begin in range(len(parts)):
        yield logical_id([*parts[begin:], RESOURCE])
    yield from (logical_id(parts[begin:]) for begin in range(len(parts)))
