"""Loads rules: the shipped ones and those of users. Every mistake in a rule is a UsageError at its place.

`python -m invocation_lint.rulebook.loader PATH...` checks rule files and folders of rules.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from invocation_lint.data.shipped import Shipped, read_shipped
from invocation_lint.documents.nodes import Node, node_of, read_text, read_yaml
from invocation_lint.errors import UsageError
from invocation_lint.facts.kinds import KINDS
from invocation_lint.findings import Severity
from invocation_lint.plain import plain
from invocation_lint.rulebook.book import Rulebook
from invocation_lint.rulebook.language import Scope, Where
from invocation_lint.rulebook.model import Fix, Option, Proof, Reference, Rule, SeverityChoice, Template, When
from invocation_lint.rulebook.requests import fixes_of

KEYS = (
    "id", "name", "summary", "severity", "profile", "fact", "each", "when", "unless", "options", "supersedes",
    "message", "labels", "help", "fix", "also", "why", "source", "proof", "since",
)  # fmt: skip
KEYS_OF_ALSO = ("fact", "each", "when", "unless", "severity", "message", "labels", "help")
REQUIRED_OF_ALSO = ("fact", "when", "message")
REQUIRED_OF_ALL = ("id", "name", "summary", "severity", "fact", "when", "message")
REQUIRED_OF_SHIPPED = ("profile", "help", "why", "source", "proof", "since")
PROFILES = ("default", "strict")
SEVERITIES = tuple(severity.value for severity in Severity)
OPTION_TYPES = ("number", "text", "texts")
SAFETIES = ("safe", "unsafe")
PROOF_WORDS = Path(__file__).parents[1] / "data" / "proof_words.json"
RULE_FILE = "rule.yaml"

_ID = re.compile(r"IN[VX](?!000)[0-9]{3}\Z")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
_SUPERSEDED = re.compile(r"(?:all|IN[VX][0-9]{3}|IN[VX][0-9]xx)\Z")
_SAYS_NOT_KNOWN = re.compile(r"not_known_to_be|not known|unknown|cannot tell", re.IGNORECASE)


def load_rule(path: str, text: str) -> Rule:
    """The rule of one file. UsageError with file, line and column of the first mistake."""
    return rule_of(read_yaml(path, text))


def load_shipped(source: Shipped | None = None) -> Rulebook:
    """The rules that come with the package: compiled ones where they are, else the folders beside it."""
    return _shipped() if source is None else _book_of(source)


@functools.cache
def _shipped() -> Rulebook:
    return _book_of(read_shipped())


def _book_of(source: Shipped) -> Rulebook:
    rules: list[Rule] = []
    texts: dict[str, str] = {}
    for shipped in source.rules:
        if shipped.data is not None:
            rule = rule_of(node_of(shipped.data, shipped.path), checked=True)
        else:
            rule = load_rule(shipped.path, shipped.text)
            folder = Path(shipped.path).parent.name
            if not rule.id.startswith("INV"):
                raise UsageError(f"{shipped.path}: shipped rules have ids INV001 to INV999, not {rule.id}")
            if folder != f"{rule.id}-{rule.name}":
                raise UsageError(f'{shipped.path}: the folder must be named "{rule.id}-{rule.name}"')
        rules.append(rule)
        texts[rule.id] = shipped.readme
    if all(shipped.data is not None for shipped in source.rules):
        return Rulebook(tuple(rules), texts)  # the order of the folders; a test checks those together
    return Rulebook.of(rules, texts)


def load_user_rules(paths: Sequence[Path]) -> Rulebook:
    """The rules of files and folders that a user names; a folder's are its `*.yaml` and every `rule.yaml` below it."""
    rules: list[Rule] = []
    texts: dict[str, str] = {}
    for file in _rule_files(paths):
        node = read_yaml(str(file), read_text(file))
        rule = rule_of(node)
        if not rule.id.startswith("INX"):
            raise node.mapping()["id"].error(f"the ids of your own rules are INX001 to INX999, not {rule.id}")
        rules.append(rule)
        readme = file.with_name("README.md")
        if file.name == RULE_FILE and readme.is_file():
            texts[rule.id] = read_text(readme)
    return Rulebook.of(rules, texts, complete=False)


