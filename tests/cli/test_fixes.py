"""`check --fix`, `--unsafe-fixes` and `--show-fixes`, as a shell sees them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.command import run_lint
from tests.report.samples import check_sarif
from tests.samples import BAD

TEXT = """\
import os

import boto3

client = boto3.client("lambda")


def start(story):  # a comment
    client.invoke(
        FunctionName=os.environ["MAIL_FUNCTION"],
        InvocationType="evnet",  # the mode
        Payload={"story": story},
    )


def ask(name):
    client.invoke(FunctionName=name, Payload=b"{}")
"""
SAFE = """\
import json
import os

import boto3

client = boto3.client("lambda")


def start(story):  # a comment
    client.invoke(
        FunctionName=os.environ["MAIL_FUNCTION"],
        InvocationType="Event",  # the mode
        Payload=json.dumps({"story": story}),
    )


def ask(name):
    client.invoke(FunctionName=name, Payload=b"{}")
"""
ALL = SAFE.replace("FunctionName=name, Payload", 'FunctionName=name, InvocationType="Event", Payload')
DIFF = """\
--- a/app.py
+++ b/app.py
@@ -1,3 +1,4 @@
+import json
 import os
~
 import boto3
@@ -8,8 +9,8 @@
 def start(story):  # a comment
     client.invoke(
         FunctionName=os.environ["MAIL_FUNCTION"],
-        InvocationType="evnet",  # the mode
-        Payload={"story": story},
+        InvocationType="Event",  # the mode
+        Payload=json.dumps({"story": story}),
     )
