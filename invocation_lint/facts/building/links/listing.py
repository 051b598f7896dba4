"""Every invocation of a project with the functions that it is linked to: what `invocation-lint links` shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from functools import partial
from typing import Any

from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.interpreter import Root
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.python.frames.trial import FieldPath
from invocation_lint.analysis.tracing.answer_notes import AnswerUse
from invocation_lint.analysis.tracing.answer_parts import DECODED, is_decoded
from invocation_lint.deployment.model import Function
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.linked import title_of
from invocation_lint.facts.building.links.code import HANDLER
from invocation_lint.facts.building.links.inferred import Links
from invocation_lint.facts.building.links.sent import SentFields, fields_sent
from invocation_lint.facts.building.links.supposing import Supposing
from invocation_lint.facts.building.links.targets import Targets
from invocation_lint.facts.building.sent import modes
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class Contract:
    """The fields that the handler needs of such a payload, and those that it can do without, as dotted paths; and those
    that it needs and that are not sent."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    missing: tuple[str, ...] = ()


@record
class Target:
    """A function that may be meant: its name or id, its handler as a title and a place, its place in the template, if
    any, and what its handler needs where that is known. The handler `is_supposed` where only names tell it."""

    name: str
    function: Function
    handler: tuple[str, Place] | None
    template: Place | None
    contract: Contract | None = None
    is_supposed: bool = False


@record
class CallLink:
    """A call and what it is linked to. `call` is the place at which the function is known: of the SDK's call, which is
    `site`, or of the call of a helper. `mode` is the InvocationType, empty where it is not known; `sent` is None where
    more may be sent than is in sight; `missing` are the fields without which the handler surely fails; `reads` are the
    keys of the answer that are read by subscript, each with its place, `asks` those that are read by `get`; `constants`
    are the fields that surely are some constant. Where nothing tells the function, `supposed`
    gives the link with those that may be meant; it is told whether no link of a caller is known."""

    call: Place
    site: Place
    caller: str
    named_by: str
    targets: tuple[Target, ...]
    certain: bool
    reason: str
    mode: str
    contract: Contract | None
    sent: tuple[str, ...] | None
    missing: tuple[str, ...]
    reads: tuple[tuple[str, Place], ...] = ()
    asks: tuple[tuple[str, Place], ...] = ()
    constants: tuple[tuple[str, Any], ...] = ()
    supposed: Callable[[bool], CallLink] | None = field(default=None, compare=False)


def links_of(links: Links, supposing: Supposing, module: ModuleInfo, roots: Iterable[Root]) -> Iterator[CallLink]:
    """The links of the invocations that the functions of a module make, each once, in order of their places."""
    found: dict[tuple[Place, tuple[object, ...]], CallLink] = {}
    told: set[Place] = set()  # calls of the SDK whose function is known without a caller
    seen = [(root, event) for root in roots for event in root.events if isinstance(event, Visit)]
    for root, visit in sorted(seen, key=lambda one: len(one[1].site)):
        name = arguments.find(visit, "FunctionName")
        if name is None or (visit.site[-1] in told and len(visit.site) > 1):
            continue
        targets = links.targets(name.value, module.name, root.function)
        if len(visit.site) == 1 and (targets.functions or targets.named_by != "other"):
            told.add(visit.site[-1])
        link = _link(links, supposing, module, root, visit, targets)
        if not link.targets or not (targets.certain or targets.sure):
            link = replace(link, supposed=partial(_supposed, links, supposing, module, root, visit, targets))
        found.setdefault((link.call, tuple(one.function.key for one in link.targets) or (name.value,)), link)
    yield from sorted(found.values(), key=lambda one: one.call)


