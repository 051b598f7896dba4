"""The line that closes a report for people: what was found, and what was not analysed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from invocation_lint.findings import Confidence, Finding, Report, Severity
from invocation_lint.plain import plain

_NAMES_SHOWN = 5


def closing_line(report: Report) -> str:
    """Findings by severity, suppressed ones, files, functions too large, invoked functions without a contract."""
    summary = report.summary
    parts = [_found(report.active), *_hidden(report)]
    parts.append(f"{_count(summary.files_found, 'file')} scanned, {summary.files_analysed} analysed")
    if summary.files_not_analysed:
        parts[-1] += f", {summary.files_not_analysed} not analysed"
    if summary.templates_found:
        parts[-1] += f", {_count(summary.templates_found, 'template')}"
    if summary.skipped.stubs:
        parts.append(f"{_count(summary.skipped.stubs, 'type stub')} (.pyi) skipped")
    if summary.skipped.packages:
        packages = summary.skipped.packages
        parts.append(f"{_count(len(packages), 'installed package')} skipped: {plain(listed(packages))}")
    if summary.files_too_large:
        count = _count(len(summary.files_too_large), "file")
        parts.append(f"{count} too large to analyse, without invocations: {plain(listed(summary.files_too_large))}")
    if summary.templates_filled_in:
        count = _count(len(summary.templates_filled_in), "template")
        parts.append(f"{count} skipped, filled in by another tool: {plain(listed(summary.templates_filled_in))}")
    if summary.templates_left_out:
        parts.append(too_many_templates(summary.templates_left_out))
    if summary.functions_inline:
        parts.append(f"inline code of {_count(summary.functions_inline, 'function')} not read")
    if summary.functions_too_large:
        parts.append(f"{_count(len(summary.functions_too_large), 'function')} too large to follow")
    without = sorted(summary.functions_without_contract)
    if without:
        names = plain(listed(without))
        parts.append(f"{_count(len(without), 'invoked function')} without a contract: {names}")
    if summary.whole_project:
        parts.append(
            "whole project checked, because its configuration, contracts, rules or templates are among the files"
        )
    if summary.found_elsewhere:
        count = _count(sum(summary.found_elsewhere.values()), "finding")
        names = plain(listed(sorted(summary.found_elsewhere)))
        parts.append(f"{count} in other files about these handlers: check {names} as well")
    if summary.project_unknown:
        parts.append("callers in other folders were not followed: name the project folder with --project DIR")
    return "; ".join(parts)


def too_many_templates(names: Sequence[str]) -> str:
    """That templates which the CDK made are too many to be read, by their names."""
    return f"{_count(len(names), 'synthesized template')} over 8 MB in total not read: {plain(listed(names))}"


def listed(names: Sequence[str]) -> str:
    """The first names, and whether there are more."""
    return ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")


def fixable_line(report: Report) -> str:
    """How many findings --fix would fix; empty when none."""
    fixes = [finding.fix for finding in report.active if finding.is_fixable and finding.fix is not None]
    unsafe = sum(fix.safety == "unsafe" for fix in fixes)
    if not fixes:
        return ""
    if unsafe == len(fixes):
        return f"[*] {unsafe} fixable with --fix --unsafe-fixes"
    more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
    return f"[*] {len(fixes) - unsafe} fixable with --fix{more}"


def fix_offered(finding: Finding) -> str:
    """What a fix would do, and by which option; empty when there is none."""
    if not finding.is_fixable or finding.fix is None:
        return ""
    return f"{'--fix' if finding.fix.safety == 'safe' else '--fix --unsafe-fixes'} would {finding.fix.title}"


def _found(findings: list[Finding]) -> str:
    certain = Counter(finding.severity for finding in findings if finding.confidence is Confidence.CERTAIN)
    kinds = (
        (Severity.ERROR, "error", "errors"),
        (Severity.WARNING, "warning", "warnings"),
        (Severity.ADVICE, "advice", "advice"),
    )
    words = [f"{certain[kind]} {one if certain[kind] == 1 else many}" for kind, one, many in kinds if certain[kind]]
    possible = len(findings) - sum(certain.values())
    words += [f"{possible} possible"] if possible else []
    return ", ".join(words) or "no findings"


def _hidden(report: Report) -> list[str]:
    kinds = Counter(finding.suppressed_by.kind for finding in report.findings if finding.suppressed_by)
    known = kinds.pop("baseline", 0), kinds.pop("diff-base", 0)
    words = [f"{sum(kinds.values())} suppressed"] if kinds else []
    words += [f"{known[0]} in the baseline"] if known[0] else []
    words += [f"{known[1]} in the base revision"] if known[1] else []
    vanished = len(report.summary.baseline_vanished)
    return words + (
        [f"{vanished} baseline {'entry' if vanished == 1 else 'entries'} no longer found"] if vanished else []
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
