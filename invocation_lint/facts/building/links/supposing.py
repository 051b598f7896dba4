"""Functions and handlers that may be meant where nothing tells it surely: by the words of names, by what scripts and
settings say, and by what a role may invoke. What is supposed is never certain: `links` shows it, and no rule rests on
it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, EnumMember, EnvVar, Text, Value
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.project import Program
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Attribute, Hole, Import, Key, pieces_of
from invocation_lint.deployment.values import Text as Told
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.links.candidates import MAX_SUPPOSED, Candidates
from invocation_lint.facts.building.links.coding import Coding
from invocation_lint.facts.building.links.fitting import Sent, is_all_sent, may_need, read_of, reads_it
from invocation_lint.facts.building.links.granting import may_invoke
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.facts.building.links.saying import Said, said_of
from invocation_lint.facts.building.links.scripts import Scripts
from invocation_lint.facts.building.links.sent import fields_sent
from invocation_lint.facts.building.links.tabled import Tables
from invocation_lint.facts.building.links.targets import Targets
from invocation_lint.facts.building.links.words import words_of
from invocation_lint.facts.building.searching import contents_of

_HOLE = rb"\$\{[\w:.-]{1,80}\}|\$\w{1,80}"
_VALUE = rb"((?:[A-Za-z]|" + _HOLE + rb")(?:[\w:/-]|" + _HOLE + rb"){2,200})"
_QUOTED = rb"[\"']" + _VALUE + rb"[\"']"
_PLAIN = rb"[\"']?" + _VALUE + rb"(?=[\"'\s,;)}\]\\]|\Z)"
"""What a variable is set to, in code and in other files: a name or an ARN, parts of which may be open."""

_CODE = (".py", ".ts", ".js", ".tsx", ".tf", ".md")
"""How the names of files end in which a word without quotes is a name of the language."""

_OUTPUTS = re.compile(rb"\bOutputs?\b|\boutputs?\b|\blist_exports\b")
_QUOTED_NAME = re.compile(rb"[\"']([A-Za-z]\w{3,})[\"']")
"""What code says that looks up the outputs of a stack, and their names in it."""

_OPEN = re.compile(_HOLE.decode())
_LETTERS = re.compile(r"[A-Za-z]{3}")

_SET_AS = rb"[\"']?[\s\S]{0,120}?(?:--value|\b[Vv]alue[\"']?\s*[:=])[\s=]*[\"']?" + _VALUE
"""What a parameter of Systems Manager is set to, in a script or in code, behind its name."""


MAX_TABLED = 24
"""Functions that a table in the code may mean: of more, nothing is said."""


class Supposing:
    """What may be meant in a program."""

    def __init__(self, links: Links, program: Program) -> None:
        self._links = links
        self._files = program.modules.files
        self._program = program
        self._tables = Tables(program)
        self._candidates = Candidates(links.code, program)
        self._coding = Coding(links.code, self._candidates)
        self._values: dict[str, tuple[tuple[str, str], ...]] = {}
        self._scripts: Scripts | None = None

    # -- functions ---------------------------------------------------------------------------------------------------

    def targets(
        self,
        targets: Targets,
        name: Value | None,
        module: str,
        within: FunctionInfo | None,
        visit: Visit | None = None,
        *,
        is_alone: bool = False,
    ) -> Targets:
        """What a FunctionName of a module means, with the functions that it may mean where none is known. `visit` is
        the call, whose code may say more than the value; `is_alone` tells that none of its callers is asked for."""
        if targets.named_by == "self" or name is None:
            return targets
        if targets.functions and (targets.certain or targets.sure):
            return targets
        if targets.functions:
            return self._narrowed(targets, module, visit) or self._filled(targets, name, module, within)
        told = list(said_of(self._program, self._tables, visit, is_alone=is_alone)) if visit is not None else []
        each = self._each(name, module, within, visit, told)
        own = {one.key for one in self._links.code.running(module, within)}
        if visit is not None and len(visit.site) > 1 and targets.named_by == "other":  # what a caller says of its own
            each = self._of_code(name, module, own, visit, told)
        for functions, reason in chain(self._tabled(told, module, own), each):
            if functions:
                why = f"{targets.reason}; {reason}" if targets.reason else reason
                return replace(targets, functions=tuple(functions), certain=False, sure=False, reason=why)
        return targets

    def _narrowed(self, targets: Targets, module: str, visit: Visit | None) -> Targets | None:
        """Of several functions that a name may mean those that a table in the code has; None where it has none, or all
        of them."""
        if visit is None or len(targets.functions) == 1:
            return None
        told = list(said_of(self._program, self._tables, visit))
        tabled = {one.key for functions, _ in self._tabled(told, module, set()) for one in functions}
        kept = tuple(one for one in targets.functions if one.key in tabled)
        if not kept or len(kept) == len(targets.functions):
            return None
        return replace(targets, functions=kept, reason=f"{targets.reason}; a table that the code has names these")

    def _filled(self, targets: Targets, name: Value, module: str, within: FunctionInfo | None) -> Targets:
        """The functions of which some are known, with those that the other names suggest."""
        running = self._links.code.running(module, within)
        own = {one.key for one in running} | {one.key for one in targets.functions}
        found = {one.key: one for one in targets.functions}
        reason = ""
        for atom in name.atoms if len(name.atoms) > 1 else ():
            if not self._links.targets(Value((atom,)), module, within).functions:
                told, why = self._told(atom, module, own)
                found.update((one.key, one) for one in told)
                reason = reason or why or ("some are suggested by their names" if told else "")
        if len(found) == len(targets.functions) or len(found) > MAX_SUPPOSED:
            return targets
        return replace(targets, functions=tuple(found.values()), reason=f"{targets.reason}; {reason}")

    def _each(
        self, name: Value, module: str, within: FunctionInfo | None, visit: Visit | None, said: list[Said]
    ) -> Iterator[tuple[list[Function], str]]:
        running = self._links.code.running(module, within)
        own = {one.key for one in running}
        found: dict[Key, Function] = {}
        reason = ""
        for atom in name.atoms:
            told, why = self._told(atom, module, own)
            found.update((one.key, one) for one in told)
            reason = reason or why
        yield _few(found), reason or "suggested by its name"
        yield _few(self._given_back(module, own)), "suggested by an output of a template that the code names"
        yield _few(self._listed(running, module, own)), "suggested by a variable that lists functions"
        if visit is not None:
            yield from self._of_code(name, module, own, visit, said)
        allowed = (one for caller in running for one in may_invoke(caller, self._links.code.deployed))
        yield _few({one.key: one for one in allowed if one.key not in own}), "suggested by what its role may invoke"

    def _tabled(self, said: list[Said], module: str, own: set[Key]) -> Iterator[tuple[list[Function], str]]:
        """All that a table in the code has."""
        told = [one for one in said if one.is_tabled]
        found = {function.key: function for one in told for function in self._said(one, module, own)[0]}
        if len(found) <= MAX_TABLED:
            yield list(found.values()), "suggested by a table that the code has"

    def _of_code(
        self, name: Value, module: str, own: set[Key], visit: Visit, said: list[Said]
    ) -> Iterator[tuple[list[Function], str]]:
        """What the expressions say that make a name, and scripts of what they say."""
        told = [one for one in said if not one.is_tabled]
        is_open = any(
            isinstance(piece, Value) and not piece.of(Const) for atom in name.of(Text) for piece in atom.pieces
        )
        for one in told:
            found, why = self._set_for(one, module, own) if is_open else ([], "")
            if found and not one.is_text:
                every = self._beside(found, own)
                yield every, f"{why}, and others lie beside it" if len(every) > len(found) else why
            if not one.is_example:
                yield self._said(one, module, own)
        examples = [self._said(one, module, own) for one in told if one.is_example]
        yield _few({one.key: one for found, _ in examples for one in found}), "suggested by the help of an option"
        texts = [one.value for one in name.of(Const) if isinstance(one.value, str)]
        texts += [value for atom in name.of(EnvVar) for value, _ in self._set_to(atom.name, module)]
        texts += [one.text for one in told if one.is_text and not one.text.isidentifier()]  # those are keys of dicts
        for text in dict.fromkeys(texts):
            yield self._named_with(_own_name(text), module, own)
        payload = arguments.find(visit, "Payload")
        if payload is not None:
            yield self._reading(payload.value, visit, module, own), "suggested by the fields that are sent"

    def _told(self, atom: Any, module: str, own: set[Key]) -> tuple[list[Function], str]:
        """The functions that a name suggests: by what a file has for the variable, else by the words of the name."""
        for value, path in self._set_to(atom.name, module) if isinstance(atom, EnvVar) else ():
            found = self._by_value(value, own)
            if found:
                return found, f"{self._files.path_below_root(path)} has {value} for {atom.name}"
        is_literal = isinstance(atom, Const)
        told = [one for word in _told_by(atom) for one in self._candidates.alike(word, own, literally=is_literal)]
        return told or (self._set_openly(atom.name, module, own) if isinstance(atom, EnvVar) else []), ""

    def _by_value(self, value: str, own: set[Key], least: int = 1) -> list[Function]:
        called = [one.function for one in self._links.code.deployed.functions_called(value)]
        return called or self._candidates.alike(_own_name(_OPEN.sub("-", value)), own, least)

    def _set_openly(self, variable: str, module: str, own: set[Key]) -> list[Function]:
        """The functions that a variable suggests by what a template refers to for it, which is not in sight."""
        every = self._links.code.running(module) or self._links.code.deployed.all(Function)
        values = (one.environment.get(variable) for one in every)
        pieces = (
            piece for one in values if one is not None for content in one.contents for piece in pieces_of(content) or ()
        )
        words = dict.fromkeys(word for piece in pieces for word in _referred_to(piece))
        found = {one.key: one for word in words for one in self._candidates.alike(word, own)}
        return _few(found)

    def _said(self, said: Said, module: str, own: set[Key]) -> tuple[list[Function], str]:
        """The functions that a text or a word of the code suggests."""
        if said.is_text and _LETTERS.search(said.text) is not None:
            called = {one.function.key: one.function for one in self._links.code.deployed.functions_called(said.text)}
            if called:
                return _few(called), f"suggested by {said.text}, which the code has"
        found, why = self._set_for(said, module, own)
        if found:
            return found, why
        return self._candidates.alike(said.text, own), f"suggested by {said.text}, which the code has"

    def _set_for(self, said: Said, module: str, own: set[Key]) -> tuple[list[Function], str]:
        """The functions that files suggest by what they have for a word of the code."""
        every: dict[Key, Function] = {}
        why = ""
        if (said.text.isidentifier() and words_of(said.text)) or "/" in said.text:
            for value, path in self._set_to(said.text, module):
                if found := self._by_value(value, own, least=2):
                    every.update((one.key, one) for one in found)
                    why = why or f"{self._files.path_below_root(path)} has {value} for {said.text}"
        return _few(every), why

    def _beside(self, found: list[Function], own: set[Key]) -> list[Function]:
        """A function of which files give the name as an example, with those whose handlers lie beside its own: in the
        folders beside that of its file, in files of the same name."""
        entry = self._links.code.entry_of(found[0]) if len(found) == 1 else None
        folder, _, file = entry.module.rpartition("/") if entry is not None else ("", "", "")
        beside = {one.module for one in self._candidates.handlers if folder and _is_beside(one.module, folder, file)}
        every = {one.key: one for key in sorted(beside) for one in self._candidates.functions_in(key)}
        others = {key: one for key, one in every.items() if key not in own}
        return list(others.values()) if found[0].key in others and len(others) <= MAX_SUPPOSED else found

    def _named_with(self, name: str, module: str, own: set[Key]) -> tuple[list[Function], str]:
        """The functions whose code a file names together with that of a function."""
        if self._scripts is None:
            places = {one.module: (self._candidates.below(one.module), one.name) for one in self._candidates.handlers}
            every = contents_of(self._files, module) or () if places else ()
            templates = self._links.code.deployed.templates
            self._scripts = Scripts(places, [one for one in every if one[0] not in templates])
        path, handlers = self._scripts.named_with(name, module) if _LETTERS.search(name) else ("", [])
        found = {one.key: one for key in handlers for one in self._candidates.functions_in(key) if one.key not in own}
        return _few(found), f"{self._candidates.below(path)} names both" if found else ""

    def _reading(self, payload: Value, visit: Visit, module: str, own: set[Key]) -> list[Function]:
        """The functions of the one module that reads all the fields of a payload, or that needs several of them and no
        others."""
        sent = read_of(fields_sent(payload))
        senders = {place.path for place in visit.site}
        every = self._candidates.handlers if sent.names else ()
        paths = [one.module for one in every if one.module not in senders]
        texts = {path: self._files.read(path) or b"" for path in paths}
        keys = reads_it(sent, texts) or [key for key in may_need(sent, texts) if self._needs(key, sent, module)]
        found = {one.key: one for key in keys if len(keys) == 1 for one in self._candidates.functions_in(key)}
        return _few({key: one for key, one in found.items() if key not in own})

    def _needs(self, module: str, sent: Sent, asker: str) -> bool:
        """Whether the handler of a module needs several fields that tell it from others, and all of them are sent."""
        for function in self._candidates.functions_in(module):
            is_seen = self._links.handler_of(function, asker) is not None
            handled = self._links.handled(function) if is_seen else None
            required = handled.always.required if handled is not None and handled.known else ()
            if is_all_sent(frozenset(path[0] for path in required), sent):
                return True
        return False

    def _listed(self, running: Iterable[Function], module: str, own: set[Key]) -> dict[Key, Function]:
        """The functions that a variable which the code reads lists, in JSON or in another text, for who runs it."""
        text = self._files.read(module) or b""
        found: dict[Key, Function] = {}
        for caller in running:
            for variable, value in caller.environment.items() if text else ():
                lists = [content for content in value.contents if isinstance(content, Told) and len(content.pieces) > 1]
                for piece in (piece for content in lists for piece in content.pieces):
                    one = self._links.code.deployed.function(piece.resource) if isinstance(piece, Attribute) else None
                    if one is not None and one.key not in own and variable.encode() in text:
                        found[one.key] = one
        return found

    def _given_back(self, module: str, own: set[Key]) -> dict[Key, Function]:
        """The functions whose names or ARNs are outputs that the code of a module looks up by their names."""
        text = self._files.read(module) or b""
        names = {one.decode("ascii") for one in _QUOTED_NAME.findall(text)} if _OUTPUTS.search(text) else set()
        found: dict[Key, Function] = {}
        for template in self._links.code.deployed.templates.values() if names else ():
            for output in template.outputs:
                if output.name in names:
                    meant = self._links.code.deployed.functions_of(output.value)
                    found.update((one.function.key, one.function) for one in meant if one.function.key not in own)
        return found

    def coded(self, function: Function) -> Function | None:
        """A function of which the code is not known, with the handler that its name tells; None where it tells none."""
        return self._coding.coded(function)

    # -- what other files say ----------------------------------------------------------------------------------------

    def _set_to(self, variable: str, asker: str) -> tuple[tuple[str, str], ...]:
        """What files that are no templates set a variable to, each with its path."""
        if variable not in self._values:
            self._values[variable] = tuple(self._set_in(variable, asker))
        return self._values[variable]

    def _set_in(self, variable: str, asker: str) -> Iterator[tuple[str, str]]:
        name = rb"(?<![\w$])(?<!\w-)" + re.escape(variable.encode()) + rb"[\"']?(?:\]?\s*[:=]|\s*,)\s*"
        plain, quoted = (re.compile(name + value, re.MULTILINE) for value in (_PLAIN, _QUOTED))
        if "/" in variable:  # the name of a parameter
            plain = quoted = re.compile(rb"(?<![\w/-])" + re.escape(variable.encode()) + _SET_AS)
        seen: set[str] = set()
        for path, data in contents_of(self._files, asker) or ():
            pattern = quoted if path.endswith(_CODE) else plain
            for match in pattern.finditer(data) if variable.encode() in data else ():
                value = match[1].decode("ascii")
                if value not in seen and _LETTERS.search(_OPEN.sub("", value)):
                    seen.add(value)
                    yield value, path


def _is_beside(path: str, folder: str, file: str) -> bool:
    """Whether a file has the name of another one, in a folder beside its."""
    own, _, name = path.rpartition("/")
    return name == file and own.rpartition("/")[0] == folder.rpartition("/")[0]


def _few(found: dict[Key, Function]) -> list[Function]:
    """Functions, unless they are so many that nothing is said."""
    return list(found.values()) if len(found) <= MAX_SUPPOSED else []


def _told_by(atom: Any) -> Iterator[str]:
    """What an atom says of the name of a function."""
    if isinstance(atom, (EnumMember, EnvVar)):
        yield atom.name
    elif isinstance(atom, Const) and isinstance(atom.value, str):
        yield _own_name(atom.value)
    elif isinstance(atom, Text):
        yield _own_name(" ".join(piece for piece in atom.pieces if isinstance(piece, str)))
    else:
        yield str(getattr(atom, "source", "")).rpartition(".")[2]


def _referred_to(piece: Any) -> Iterator[str]:
    """The names of what a part of a value in a template refers to."""
    told = piece.resource.id.rpartition("/")[2] if isinstance(piece, Attribute) else piece
    told = told.name if isinstance(told, (Hole, Import)) else told
    for one in (told,) if isinstance(told, str) else pieces_of(told) or ():
        if isinstance(one, str):
            yield re.split(r"[.:]", one)[-1]


def _own_name(text: str) -> str:
    """The name that a text has, without the account before it and the qualifier behind it."""
    return text.rpartition("function:")[2].partition(":")[0]
