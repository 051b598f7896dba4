"""Whether labelled invocations of public repositories are linked to the right handlers, and what these need.

    python tests/ecosystem/measure_links.py LABELS CHECKOUTS [--answers FOLDER] [--details]

LABELS is a CSV file with a row a link; the columns that count are `repo`, `class` (rows that are not `direct` are left
out), `caller` (`path:line`), `handler` (`path:function`, a text in parentheses where it is not in the repository),
`resolvable` (`yes`, `partial`, `no`), `required`, `optional` and `mismatch`. CHECKOUTS holds a folder `owner+name` a
repository. `invocation-lint links --format json` is run in each, unless its answer lies in FOLDER as `owner+name.json`
already.

A row is *right* when it is linked with certainty to the labelled handler, *listed* when that is among several or not
certain, *missed* when it is not named, and *wrong* when another one is claimed with certainty; *open* is a row that
nobody can resolve and of which nothing is claimed. Of the fields that the linked handlers need, those of the label are
right or missed, others are wrong.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERDICTS = ("right", "listed", "missed", "wrong", "open")
RESOLVABLE = ("yes", "partial", "no")
Row = dict[str, str]
Link = Mapping[str, Any]


@dataclass(frozen=True)
class Needed:
    """The fields of a label: those that are needed, and those that may be named or not; None where it tells nothing
    that can be counted, as alternatives do not."""

    fields: frozenset[str]
    free: frozenset[str]


@dataclass
class Tally:
    """The verdicts of a run: on links by what can be resolved, on fields, and what is to be read."""

    links: dict[str, Counter[str]] = field(default_factory=lambda: {word: Counter() for word in RESOLVABLE})
    fields: Counter[str] = field(default_factory=Counter)
    mismatches: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


# --- a row ------------------------------------------------------------------------------------------------------------


def place_of(text: str) -> tuple[str, int]:
    """The path and the line of a caller; remarks behind them are left out."""
    path, _, line = text.split(maxsplit=1)[0].rpartition(":")
    return path, int(line)


def handler_of(text: str) -> tuple[str, str] | None:
    """The path of a handler and the name of its function, empty where it is not told; None for one elsewhere."""
    told = text.partition("->")[0].partition("(")[0].strip()
    if not told.partition(":")[0].endswith(".py"):
        return None
    path, _, name = told.partition(":")
    return path, name.strip()


def verdict_of(row: Row, links: Sequence[Link], right: Sequence[tuple[str, str]]) -> str:
    """What the links of a call site are worth for one row; `right` are the handlers of all rows of the site."""
    handler = handler_of(row["handler"])
    for link in links:
        handlers = [target for target in link["targets"] if target["handler"] is not None]
        claims_other = bool(handlers) and not any(is_handler(target, one) for target in handlers for one in right)
        if link["certain"] and (claims_other or row["resolvable"] == "no"):
            return "wrong"
    if row["resolvable"] == "no":
        return "open"
    found = [link for link in links if any(is_handler(target, handler) for target in link["targets"])]
    if not found:
        return "missed"
    return "right" if all(link["certain"] for link in found) else "listed"


def is_handler(target: Mapping[str, Any], handler: tuple[str, str] | None) -> bool:
    if handler is None or target["handler"] is None:
        return False
    path, name = handler
    told = target["handler"]
    return told["path"] == path and (not name or told["function"].rpartition(".")[2] == name.rpartition(".")[2])


def needed_by(text: str, optional: str = "") -> Needed | None:
    """The fields that a label names as required, dotted; their parents may be named or not."""
    told = re.sub(r"\((?!discriminator)[^()]*\)", " ", text)
    if not text.strip(" -") or any(mark in told for mark in ("|", "...", "[]", "*")):
        return None
    tokens = [one for token in told.split() for one in expanded(token)]
    sure, free = set(), {token.strip("?,") for token in optional.split()}
    for token in tokens:
        name = token.partition("=")[0].strip(";,")
        if name.endswith("(discriminator)"):
            free.add(name.removesuffix("(discriminator)"))
        elif name.endswith("?"):
            free.add(name[:-1])
        elif name:
            sure.add(name)
    free |= {".".join(parts[:count]) for parts in (one.split(".") for one in sure) for count in range(1, len(parts))}
    return Needed(frozenset(sure), frozenset(free) - frozenset(sure))


def expanded(token: str) -> list[str]:
    """`a.{b,c}` as `a.b` and `a.c`."""
    match = re.fullmatch(r"(.*)\{(.*)\}(.*)", token)
    return [f"{match[1]}{one.strip()}{match[3]}" for one in match[2].split(",")] if match else [token]


# --- a repository -----------------------------------------------------------------------------------------------------


def judge(rows: Sequence[Row], links: Sequence[Link], root: Path, tally: Tally) -> None:
    """Counts the rows of one repository."""
    by_site: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        by_site[place_of(row["caller"])].append(row)
    for (path, line), site_rows in sorted(by_site.items()):
        first, last = statement(root / path, line)
        at_line = [link for link in links if is_at(link["call"], path, first, last)]
        own = at_line or [link for link in links if is_at(link["site"], path, first, last)]
        right = [handler for row in site_rows if (handler := handler_of(row["handler"])) is not None]
        for row in site_rows:
            verdict = verdict_of(row, own, right)
            tally.links[row["resolvable"]][verdict] += 1
            where = f"{row['repo']} {row['caller']}"
            if verdict in {"listed", "missed", "wrong"}:
                told = "; ".join(f"{shown(link)} {link['reason']}".strip() for link in own) or "no link"
                tally.notes.append(f"{row['resolvable']} {verdict}: {where} -> {row['handler']}: {told}")
            if row["resolvable"] != "no" and handler_of(row["handler"]) is not None:
                count_fields(row, own if verdict in {"right", "listed"} else [], where, tally)
            count_mismatches(row, own, where, tally)


def is_at(place: Mapping[str, Any], path: str, first: int, last: int) -> bool:
    return bool(place["path"] == path and first <= place["line"] <= last)


def count_fields(row: Row, links: Sequence[Link], where: str, tally: Tally) -> None:
    needed = needed_by(row["required"], row["optional"])
    if needed is None:
        if row["required"].strip(" -"):
            tally.fields["rows left out"] += 1
        return
    handler = handler_of(row["handler"])
    told = [target["contract"] for link in links for target in link["targets"] if is_handler(target, handler)]
    named = {name for contract in told if contract is not None for name in contract["required"]}
    right, missed = needed.fields & named, needed.fields - named
    wrong = named - needed.fields - needed.free
    tally.fields.update(right=len(right), missed=len(missed), wrong=len(wrong))
    if missed or wrong:
        told = " ".join([*(f"-{name}" for name in sorted(missed)), *(f"+{name}" for name in sorted(wrong))])
        tally.notes.append(f"fields: {where}: {told}")


def count_mismatches(row: Row, links: Sequence[Link], where: str, tally: Tally) -> None:
    """Fields that are missing: those that the label calls true, and what is reported of sites without any."""
    own = [target for link in links for target in link["targets"] if is_handler(target, handler_of(row["handler"]))]
    reported = sorted({one["field"] for told in (*links, *own) for one in told["mismatches"]})
    is_true = row["mismatch"].startswith("YES") and "field" in row["mismatch"]
    if is_true or reported:
        verdict = ("found" if reported else "missed") if is_true else "not labelled"
        tally.mismatches[verdict] += 1
        tally.notes.append(f"mismatch {verdict}: {where}: {' '.join(reported) or row['mismatch']}")


def shown(link: Link) -> str:
    handlers = [target["handler"] for target in link["targets"]]
    told = [f"{one['path']}:{one['function']}" if one is not None else "?" for one in handlers]
    return ", ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def statement(file: Path, line: int) -> tuple[int, int]:
    """The first and the last line of the innermost statement on a line."""
    tree = ast.parse(file.read_bytes())
    around = [
        (node.end_lineno or node.lineno, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    last, first = min(around, key=lambda lines: lines[0] - lines[1], default=(line, line))
    return first, last


def answer_of(root: Path, answers: Path | None) -> list[Link]:
    """The links of a checkout: as they were kept, else by running the linter."""
    kept = answers / f"{root.name}.json" if answers is not None else None
    if kept is not None and kept.exists():
        text = kept.read_text("utf-8")
    else:
        command = [sys.executable, "-m", "invocation_lint", "links", "--format", "json"]
        text = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(text, encoding="utf-8")
    links: list[Link] = json.loads(text)["links"]
    return links


def measure(rows: Sequence[Row], checkouts: Path, answers: Path | None = None) -> Tally:
    """Runs the linter over the checkouts and judges every row of theirs."""
    tally = Tally()
    by_repository: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["class"] == "direct":
            by_repository[row["repo"]].append(row)
    for repository, its_rows in sorted(by_repository.items()):
        root = checkouts / repository.replace("/", "+")
        if root.is_dir():
            judge(its_rows, answer_of(root, answers), root, tally)
        else:
            tally.notes.append(f"not in the checkouts: {repository}")
    return tally


def table(tally: Tally) -> Iterator[str]:
    yield f"{'resolvable':12}" + "".join(f"{verdict:>8}" for verdict in VERDICTS)
    for word in RESOLVABLE:
        yield f"{word:12}" + "".join(f"{tally.links[word][verdict]:>8}" for verdict in VERDICTS)
    yield ""
    for name, counts in (("fields", tally.fields), ("missing fields", tally.mismatches)):
        yield f"{name}: " + (", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "none")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--answers", type=Path, help="a folder of answers of the linter, by repository")
    parser.add_argument("--details", action="store_true", help="name every row that is not right")
    options = parser.parse_args(arguments)
    with options.labels.open(newline="", encoding="utf-8") as lines:
        tally = measure(list(csv.DictReader(lines)), options.checkouts, options.answers)
    print("\n".join(table(tally)))
    if options.details:
        print("\n".join(["", *tally.notes]))
    return 1 if any(counts["wrong"] for counts in tally.links.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
