"""JUnit XML, for services that show the results of tests: a test case a finding, and one that passes where none is.

A certain finding fails, a file that could not be analysed is an error, a suppressed finding is skipped (shown when
asked for), and what is only possible passes with its message as output.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from invocation_lint.findings import Confidence, Finding, Report
from invocation_lint.plain import plain
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line, fix_offered
from invocation_lint.tool_findings import NOT_ANALYSED

_NO_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, presentation: Presentation) -> str:
    """The document."""
    shown = report.findings if presentation.show_suppressed else report.active
    suite = ElementTree.Element("testsuite", name="invocation-lint")
    for finding in shown:
        _case(suite, finding, presentation)
    if not shown:
        ElementTree.SubElement(suite, "testcase", classname="invocation-lint", name="no findings", time="0")
    counts = {"tests": max(len(shown), 1)}
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[name] = len(suite.findall(f"testcase/{tag}"))
    for name, count in counts.items():
        suite.set(name, str(count))
    suite.set("time", "0")
    if presentation.closing_line:
        ElementTree.SubElement(suite, "system-out").text = _text(closing_line(report))
    top = ElementTree.Element("testsuites", {name: str(count) for name, count in counts.items()})
    top.append(suite)
    ElementTree.indent(top)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(top, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, finding: Finding, presentation: Presentation) -> None:
    place = finding.place
    path = plain(presentation.path_of(place.path).replace("\\", "/"))
    name = f"{finding.id} {finding.name} at {place.short}"
    case = ElementTree.SubElement(
        suite, "testcase", classname=path, name=name, file=path, line=str(presentation.line_in_file(place)), time="0"
    )
    message = _text(" ".join(finding.message.split()))
    offered = fix_offered(finding)
    parts = (f"{path}:{place.short}", finding.message, finding.help, f"fix: {offered}" if offered else "")
    body = _text("\n".join(part for part in parts if part))
    if finding.suppressed_by:
        ElementTree.SubElement(case, "skipped", message=f"suppressed: {message}")
    elif finding.confidence is Confidence.POSSIBLE:
        ElementTree.SubElement(case, "system-out").text = f"possible: {body}"
    else:
        tag = "error" if finding.id in NOT_ANALYSED else "failure"
        ElementTree.SubElement(case, tag, message=message, type=finding.severity.value).text = body


def _text(text: str) -> str:
    """Text without the characters that XML cannot hold, or that steer a terminal."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
