"""The rooms that have a proof: their folders, and what `rule.yaml` says must be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from invocation_lint.reference.proofs.words import WORDS, Word

PACKAGE = Path(__file__).parents[2]
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Builds plain data only; in C where PyYAML has it."""


@dataclass(frozen=True, slots=True)
class Room:
    """One rule's proof: `observe` must be seen of `bad`, and `absent` must not be seen of `good`."""

    id: str
    name: str
    bad: Path
    good: Path
    observe: Word
    absent: Word


def rules_folder() -> Path:
    """Where the shipped rules are: in the installed package, or beside it in a checkout."""
    inside = PACKAGE / "rules"
    return inside if inside.is_dir() else PACKAGE.parent / "rules"


def rooms(folder: Path | None = None) -> Iterator[Room]:
    """The rooms with a proof, by id. Raises ValueError for a proof whose words or programs are missing."""
    for rule in sorted((folder or rules_folder()).glob("*/rule.yaml")):
        room = read_room(rule)
        if room is not None:
            yield room


def find_room(rule_id: str, folder: Path | None = None) -> Room | None:
    """The proof of the rule of that id; None when there is no such rule, or it has no proof."""
    return next((room for room in rooms(folder) if room.id == rule_id), None)


def read_room(rule: Path) -> Room | None:
    """The proof that a `rule.yaml` speaks of, or None for `proof: {none: ..}` and no proof at all."""
    data = yaml.load(rule.read_text(encoding="utf-8"), Loader=LOADER)
    proof = data.get("proof")
    if not isinstance(proof, dict) or "none" in proof:
        return None
    bad, good = (rule.parent / "proof" / name for name in ("bad.py", "good.py"))
    missing = [str(program) for program in (bad, good) if not program.is_file()]
    if missing:
        raise ValueError(f"{rule}: no {' and no '.join(missing)}")
    return Room(
        data["id"], data["name"], bad, good, _word(rule, proof, "bad", "observe"), _word(rule, proof, "good", "absent")
    )


def _word(rule: Path, proof: dict[str, dict[str, str]], program: str, key: str) -> Word:
    name = proof.get(program, {}).get(key, "")
    if name not in WORDS:
        raise ValueError(f"{rule}: proof.{program}.{key} is '{name}', which is none of the words {', '.join(WORDS)}")
    return WORDS[name]
