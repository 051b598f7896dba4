"""What a project invokes, and what is deployed of it: behind the commands `links`, `contracts` and `graph`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.engine import inputs_of
from invocation_lint.errors import UnreadableFile, UsageError
from invocation_lint.project import Project

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.facts.building.links.implied import Implied
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.facts.building.links.listing import CallLink
    from invocation_lint.findings import Place
    from invocation_lint.graph.model import Graph


def linked(project: Project, paths: Sequence[str]) -> Iterator[tuple[Links, list[CallLink]]]:
    """For each project that the paths lie in, what its invocations are linked to: those of the files given, without
    tests, in order of their places. Raises UsageError for a path that does not exist or holds no Python file."""
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.facts.building.links.listing import links_of
    from invocation_lint.facts.building.links.supposing import Supposing
    from invocation_lint.source.parsing.stack import on_large_stack

    def found_in(program: Program, links: Links, keys: Sequence[str]) -> list[CallLink]:
        found: list[CallLink] = []
        supposing = Supposing(links, program)
        for key in keys:
            if not (program.modules.files.holds_seed(key) or program.modules.reach.leads(key)):
                continue
            with suppress(UnreadableFile):  # `check` reports it
                module = program.modules.load(key)
                if module is not None and not module.is_test:
                    found += links_of(links, supposing, module, program.interpreter.roots(module))
        return _without_repetition(found)

    for program, keys in _by_program(project, paths):
        links = Links(program)
        yield links, on_large_stack(partial(found_in, program, links, keys))


def _without_repetition(found: Iterable[CallLink]) -> list[CallLink]:
    """The links without those of helpers whose callers say which function is meant, and of callers that add nothing to
    what the helper says; with the functions that may be meant where none is known."""
    of_site: dict[Place, list[tuple[int, CallLink]]] = {}
    for number, link in enumerate(found):
        of_site.setdefault(link.site, []).append((number, link))
    kept = [one for links in of_site.values() for one in _of_one_site(links)]
    return [link for _, link in sorted(kept, key=lambda one: one[0])]


def _of_one_site(links: list[tuple[int, CallLink]]) -> list[tuple[int, CallLink]]:
    """Of the numbered links of one call of the SDK those that are shown: its own, seen without a caller, and those of
    callers."""
    own = [link for _, link in links if link.call == link.site]
    is_known = any(link.targets for link in own)
    is_named = any(link.named_by != "other" for link in own)  # whoever calls it
    is_alone = len(own) == len(links)
    suggested = {_meant(_suggested(link, is_alone)) for link in own if link.supposed is not None}
    every = [
        (number, _suggested(link, is_alone))
        for number, link in links
        if link.call == link.site or link.targets or not is_named
    ]
    callers = [(number, link) for number, link in every if link.call != link.site and _says(link, is_named, suggested)]
    shown = [
        (number, link)
        for number, link in every
        if link.call == link.site and (bool(link.targets) if is_known else not callers)
    ]
    said = {_said(link) for _, link in shown}
    return shown + [(number, link) for number, link in callers if _said(link) not in said]


def _says(link: CallLink, is_named: bool, suggested: set[frozenset[object]]) -> bool:
    """Whether the link of a caller says which function is meant: it knows another one than is suggested for the helper,
    or names one where the helper does not."""
    if not link.targets:
        return not is_named and link.named_by != "other"
    return link.certain or _meant(link) not in suggested


def _suggested(link: CallLink, is_alone: bool) -> CallLink:
    return link if link.supposed is None else link.supposed(is_alone)


def _meant(link: CallLink) -> frozenset[object]:
    return frozenset(target.function.key for target in link.targets)


def _said(link: CallLink) -> tuple[object, ...]:
    """What a link says, wherever the call stands that it is of."""
    functions = tuple(target.function.key for target in link.targets)
    required = link.contract.required if link.contract is not None else ()
    return link.site, functions, link.certain, link.sent, link.missing, required, "" if functions else link.reason


def _by_program(project: Project, paths: Sequence[str]) -> Iterator[tuple[Program, list[str]]]:
    """The programs in which the paths lie, each with the keys of its modules among them."""
    programs = project.programs
    if programs is None:
        raise UsageError("--isolated: links lead from file to file", "leave it out")
    inputs = inputs_of(paths, project).files
    # An archive of a repository has no .git: what is asked for here leads from folder to folder all the same.
    programs.take_for_projects(Path(path).absolute() if Path(path).is_dir() else Path.cwd() for path in paths)
    programs.note((given.name, given.path, given.data) for given in inputs)
    found: dict[int, tuple[Program, list[str]]] = {}
    for given in inputs:
        program = programs.program(given.path)
        keys = found.setdefault(id(program), (program, []))[1]
        if given.path.suffix == ".py":
            keys.append(str(given.path.absolute()))
    yield from found.values()


def unread_programs(project: Project, paths: Sequence[str]) -> list[tuple[str, str]]:
    """The programs that deploy functions in the projects of the paths and are not read: the path of each, and what it
    is for; and templates that cannot be read."""
    from invocation_lint.facts.building.links.foreign import foreign_programs

    programs = project.programs
    if programs is None:
        return []
    every = [Path(path).absolute() for path in paths]
    programs_of_paths = (programs.program(one / "x" if one.is_dir() else one) for one in every)
    found = {id(one): one.modules.files for one in programs_of_paths}
    broken = [
        (files.path_below_root(template.path), "it cannot be parsed")
        for files in found.values()
        for template in files.deployments.deployed.templates.values()
        if any(problem.is_error for problem in template.problems)
    ]
    return broken + [told for files in found.values() for told in foreign_programs(files)]


def graph_of(project: Project, paths: Sequence[str], *, suggested: bool = False) -> Graph:
    """The graph of the projects that the paths lie in, with what the files given say, and all that templates do; with
    `suggested`, edges to the functions that may be meant where nothing tells one."""
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.facts.building.links.supposing import Supposing
    from invocation_lint.graph import templates
    from invocation_lint.graph.building import Builder
    from invocation_lint.graph.calls import Calls
    from invocation_lint.graph.marks import marked
    from invocation_lint.graph.model import Graph
    from invocation_lint.source.parsing.stack import on_large_stack

    def built(program: Program, keys: Sequence[str]) -> Graph:
        builder = Builder(Links(program))
        templates.add(builder)
        Calls(builder, program, Supposing(builder.links, program) if suggested else None).add(keys)
        return marked(builder.graph())

    found = [on_large_stack(partial(built, program, keys)) for program, keys in _by_program(project, paths)]
    return Graph(tuple(node for one in found for node in one.nodes), tuple(edge for one in found for edge in one.edges))


def implied(project: Project, folder: Path) -> list[Implied]:
    """What the handlers need of the functions that the project of a folder deploys, by name."""
    from invocation_lint.facts.building.links.implied import implied_by
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.source.parsing.stack import on_large_stack

    if project.programs is None:
        raise UsageError("--isolated: contracts lead from templates to handlers", "leave it out")
    links = Links(project.programs.program(folder / "template.yaml"))
    return on_large_stack(lambda: list(implied_by(links, str(folder.absolute()))))