~
~
""".replace("~", " ")  # an empty line of context


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "app.py"
    path.write_text(TEXT)
    return path


def test_the_report_says_what_is_fixable_and_writes_nothing(app: Path) -> None:
    ran = run_lint("check", cwd=app.parent)
    assert ran.returncode == 1
    assert '= fix: [*] --fix would write "Event"' in ran.stdout
    assert '= fix: [*] --fix --unsafe-fixes would send InvocationType="Event"' in ran.stdout
    assert "\n[*] 2 fixable with --fix (1 more with --unsafe-fixes)\n2 errors, 1 warning; " in ran.stdout
    assert "\n[*] 2 fixable with --fix (1 more" in run_lint("check", "--output", "concise", cwd=app.parent).stdout
    assert app.read_text() == TEXT


def test_fix_mends_what_is_safe_and_reports_what_is_left(app: Path) -> None:
    ran = run_lint("check", "--fix", "--output", "concise", cwd=app.parent)
    assert app.read_text() == SAFE
    assert ran.returncode == 1
    assert ran.stdout.startswith("app.py:18:5: INV102 ")
    assert ran.stdout.count("INV") == 1
    assert "[*] 1 fixable with --fix --unsafe-fixes\n" in ran.stdout
    assert ran.stderr == "2 findings fixed in 1 file\n"


def test_unsafe_fixes_too(app: Path) -> None:
    ran = run_lint("check", "--fix", "--unsafe-fixes", cwd=app.parent)
    assert (ran.returncode, app.read_text()) == (0, ALL)
    again = run_lint("check", "--fix", "--unsafe-fixes", cwd=app.parent)
    assert (again.returncode, again.stderr, app.read_text()) == (0, "0 findings fixed in 0 files\n", ALL)


def test_show_fixes_prints_the_diff_and_writes_nothing(app: Path) -> None:
    ran = run_lint("check", "--show-fixes", cwd=app.parent)
    assert (ran.returncode, ran.stdout) == (1, DIFF)
    assert ran.stderr == "2 findings would be fixed in 1 file\n"
    assert app.read_text() == TEXT
    unsafe = run_lint("check", "-q", "--show-fixes", "--unsafe-fixes", cwd=app.parent)
    assert '+    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")\n' in unsafe.stdout
    assert unsafe.stderr == ""


def test_show_fixes_of_standard_input(app: Path) -> None:
    ran = run_lint("check", "--show-fixes", "--stdin-filename", "app.py", "-", cwd=app.parent, stdin=TEXT)
    assert ran.stdout == DIFF


def test_exit_zero_and_fail_on_hold_for_what_is_left(app: Path) -> None:
    assert run_lint("check", "--fix", "--fail-on", "error", cwd=app.parent).returncode == 0
    app.write_text(TEXT)
    assert run_lint("check", "--fix", "--exit-zero", cwd=app.parent).returncode == 0


def test_what_could_not_be_checked_stays_exit_2(app: Path) -> None:
    (app.parent / "broken.py").write_text("client.invoke(FunctionName=\n")
    ran = run_lint("check", "--fix", "--unsafe-fixes", cwd=app.parent)
    assert (ran.returncode, app.read_text()) == (2, ALL)
    assert (app.parent / "broken.py").read_text() == "client.invoke(FunctionName=\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fix", "--show-fixes"], "--fix writes files and --show-fixes does not"),
        (["--unsafe-fixes"], "--unsafe-fixes needs --fix or --show-fixes"),
        (["--fix", "--write-baseline"], "--write-baseline cannot be combined with fixes"),
        (["--fix", "-"], "--fix cannot change standard input"),
    ],
)
def test_options_that_do_not_go_together(app: Path, arguments: list[str], message: str) -> None:
    ran = run_lint("check", *arguments, cwd=app.parent, stdin=TEXT)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert app.read_text() == TEXT
    assert sorted(path.name for path in app.parent.iterdir()) == [".git", "app.py"]


def test_what_is_suppressed_or_known_is_not_touched(app: Path) -> None:
    text = TEXT.replace("  # the mode", "  # noqa: INV107")
    app.write_text(text)
    run_lint("check", "--select", "INV402", "--write-baseline", "--baseline", "known.json", cwd=app.parent)
    ran = run_lint("check", "--fix", "--baseline", "known.json", "--select", "INV107,INV402", cwd=app.parent)
    assert (ran.returncode, app.read_text()) == (0, text), ran.stdout + ran.stderr


def test_what_stands_in_another_module_is_not_changed_by_half(app: Path) -> None:
    (app.parent / "settings.py").write_text(
        'import boto3\nfrom botocore.config import Config\n\nMODE = "event"\n'
        'client = boto3.client("lambda", config=Config(read_timeout=20))\n'
    )
    app.write_text(
        "import json\n\nfrom settings import MODE, client\n\n\ndef start(story):\n"
        '    client.invoke(FunctionName="mailer", InvocationType=MODE, Payload=b"{}")\n\n\ndef tell(story, owner):\n'
        '    wanted = {"action": "generate_story", "storyId": story, "creatorUserId": owner}\n'
        '    answer = client.invoke(FunctionName="storytailor-content-agent-dev", Payload=json.dumps(wanted))\n'
        '    return json.load(answer["Payload"])\n'
    )
    before = {path.name: path.read_text() for path in app.parent.glob("*.py")}
    ran = run_lint("check", "--fix", "--unsafe-fixes", "--select", "INV104,INV107", cwd=app.parent)
    assert ran.stdout.count("[INV10") == 2
    assert "fixable" not in ran.stdout and "fix:" not in ran.stdout
    assert {path.name: path.read_text() for path in app.parent.glob("*.py")} == before


def test_only_selected_rules_mend(app: Path) -> None:
    run_lint("check", "--fix", "--select", "INV107", cwd=app.parent)
    assert app.read_text() == TEXT.replace("evnet", "Event")


def test_encoding_line_ends_mode_and_links_are_kept(app: Path) -> None:
    data = "\ufeff".encode() + TEXT.replace("a comment", "ein schönes Märchen").replace("\n", "\r\n").encode()
    app.write_bytes(data)
    app.chmod(0o750)
    link = app.parent / "link.py"
    link.symlink_to("app.py")
    run_lint("check", "--fix", "link.py", cwd=app.parent)
    expected = SAFE.replace("a comment", "ein schönes Märchen").replace("\n", "\r\n").encode()
    assert app.read_bytes() == "\ufeff".encode() + expected
    assert stat.S_IMODE(app.stat().st_mode) == 0o750
    assert link.is_symlink()


def test_several_files_in_several_processes(app: Path) -> None:
    for number in range(3):
        (app.parent / f"more{number}.py").write_text(BAD.replace("Async", "event"))
    ran = run_lint("check", "--fix", "--unsafe-fixes", "-j", "2", cwd=app.parent)
    assert ran.stderr.endswith("6 findings fixed in 4 files\n")
    assert ran.returncode == 0, ran.stdout
    assert app.read_text() == ALL


# Changes the file, as an editor would, when the linting of it is done and before anything is written.
EDITOR = """
import invocation_lint.fixing as fixing
original = fixing.write_all
def late(result):
    from pathlib import Path
    Path("app.py").write_text(Path("app.py").read_text() + "\\nedited = True\\n")
    original(result)
