"""Finds the contract of an invoked function by its name or by the environment variable that holds it."""

from __future__ import annotations

import re

from invocation_lint.contracts.model import ContractBook, FunctionContract
from invocation_lint.data.tool_texts import CONTRACTS_CONFLICT
from invocation_lint.records import record

Pieces = tuple["str | None", ...]  # of a text; None is a piece that is not known

_RANK = {"declared": 0, "inferred": 1, "deployed": 2, "shipped": 3}
_HOLE = "\0"
# The forms of FunctionName: an ARN, a partial ARN, or a name, each with a qualifier or without
# (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
_PREFIX = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d:)?(?:\d{12}:)?(?:function:)?"
)


@record
class Conflict:
    """Contracts that match the same function and differ: none of them can be trusted."""

    contracts: tuple[FunctionContract, ...]

    @property
    def message(self) -> str:
        """What is wrong, for a user."""
        names = " and ".join(f'"{contract.name}"' for contract in self.contracts)
        return CONTRACTS_CONFLICT.filled(names=names)[0]


def plain_name(text: str) -> str:
    """The function's own name: without region, account and qualifier. Every form of FunctionName is understood."""
    match = _PREFIX.match(text)
    rest = text[match.end() :] if match else text
    return rest.partition(":")[0]


def plain_pieces(pieces: Pieces) -> Pieces:
    """`plain_name` of a text with pieces that are not known; (None,) where the name cannot be told from the rest."""
    text = "".join(_HOLE if piece is None else piece for piece in pieces)
    known_start = re.search(r"(?:^|:)function:", text)
    if known_start:
        text = text[known_start.end() :].partition(":")[0]
    elif _HOLE in text and (text.startswith("arn:") or f"{_HOLE}function:" in text):
        text = _HOLE
    else:
        text = plain_name(text)
    parts = [part for part in re.split(f"({_HOLE}+)", text) if part]
    return tuple(None if part[0] == _HOLE else part for part in parts)


def match_contract(
    book: ContractBook, name: Pieces | None, environment: str | None = None
) -> FunctionContract | Conflict | None:
    """The contract of a function, of which the plain name (in pieces) or the variable that holds it is known.

    Declared contracts come before those inferred, deployed and shipped. Contracts that match, come from the same
    source and differ are a Conflict.
    """
    found = [contract for contract in book.functions if _matches(contract, name, environment)]
    if not found:
        return None
    best = min(_RANK[contract.origin] for contract in found)
    first, *others = [contract for contract in found if _RANK[contract.origin] == best]
    differing = tuple(other for other in others if other != first)
    return Conflict((first, *differing)) if differing else first


def _matches(contract: FunctionContract, name: Pieces | None, environment: str | None) -> bool:
    if environment is not None and environment in contract.environment:
        return True
    return name is not None and any(fits(glob, name) for glob in contract.names)


def fits(glob: str, name: Pieces) -> bool:
    """Whether a name fits the glob; one with holes must also contain the glob's longest literal piece."""
    if None in name:
        longest = max(literal_pieces(glob), key=len, default="")
        if not longest or not any(piece is not None and longest in piece for piece in name):
            return False
    return _overlap(glob, "".join("*" if piece is None else piece for piece in name))


def literal_pieces(glob: str) -> list[str]:
    """The pieces of a glob between * and ?."""
    return [piece for piece in re.split(r"[*?]+", glob) if piece]


def _overlap(glob: str, name: str) -> bool:
    """Whether some text fits both: `*` is any text in either, `?` any one character of the glob."""
    # reached[j]: the glob up to here and the name up to j can describe the same text.
    reached = [True] + [False] * len(name)
    for j, there in enumerate(name, 1):
        reached[j] = there == "*" and reached[j - 1]
    for here in glob:
        before = reached
        reached = [here == "*" and before[0]] + [False] * len(name)
        for j, there in enumerate(name, 1):
            if here == "*" or there == "*":
                # Either star stands for nothing, or for one more character of the other side.
                reached[j] = before[j] or reached[j - 1]
            else:
                reached[j] = before[j - 1] and here in ("?", there)
    return reached[-1]
