"""What the functions of each module see of call sites. A module is looked at once, whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from invocation_lint.analysis.domain.events import Event, Raised, Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.interpreter import Interpreter, Root
from invocation_lint.analysis.program.demand import Demand
from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.facts.building import callers
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.findings import Place
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program


@mutable
class Seen:
    """All that one root saw of one call site."""

    root: Root
    site: SiteKey
    visits: list[Visit]
    events: list[Event]
    raises: list[Raised]
    ending: callers.Ending

    @property
    def entry(self) -> Place | None:
        """The place of the handler or view that the way begins with; None where it begins otherwise."""
        function = self.root.function
        if function is None or self.ending.kind not in {"lambda_handler", "view"}:
            return None
        return self.root.module.source.place(function.node)


def seen_sites(root: Root, options: AnalysisOptions, program: Program | None = None) -> Iterator[Seen]:
    """The call sites that a root reaches, with what happens to each. The program knows what templates say."""
    events: dict[SiteKey, list[Event]] = defaultdict(list)
    visits: dict[SiteKey, list[Visit]] = defaultdict(list)
    raises: dict[SiteKey, list[Raised]] = defaultdict(list)
    for event in root.events:
        if isinstance(event, Visit):
            visits[event.site].append(event)
        else:
            events[event.site].append(event)
    for raised in root.raises:
        raises[raised.site].append(raised)
    endings: dict[Place, callers.Ending] = {}
    for site, reached in visits.items():
        if site[0] not in endings:
            found = callers.ending_of(root.module, root.function, site[0], options, root.followed, program)
            endings[site[0]] = found
        yield Seen(root, site, reached, events[site], raises[site], endings[site[0]])


class SeenSites:
    """What the functions of modules see, by the places of the calls. `version` counts when something else is known of
    a module than before."""

    def __init__(self, interpreter: Interpreter, program: Program | None) -> None:
        self._interpreter = interpreter
        self._program = program
        self._known: dict[tuple[str, AnalysisOptions], tuple[Demand, Mapping[Place, Sequence[Seen]]]] = {}
        self.version = 0

    def of(self, module: ModuleInfo, options: AnalysisOptions) -> Mapping[Place, Sequence[Seen]]:
        """What a module's functions and its body see; `options` are those of its file."""
        known = self._known.get((module.name, options))
        if known is not None and known[0] == module.foreign:
            return known[1]
        found: dict[Place, list[Seen]] = defaultdict(list)
        for root in self._interpreter.roots(module):
            for one in seen_sites(root, options, self._program):
                found[one.site[-1]].append(one)
        self.version += known is not None
        self._known[module.name, options] = module.foreign, dict(found)
        return found