def _rule_files(paths: Sequence[Path]) -> list[Path]:
    files: dict[Path, Path] = {}
    for path in paths:
        if not path.is_dir():
            found: Iterable[Path] = [path]
        else:
            found = sorted({*path.rglob(RULE_FILE), *path.glob("*.yaml"), *path.glob("*.yml")})
            if not found:
                raise UsageError(f"{path}: no rules here", f"a rule is a *.yaml file, or a {RULE_FILE} further down")
        for file in found:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def rule_of(node: Node, checked: bool = False) -> Rule:
    """The rule of a document. `checked` leaves out the look-ups of names, for documents that passed them before."""
    entries = node.mapping(KEYS, REQUIRED_OF_ALL)
    id_ = entries["id"].text()
    if not _ID.match(id_):
        raise entries["id"].error(f'"{id_}" is not an id: INV or INX and three digits, from 001')
    if id_.startswith("INV"):
        node.mapping(required=REQUIRED_OF_SHIPPED)
    scope = _scope(entries, _options(entries.get("options")), checked)
    when, unless = _when(entries, scope)
    severity = _severity(entries["severity"], scope)
    why = entries["why"].text().strip() if "why" in entries else ""
    _check_closed_world(scope, why)
    rule = Rule(
        id=id_,
        name=_matching(entries["name"], _NAME, "a name is words of small letters and digits with - between them"),
        summary=_one_line(entries["summary"]),
        severity=severity,
        profile=entries["profile"].text(PROFILES, "profile") if "profile" in entries else "default",
        fact=scope.fact,
        when=when,
        message=scope.template(_one_line(entries["message"]), entries["message"]),
        each=scope.each,
        unless=unless,
        options=tuple(scope.options.values()),
        supersedes=_supersedes(entries.get("supersedes"), id_),
        labels=_labels(entries.get("labels"), scope),
        help=_help(entries.get("help"), scope),
        fix=_fix(entries.get("fix"), () if checked else fixes_of(scope.fact)),
        why=why,
        source=_source(entries.get("source")),
        proof=_proof(entries.get("proof"), severity, () if checked else proof_words()),
        since=entries["since"].text() if "since" in entries else "",
        path=node.path,
    )
    others = entries["also"].items() if "also" in entries else []
    return replace(rule, also=tuple(_also(one, rule, scope.options, checked) for one in others)) if others else rule


def _also(node: Node, rule: Rule, options: Mapping[str, Option], checked: bool) -> Rule:
    """The rule as an entry of `also` has it: for another fact, with what is said of that."""
    entries = node.mapping(KEYS_OF_ALSO, REQUIRED_OF_ALSO)
    scope = _scope(entries, options, checked)
    if scope.fact == rule.fact:
        raise entries["fact"].error(f'"{scope.fact}" is the fact of the rule itself; say it in `when`')
    when, unless = _when(entries, scope)
    _check_closed_world(scope, rule.why)
    severity = _severity(entries["severity"], scope) if "severity" in entries else rule.severity
    if severity.when is not None and severity is rule.severity:
        raise node.error("the severity of the rule depends on its own fact", "say `severity` here, too")
    if severity.worst.rank > rule.severity.worst.rank:
        raise entries["severity"].error(f"no worse than the rule itself: {rule.severity.worst.value}")
    help_ = _help(entries["help"], scope) if "help" in entries else rule.help
    if help_ is rule.help and any(isinstance(part, Reference) for line in help_ for part in line):
        raise node.error("the help of the rule names fields of its own fact", "say `help` here, too")
    return replace(
        rule,
        fact=scope.fact,
        each=scope.each,
        when=when,
        unless=unless,
        severity=severity,
        message=scope.template(_one_line(entries["message"]), entries["message"]),
        labels=_labels(entries.get("labels"), scope),
        help=help_,
        fix=None,
    )


def _scope(entries: Mapping[str, Node], options: Mapping[str, Option], checked: bool) -> Scope:
    """The names that conditions on a fact may use."""
    scope = Scope(entries["fact"].text(tuple(KINDS), "fact"), checked=checked)
    scope.options = options
    scope.each = _each(entries.get("each"), scope)
    return scope


def _when(entries: Mapping[str, Node], scope: Scope) -> tuple[When, When | None]:
    when = scope.when(entries["when"], may_be_empty="each" in entries)
    return when, scope.when(entries["unless"], Where(negative=True)) if "unless" in entries else None


def _check_closed_world(scope: Scope, why: str) -> None:
    if scope.closed_world and not _SAYS_NOT_KNOWN.search(why):
        raise scope.closed_world[0].error(
            "not_known_to_be makes the rule fire on what is not known, which `why` must justify in a line",
            'add a line to `why` that says why firing is right where the value is "not known"',
        )


def _matching(node: Node, pattern: re.Pattern[str], rule: str) -> str:
    text = node.text()
    if not pattern.match(text):
        raise node.error(f'"{text}": {rule}')
    return text


def _one_line(node: Node) -> str:
    text = node.text().strip()
    if "\n" in text:
        raise node.error("expected one line", "fold it with >- or put it in quotes")
    return text


def _options(node: Node | None) -> Mapping[str, Option]:
    options: dict[str, Option] = {}
    for name, entry in (node.mapping() if node else {}).items():
        if node and not _WORD.match(name):
            raise node.key_error(name, f'"{name}": the name of an option is small letters, digits and _')
        parts = entry.mapping(("type", "default", "help"), ("type", "default", "help"))
        type_ = parts["type"].text(OPTION_TYPES, "type")
        default = option_value(parts["default"], type_)
        options[name] = Option(name, type_, default, parts["help"].text().strip())
    return options