def _link(
    links: Links, supposing: Supposing, module: ModuleInfo, root: Root, visit: Visit, targets: Targets
) -> CallLink:
    payload = arguments.find(visit, "InvokeArgs" if visit.api == "invoke_async" else "Payload")
    sent = fields_sent(payload.value) if payload is not None else SentFields((), ())
    mode = modes.sent_mode(visit)
    functions = targets.functions[:MAX_TARGETS]
    is_few = len(functions) <= MAX_TRIED
    every = tuple(_target(links, supposing, one, module.name, sent, is_tried=is_few) for one in functions)
    held = {target.handler for target in every if target.function.type != HANDLER}
    every = tuple(target for target in every if target.function.type != HANDLER or target.handler not in held)
    is_supposed = any(target.is_supposed for target in every)
    contract = _in_common([target.contract for target in every], targets) if not is_supposed else None
    certain = links.is_certain(targets) and not is_supposed
    reason = targets.reason or ("its handler is suggested by its name" if is_supposed else "")
    return CallLink(
        visit.site[0],
        visit.site[-1],
        root.function.title if root.function is not None else "",
        targets.named_by,
        every,
        certain,
        "" if certain else reason,
        mode if isinstance(mode, str) else "",
        contract,
        _dotted(sent.paths) if sent is not None else None,
        contract.missing if contract is not None else (),
        _reads(root, visit, lambda use: use.bare),
        _reads(root, visit, lambda use: use.optional),
        tuple((".".join(path), value) for path, value in sent.constants) if sent is not None else (),
    )


def _supposed(
    links: Links,
    supposing: Supposing,
    module: ModuleInfo,
    root: Root,
    visit: Visit,
    targets: Targets,
    is_alone: bool,
) -> CallLink:
    """A link without targets, with those that may be meant."""
    name = arguments.find(visit, "FunctionName")
    value = name.value if name is not None else None
    found = supposing.targets(targets, value, module.name, root.function, visit, is_alone=is_alone)
    return _link(links, supposing, module, root, visit, found)


def _reads(root: Root, visit: Visit, is_one: Callable[[AnswerUse], bool]) -> tuple[tuple[str, Place], ...]:
    """The keys of the answer of a call that are read in some way."""
    uses = (event for event in root.events if isinstance(event, AnswerUse) and event.site == visit.site)
    found = {
        ".".join(use.path[len(DECODED) :]): use.place
        for use in uses
        if is_one(use) and len(use.path) > len(DECODED) and is_decoded(use.path) and "[]" not in use.path
    }
    return tuple(found.items())


MAX_TARGETS = 24
"""Functions that may be meant by one call and are looked at: of more, the name says nothing."""


MAX_TRIED = 12
"""Functions that may be meant by one call and are tried: of more, what they need is not told."""


def _target(
    links: Links, supposing: Supposing, function: Function, asker: str, sent: SentFields | None, *, is_tried: bool
) -> Target:
    supposed = supposing.coded(function)
    info = links.handler_of(supposed or function, asker)
    handler = (info.title, _place(info)) if info is not None else links.application_of(supposed or function)
    template = links.shown(function.place) if function.type != HANDLER else None
    contract = _contract(links, supposed or function, sent) if is_tried else None
    return Target(title_of(function), function, handler, template, contract, supposed is not None)


def _in_common(contracts: list[Contract | None], targets: Targets) -> Contract | None:
    """What holds for all the functions that may be meant."""
    known = [one for one in contracts if one is not None]
    if not known or len(known) < len(targets.functions) or not (targets.certain or len(known) > 1):
        return None
    first = known[0]
    if len(known) == 1:
        return first
    required = tuple(name for name in first.required if all(name in one.required for one in known))
    every = dict.fromkeys(name for one in known for name in (*one.required, *one.optional))
    missing = tuple(name for name in first.missing if all(name in one.missing for one in known))
    return Contract(required, tuple(name for name in every if name not in required), missing)


def _place(info: FunctionInfo) -> Place:
    return info.module.source.place(info.node)


def _contract(links: Links, function: Function, sent: SentFields | None) -> Contract | None:
    handled = links.handled(function)
    if handled is None or not handled.known:
        return None
    needs = links.needs_of(function, sent) if sent is not None else handled.always
    missing = links.missing(function, sent).fields if sent is not None else ()
    required = dict.fromkeys((*needs.required, *missing))
    optional = [path for path in needs.optional if path not in required]
    return Contract(_dotted(required), _dotted(optional), _dotted(missing))


def _dotted(paths: Iterable[FieldPath]) -> tuple[str, ...]:
    return tuple(".".join(path) for path in paths)
