"""What the analysis knows of labelled call sites of public repositories, and where it is wrong.

    python tests/ecosystem/measure.py CHECKOUTS... [--labels FILE]... [--details] [--out NEW.json] [--compare OLD.json]

CHECKOUTS are folders that hold one folder `owner+name` a repository, at the commits of repositories.csv. For each
question the rows are counted as known (the right answer), wrong, or open (no answer); rows whose answer nobody could
see in the code are left out of all three. For each rule: right (the label asks for it), acceptable (the label leaves
it open), wrong (it fires on a labelled site that asks for nothing of the kind) and missed.

With `--compare`, a change that lowers `wrong` by raising `open`, or lowers `known`, ends with status 1.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invocation_lint.errors import UnreadableFile
from invocation_lint.facts import facts_of
from invocation_lint.facts.base import Fact, OneOf, Unknown
from invocation_lint.facts.invocation import Invocation, Key
from invocation_lint.findings import Finding, Place
from invocation_lint.programs import Programs
from invocation_lint.project import Project
from invocation_lint.rulebook.findings import findings_of
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

HERE = Path(__file__).parent
QUESTIONS = ("lambda", "mode", "function kind", "keys", "encoding", "errors seen", "FunctionError")
SEEN = frozenset({"local", "caller", "decorator", "swallowed"})  # values of `handled`: some handler takes the error
HIDDEN_KINDS = frozenset({"parameter", "attribute", "lookup"})  # function names that the code around does not show
HIDDEN_SHAPES = ("helper-param", "passthrough", "dumps-var", "list-slice", "property")  # made where nobody looks
PLACED_FREELY = frozenset({"INV110", "INV212", "INV304", "INV308", "INV309"})  # labelled at the invocation
Row = dict[str, str]


@dataclass
class Reading:
    """What the analysis says of one file: its invocations, its certain findings, and the statement on each line."""

    facts: Sequence[Fact] = ()
    findings: Sequence[Finding] = ()
    statements: dict[int, tuple[int, int]] = field(default_factory=dict)
    rules: Sequence[str] = ()
    error: str = ""

    def statement(self, line: int) -> tuple[int, int]:
        return self.statements.get(line, (line, line))


@dataclass
class Tally:
    """The verdicts of a run: `answers[question][site]` and, by rule, the sites of each outcome."""

    answers: dict[str, dict[str, str]] = field(default_factory=lambda: {question: {} for question in QUESTIONS})
    rules: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)  # findings in labelled files at sites that have no label
    unread: dict[str, str] = field(default_factory=dict)

    def rule(self, id: str) -> dict[str, list[str]]:
        return self.rules.setdefault(id, {outcome: [] for outcome in ("right", "acceptable", "wrong", "missed")})


# --- the questions ----------------------------------------------------------------------------------------------------


def judge(row: Row, reading: Reading) -> dict[str, str]:
    """`question: verdict` for one row; a verdict is known, wrong or open, and for wrong what was said instead."""
    facts = facts_at(int(row["line"]), reading)
    if row["kind"] == "decoy":
        return {"lambda": f"wrong: taken for {facts[0].data.api}" if facts else "known"}
    if row["kind"] != "invoke":
        return {}
    if not facts:
        return dict.fromkeys(QUESTIONS, "open") if reading.error else {"lambda": "wrong: not seen"}
    own = [fact for fact in facts if not fact.chain]
    first: Invocation = (own or facts)[0].data
    every = [fact.data for fact in facts]
    answers = {
        "lambda": "known",
        "mode": judge_mode(row["mode"], first, every),
        "function kind": judge_function(row["function_kind"], first),
        "keys": judge_keys(row["keys"], first),
        "encoding": judge_encoding(row, first),
        "errors seen": judge_errors(row["handled"], every),
        "FunctionError": judge_function_error(row["function_error_checked"], every),
    }
    return {question: verdict for question, verdict in answers.items() if verdict}


def facts_at(line: int, reading: Reading) -> list[Fact]:
    """The invocations whose call stands on a line: of the innermost call only, its frames in order of their chains."""
    around = [f for f in reading.facts if f.kind == "invocation" and f.site.line <= line <= f.site.end_line]
    if not around:
        return []
    tightest = min(around, key=lambda f: (f.site.end_line - f.site.line, -f.site.line, -f.site.column)).site
    return sorted((f for f in around if f.site == tightest), key=lambda f: len(f.chain))


def judge_mode(truth: str, first: Invocation, every: Sequence[Invocation]) -> str:
    said = first.invocation_type
    if truth == "unknown":  # a parameter, or decided elsewhere: not to be answered for the frame alone
        return f"wrong: {said}" if isinstance(said, str) else ""
    if isinstance(said, str):
        return "known" if said == truth else f"wrong: {said}"
    lifted = {fact.invocation_type for fact in every if isinstance(fact.invocation_type, str)}
    return "known" if lifted == {truth} else "open"


def judge_function(truth: str, first: Invocation) -> str:
    if not truth:
        return ""
    said = kind_of_function(first)
    if truth in HIDDEN_KINDS:
        return f"wrong: {said}" if said in {"literal", "environment"} else ""
    if said == truth:
        return "known"
    return "open" if said in {"open", "computed"} else f"wrong: {said}"


def kind_of_function(fact: Invocation) -> str:
    function = fact.function
    if function.self == "yes":
        return "self"
    if isinstance(function.environment_variable, str):
        return "environment"
    if isinstance(function.name, str):
        return "literal"
    pieces = function.pattern.strip("*") if isinstance(function.pattern, str) else ""
    return "computed" if pieces else "open"


def judge_keys(truth: str, first: Invocation) -> str:
    """All of the labelled keys with their presence; an open payload may lack some, a closed one holds just those."""
    if not truth:
        return ""
    expected = {name.rstrip("?"): "maybe" if name.endswith("?") else "yes" for name in truth.split()}
    payload = first.payload
    if payload is None:
        return "wrong: no payload"
    if payload.keys is None or isinstance(payload.keys, Unknown):
        return "open"
    said = {key.name: presence_of(key) for key in payload.keys}
    closed = payload.open == "no"
    contradictions = [f"{name} {said[name]}" for name in said if said[name] == "yes" and expected.get(name) != "yes"]
    contradictions += [f"{name} no" for name in expected if said.get(name, "no" if closed else "open") == "no"]
    if contradictions:
        return "wrong: " + ", ".join(sorted(contradictions))
    right = all(said.get(name) == presence for name, presence in expected.items())
    return "known" if right and all(name in expected or said[name] == "no" for name in said) else "open"


def presence_of(key: Key) -> str:
    return key.presence if isinstance(key.presence, str) else "maybe"


def judge_encoding(row: Row, first: Invocation) -> str:
    if row["payload_shape"] == "none":
        return "known" if first.payload is None else "wrong: a payload"
    if first.payload is None:
        return "wrong: no payload"
    layers = first.payload.layers
    if row["payload_encoding"] == "single":
        if layers == 1:
            return "known"
        if layers is None or isinstance(layers, Unknown | OneOf):
            return "" if row["payload_shape"].startswith(HIDDEN_SHAPES) else "open"
        return f"wrong: {layers} layers"
    return f"wrong: {layers} layers" if isinstance(layers, int) and layers > 1 else ""


def judge_errors(truth: str, every: Sequence[Invocation]) -> str:
    """Whether some handler, here or in a caller, takes an error that the service answers."""
    fates = [fact.service_error for fact in every]
    words = {fate.seen_by_handler for fate in fates if isinstance(fate.seen_by_handler, str)}
    if truth in SEEN:
        if "yes" in words or (truth in {"local", "decorator"} and "partly" in words):
            return "known"
        final = [f for f in fates if f.seen_by_handler == "no" and f.frame in {"entry", "module"} and not f.boundary]
        return "wrong: seen by nobody" if final and len(final) == len(fates) else "open"
    if truth == "none":
        if "yes" in words:
            return "wrong: seen by a handler"
        return "known" if "no" in words else "open"
    return ""


def judge_function_error(truth: str, every: Sequence[Invocation]) -> str:
    said = {fact.response.function_error for fact in every if isinstance(fact.response.function_error, str)}
    if truth == "yes":
        return "known" if "checked" in said else "wrong: unchecked" if said == {"unchecked"} else "open"
    if truth == "no":
        return "wrong: checked" if "checked" in said else "known" if "unchecked" in said else "open"
    if truth == "helper":
        return "known" if said else "open"
    return ""


# --- the rules --------------------------------------------------------------------------------------------------------


def count_rules(rows: Sequence[Row], reading: Reading, path: str, tally: Tally, known_rules: Iterable[str]) -> None:
    """Adds the findings of one file to the tally, and the labelled rules that did not fire."""
    statements = {site_of(row): reading.statement(int(row["line"])) for row in rows}
    fired: dict[str, set[str]] = defaultdict(set)
    noted: dict[str, set[str]] = defaultdict(set)  # what another finding on the site supersedes
    for finding in reading.findings:
        sites = [site for site, lines in statements.items() if touches(finding, path, lines)]
        if not sites and finding.place.path == path:
            tally.elsewhere.append(f"{path}:{finding.place.line} {finding.id} {finding.message}")
        for site in sites:
            fired[site].add(finding.id)
            noted[site] |= {note.split(maxsplit=1)[0] for note in finding.notes}
    for row in rows:
        site = site_of(row)
        asked, free = set(row["rules"].split()), set(row["unsure"].split())
        for id in sorted(fired[site]):
            outcome = "right" if id in asked else "acceptable" if id in free else "wrong"
            tally.rule(id)[outcome].append(site)
        for id in sorted((asked - fired[site]) & set(known_rules)):
            tally.rule(id)["acceptable" if id in noted[site] else "missed"].append(site)


def touches(finding: Finding, path: str, lines: tuple[int, int]) -> bool:
    """Whether a finding is about the statement on those lines."""
    places: list[Place] = [finding.place]
    if finding.id in PLACED_FREELY or finding.chain:
        places += [label.place for label in (*finding.labels, *finding.chain)]
    return any(place.path == path and place.line <= lines[1] and lines[0] <= place.end_line for place in places)


# --- the run ----------------------------------------------------------------------------------------------------------


def site_of(row: Row) -> str:
    return f"{row['repo']} {row['path']}:{row['line']}"


def read_labels(files: Iterable[Path]) -> list[Row]:
    rows: list[Row] = []
    for file in files:
        with file.open(newline="", encoding="utf-8") as lines:
            rows += csv.DictReader(lines)
    return rows


def measure(rows: Sequence[Row], checkouts: Sequence[Path]) -> Tally:
    """Runs the linter over the labelled files of the checkouts and judges every row that it finds there."""
    tally = Tally()
    programs: dict[Path, Programs] = {}
    project = Project(Configuration(isolated=True))
    by_file: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_file[row["repo"], row["path"]].append(row)
    for (repo, path), file_rows in sorted(by_file.items()):
        root = next(
            (c / repo.replace("/", "+") for c in checkouts if (c / repo.replace("/", "+") / path).exists()), None
        )
        if root is None:
            tally.unread[f"{repo} {path}"] = "not in the checkouts"
            continue
        name = str(root / path)
        if root not in programs:
            programs = {}  # the rows of a repository stand together: what was learned of the last one is not needed
            programs[root] = Programs(lambda one: project.analysis_options(project.settings(one), one), root)
        reading = read_file(name, project, programs[root])
        if reading.error:
            tally.unread[f"{repo} {path}"] = reading.error
        for row in file_rows:
            for question, verdict in judge(row, reading).items():
                tally.answers[question][site_of(row)] = verdict
        count_rules(file_rows, reading, name, tally, reading.rules)
    return tally


def read_file(name: str, project: Project, programs: Programs | None = None) -> Reading:
    """What the linter says of one file, with what the other modules of its repository say."""
    path = Path(name)
    settings = project.settings(path)
    chosen = project.rules(settings)
    rules = [rule.id for rule in chosen.rules]
    try:
        source = parse(Path(name).read_bytes(), name)
    except UnreadableFile as error:
        return Reading(rules=rules, error=error.message)
    try:
        if programs is not None:
            programs.note([(name, path, None)])
        program = programs.program(path) if programs is not None else None
        options = project.analysis_options(settings, path)
        told = facts_of(source, project.contracts(settings), options, program, path)
        found = findings_of(chosen.rules, told.facts, chosen.options, possible=False)
        found = [
            finding for finding in found if name in {finding.place.path, *(step.place.path for step in finding.chain)}
        ]
    except Exception as error:  # the rows of this file are open; the others are still judged
        return Reading(rules=rules, error=f"the analysis broke off: {type(error).__name__}: {error}")
    lines = range(1, source.line_count + 1)
    return Reading(told.facts, found, {line: source.statement_lines(line) for line in lines}, rules)


def table(tally: Tally) -> Iterator[str]:
    yield f"{'question':16}{'known':>7}{'wrong':>7}{'open':>7}{'known of all':>14}"
    for question in QUESTIONS:
        counts = Counter(verdict.partition(":")[0] for verdict in tally.answers[question].values())
        share = f"{100 * counts['known'] / counts.total():.1f} %" if counts else "-"
        yield f"{question:16}{counts['known']:>7}{counts['wrong']:>7}{counts['open']:>7}{share:>14}"
    yield ""
    yield f"{'rule':8}{'right':>7}{'acceptable':>12}{'wrong':>7}{'missed':>8}"
    for id, outcomes in sorted(tally.rules.items()):
        right, free, wrong, missed = (len(outcomes[o]) for o in ("right", "acceptable", "wrong", "missed"))
        yield f"{id:8}{right:>7}{free:>12}{wrong:>7}{missed:>8}"


def details(tally: Tally) -> Iterator[str]:
    for question, answers in tally.answers.items():
        for site, verdict in sorted(answers.items(), key=lambda item: (item[1], item[0])):
            if verdict != "known":
                yield f"{question}: {verdict}: {site}"
    for id, outcomes in sorted(tally.rules.items()):
        for outcome in ("wrong", "missed", "acceptable"):
            yield from (f"{id} {outcome}: {site}" for site in outcomes[outcome])
    yield from (f"no label: {finding}" for finding in tally.elsewhere)
    yield from (f"not read: {file}: {why}" for file, why in tally.unread.items())


def regressions(old: dict[str, Any], new: Tally) -> Iterator[str]:
    """What became worse: less known, or wrong answers that were only turned into none."""
    for question in QUESTIONS:
        before: dict[str, str] = old["answers"].get(question, {})
        after = new.answers[question]
        lost = [site for site in before if before[site] == "known" and after.get(site, "known") != "known"]
        given_up = [site for site in before if before[site].startswith("wrong") and after.get(site) == "open"]
        yield from (f"{question}: was known, is {after[site]}: {site}" for site in lost)
        yield from (f"{question}: was wrong, is only open now: {site}" for site in given_up)
    for id, outcomes in old["rules"].items():
        after_right = set(new.rule(id)["right"])
        yield from (f"{id}: was right, is missed: {site}" for site in outcomes["right"] if site not in after_right)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument(
        "--labels", action="append", type=Path, help="labels to judge by; all of this folder's if left out"
    )
    parser.add_argument("--details", action="store_true", help="name every site that is wrong, open or missed")
    parser.add_argument("--out", type=Path, help="write the verdicts as JSON")
    parser.add_argument("--compare", type=Path, help="verdicts of an earlier run")
    options = parser.parse_args(arguments)
    tally = measure(read_labels(options.labels or sorted(HERE.glob("labels*.csv"))), options.checkouts)
    print("\n".join(table(tally)))
    if options.details:
        print("\n".join(["", *details(tally)]))
    if options.out:
        kept = {"answers": tally.answers, "rules": tally.rules}
        options.out.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    worse = list(regressions(json.loads(options.compare.read_text("utf-8")), tally)) if options.compare else []
    print("".join(f"worse: {line}\n" for line in worse), end="")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