def option_value(node: Node, type_: str) -> Any:
    """The value of an option, from a rule or from a user's configuration: a number, a text, or a tuple of texts."""
    if type_ == "number":
        return node.number()
    return node.text() if type_ == "text" else node.texts()


def _each(node: Node | None, scope: Scope) -> Reference | None:
    if node is None:
        return None
    reference, info = scope.reference(node.text(), node, Where())
    if info.type != "list" and not scope.checked:
        lists = [path for path, known in scope.paths.items() if known.type == "list"]
        raise node.error(f'`each` needs a list, "{info.path}" is a {info.type} (lists: {", ".join(lists)})')
    return reference


def _severity(node: Node, scope: Scope) -> SeverityChoice:
    if isinstance(node.value, str):
        return SeverityChoice(Severity(node.text(SEVERITIES, "severity")))
    entries = node.mapping((*SEVERITIES, "otherwise"), ("otherwise",))
    levels = [key for key in entries if key != "otherwise"]
    if len(levels) != 1:
        raise node.error(f"one level may depend on the fact, found {len(levels)}", "{error: when, otherwise: warning}")
    otherwise = Severity(entries["otherwise"].text(SEVERITIES, "severity"))
    special = Severity(levels[0])
    if special == otherwise:
        raise entries["otherwise"].error(f'"{otherwise.value}" both times: write severity: {otherwise.value}')
    return SeverityChoice(otherwise, special, scope.when(entries[levels[0]]))


def _supersedes(node: Node | None, own: str) -> tuple[str, ...]:
    patterns: list[str] = []
    for entry in node.items() if node else []:
        pattern = _matching(entry, _SUPERSEDED, "supersedes takes ids (INV302), families (INV2xx) and all")
        if pattern == own:
            raise entry.error("a rule cannot supersede itself")
        patterns.append(pattern)
    return tuple(patterns)


def _labels(node: Node | None, scope: Scope) -> tuple[tuple[Reference, Template], ...]:
    labels = []
    for path, entry in (node.mapping() if node else {}).items():
        assert node is not None
        reference, _ = scope.reference(path, node, Where(), path)
        labels.append((reference, scope.template(_one_line(entry), entry)))
    return tuple(labels)


def _help(node: Node | None, scope: Scope) -> tuple[Template, ...]:
    if node is None:
        return ()
    return tuple(scope.template(line.strip(), node) for line in node.text().strip().splitlines() if line.strip())


def _fix(node: Node | None, names: tuple[str, ...]) -> Fix | None:
    """The fix that a rule asks for; `names` are those there are, none where they were looked up before."""
    if node is None:
        return None
    entries = node.mapping(("name", "safety"), ("name", "safety"))
    return Fix(entries["name"].text(names, "fix"), entries["safety"].text(SAFETIES, "safety"))


def _source(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return node.texts() if isinstance(node.value, list) else (node.text().strip(),)


@functools.cache
def proof_words() -> tuple[str, ...]:
    """What the reference runtime can observe."""
    return tuple(json.loads(PROOF_WORDS.read_bytes()))


def _proof(node: Node | None, severity: SeverityChoice, words: tuple[str, ...]) -> Proof | None:
    if node is None:
        return None
    if node.value == "none":
        raise node.error("`proof: none` needs a reason", "write proof: {none: the reason}")
    entries = node.mapping(("bad", "good", "none"))
    if "none" in entries:
        if severity.worst is not Severity.ADVICE:
            raise node.error("only advice needs no proof; this rule can report more than advice")
        node.mapping(("none",))
        return Proof(none_because=_one_line(entries["none"]))
    node.mapping(required=("bad", "good"))
    observe = entries["bad"].mapping(("observe",), ("observe",))["observe"]
    absent = entries["good"].mapping(("absent",), ("absent",))["absent"]
    return Proof(observe.text(words, "observation"), absent.text(words, "observation"))


def _complain(error: UsageError) -> None:
    print(plain(error.message) + (f"\n  help: {plain(error.help)}" if error.help else ""), file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Checks the rules of files and folders; prints what is wrong, or how many are right. Returns the exit code."""
    if not arguments:
        print("usage: python -m invocation_lint.rulebook.loader PATH...", file=sys.stderr)
        return 2
    failed = False
    rules: list[Rule] = []
    try:
        files = _rule_files([Path(argument) for argument in arguments])
    except UsageError as error:
        _complain(error)
        return 2
    for file in files:
        try:
            rules.append(load_rule(str(file), read_text(file)))
        except UsageError as error:
            failed = True
            _complain(error)
    try:
        Rulebook.of(rules, {}, complete=False)
    except UsageError as error:
        failed = True
        _complain(error)
    if failed:
        return 2
    print(f"{len(rules)} {'rule is' if len(rules) == 1 else 'rules are'} valid")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
