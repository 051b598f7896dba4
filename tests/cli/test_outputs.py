"""Each format through the real command, with the paths and files that services ask for."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from junitparser import JUnitXml

from tests.command import run_lint
from tests.report.samples import SCHEMAS, check_sarif
from tests.samples import BAD


def test_every_format_in_one_run(folder: Path) -> None:
    formats = {"sarif": "a.sarif", "gitlab": "a.json", "junit": "a.xml", "json": "b.json"}
    outputs = [part for name, file in formats.items() for part in ("--output", f"{name}={file}")]
    ran = run_lint("check", *outputs, "--output", "github", "--category", "nightly", cwd=folder)
    assert ran.returncode == 1, ran.stderr

    sarif = json.loads((folder / "a.sarif").read_text())
    check_sarif(sarif)
    (run,) = sarif["runs"]
    assert run["automationDetails"]["id"] == "nightly/"
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "INV107"
    assert "# INV107" in rule["help"]["markdown"]

    (entry,) = json.loads((folder / "a.json").read_text())
    jsonschema.validate([entry], json.loads((SCHEMAS / "gitlab-code-quality.json").read_text()))
    assert JUnitXml.fromfile(str(folder / "a.xml")).failures == 1
    assert ran.stdout.startswith("::group::invocation-lint: 1 finding\nbad.py:7:12: INV107 ")
    assert "\n::error file=bad.py,line=7,endLine=11,title=INV107 invalid-invocation-type::" in ran.stdout


def test_services_are_given_paths_from_the_root_of_the_repository(folder: Path) -> None:
    (folder / "service").mkdir()
    (folder / "bad.py").rename(folder / "service" / "app.py")
    outputs = ("--output", "sarif=a.sarif", "--output", "gitlab=a.json", "--output", "github")
    ran = run_lint("check", *outputs, "app.py", cwd=folder / "service")
    (run,) = json.loads((folder / "service" / "a.sarif").read_text())["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "service/app.py", "uriBaseId": "%SRCROOT%"}
    assert json.loads((folder / "service" / "a.json").read_text())[0]["location"]["path"] == "service/app.py"
    assert "::error file=service/app.py,line=7," in ran.stdout


def test_a_file_outside_of_the_repository_has_an_absolute_uri(folder: Path) -> None:
    inside = folder / "inside"
    (inside / ".git").mkdir(parents=True)
    ran = run_lint("check", "--output", "sarif", "../bad.py", cwd=inside)
    (run,) = json.loads(ran.stdout)["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": (folder / "bad.py").as_uri()}


def test_annotations_are_summed_up_on_the_page_of_the_job(folder: Path) -> None:
    summary = folder / "summary.md"
    summary.write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    run_lint("check", "--output", "concise", cwd=folder, env=environment)
    assert summary.read_text() == "before\n"
    run_lint("check", "--output", "github", cwd=folder, env=environment)
    lines = summary.read_text().split("\n")
    assert lines[:2] == ["before", "### invocation-lint"]
    assert lines[5].startswith("| error | INV107 invalid-invocation-type | bad.py:7 | ")
    assert lines[7].startswith("1 error; 2 files scanned")


def test_a_run_that_could_not_look_is_unsuccessful_in_sarif(folder: Path) -> None:
    (folder / "broken.py").write_text("client.invoke(FunctionName=")
    ran = run_lint("check", "--output", "sarif", cwd=folder)
    (run,) = json.loads(ran.stdout)["runs"]
    assert ran.returncode == 2
    assert run["invocations"][0]["executionSuccessful"] is False


def test_the_code_flow_of_a_finding_that_a_caller_makes(folder: Path) -> None:
    (folder / "bad.py").write_text(
        "import boto3\n\nclient = boto3.client('lambda')\n\n\n"
        "def send(mode):\n    return client.invoke(FunctionName='f', InvocationType=mode)\n\n\n"
        "def start():\n    return send('Async')\n"
    )
    ran = run_lint("check", "--output", "sarif", "--select", "INV107", cwd=folder)
    (result,) = json.loads(ran.stdout)["runs"][0]["results"]
    steps = [step["location"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [11, 7]


def test_a_name_that_is_no_text_in_every_format(folder: Path) -> None:
    name = (str(folder).encode() + b"/caf\xe9.py").decode("utf-8", "surrogateescape")
    Path(name).write_text(BAD)
    for output in ("sarif", "gitlab", "junit", "github"):
        ran = run_lint("check", "--output", output, cwd=folder)
        assert (ran.returncode, ran.stderr) == (1, ""), output
        assert ran.stdout.count("INV107") >= 2, output