fixing.write_all = late
"""


def test_a_file_that_changed_meanwhile_is_left_alone(app: Path) -> None:
    ran = run_lint("check", "--fix", "--output", "concise", cwd=app.parent, prelude=EDITOR)
    assert app.read_text() == TEXT + "\nedited = True\n"
    assert "app.py: not changed: the file changed meanwhile\n0 findings fixed in 0 files\n" in ran.stderr
    assert ran.returncode == 1
    assert "INV107" in ran.stdout, "the report is on what the file holds"
    assert [path.name for path in app.parent.iterdir() if path.name.endswith(".tmp")] == []


def test_a_file_that_is_read_only_is_left_alone(app: Path) -> None:
    app.chmod(stat.S_IRUSR)
    ran = run_lint("check", "--fix", "--output", "concise", cwd=app.parent)
    assert stat.S_IMODE(app.stat().st_mode) == stat.S_IRUSR
    assert app.read_text() == TEXT
    assert "app.py: not changed: cannot be written: the file is read-only\n0 findings fixed in 0 files\n" in ran.stderr
    assert ran.returncode == 1
    assert "INV107" in ran.stdout, "the report is on what the file holds"


def test_a_file_with_two_names_is_one_file_after_fixing(app: Path) -> None:
    other = app.parent / "other.txt"
    other.hardlink_to(app)
    run_lint("check", "--fix", cwd=app.parent)
    assert (app.read_text(), other.read_text(), app.samefile(other)) == (SAFE, SAFE, True)


def test_programs_get_the_edits(app: Path) -> None:
    run_lint("check", "--output", "json=report.json", "--output", "sarif=report.sarif", cwd=app.parent)
    findings = json.loads((app.parent / "report.json").read_text())["findings"]
    (mode,) = (finding for finding in findings if finding["id"] == "INV107")
    place = {"path": "app.py", "line": 11, "column": 24, "end_line": 11, "end_column": 31}
    assert mode["fix"]["edits"] == [{"place": place, "replacement": '"Event"'}]
    assert (mode["fix"]["name"], mode["fix"]["safety"]) == ("correct-invocation-type", "safe")
    sarif = json.loads((app.parent / "report.sarif").read_text())
    check_sarif(sarif)
    results = {one["ruleId"]: one for one in sarif["runs"][0]["results"]}
    (fix,) = results["INV107"]["fixes"]
    assert fix["description"] == {"text": 'write "Event" (safe)'}
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app.py"
    region = {"startLine": 11, "startColumn": 24, "endLine": 11, "endColumn": 31}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": '"Event"'}}]
    assert [len(change["replacements"]) for change in results["INV402"]["fixes"][0]["artifactChanges"]] == [3]
