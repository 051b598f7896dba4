"""Which configuration holds for a file, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.settings.files import COMMAND_LINE, Configuration
from invocation_lint.settings.keys import KEYS, Settings


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a configuration at its top, one in a folder, and one outside of the project."""
    (tmp_path / "pyproject.toml").write_text('[tool.invocation-lint]\nfail-on = "never"\n')
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    (top / "pyproject.toml").write_text('[tool.other]\nx = 1\n[tool.invocation-lint]\nignore = ["INV301"]\n')
    (top / "service" / "jobs").mkdir(parents=True)
    (top / "service" / ".invocation-lint.yaml").write_text("profile: strict\nexclude: [gen/]\n")
    (top / "library").mkdir()
    monkeypatch.chdir(top)
    return top


def write(folder: Path, text: str) -> Path:
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def test_the_nearest_configuration_wins_whole(tree: Path) -> None:
    configuration = Configuration()
    service = configuration.for_file(tree / "service" / "jobs" / "a.py")
    assert (service.profile, service.ignore, service.root) == ("strict", (), tree / "service")
    assert configuration.for_file(tree / "library" / "a.py").ignore == ("INV301",)


def test_a_pyproject_without_our_table_is_passed_over(tree: Path) -> None:
    write(tree / "library", "[project]\nname = 'x'\n")
    assert Configuration().for_file(tree / "library" / "a.py").ignore == ("INV301",)


def test_the_search_ends_at_the_repository(tree: Path) -> None:
    (tree / "pyproject.toml").unlink()
    assert Configuration().for_file(tree / "library" / "a.py").fail_on == "warning"


def test_isolated_reads_no_file(tree: Path) -> None:
    assert Configuration(isolated=True).for_file(tree / "service" / "a.py").profile == "default"


def test_a_given_file_holds_for_all(tree: Path) -> None:
    settings = Configuration(config=tree / "service" / ".invocation-lint.yaml").for_file(tree / "library" / "a.py")
    assert (settings.profile, settings.root) == ("strict", tree / "service")


def test_an_empty_configuration_is_valid(tree: Path) -> None:
    (tree / "service" / ".invocation-lint.yaml").write_text("# nothing yet\n")
    assert Configuration().for_file(tree / "service" / "a.py").profile == "default"


def test_origins_name_file_and_line(tree: Path) -> None:
    settings = Configuration().for_file(tree / "library" / "a.py")
    assert str(settings.origin("ignore")) == "pyproject.toml:4"
    assert str(settings.origin("select")) == "default"


def test_keys_may_be_written_with_underscores(tree: Path) -> None:
    write(tree, '[tool.invocation-lint]\nfail_on = "error"\n')
    assert Configuration().for_file(tree / "a.py").fail_on == "error"


def test_overrides_hold_for_their_paths(tree: Path) -> None:
    write(
        tree,
        """
[tool.invocation-lint]
ignore = ["INV301"]
[[tool.invocation-lint.overrides]]
paths = ["tests/", "*_test.py"]
ignore = ["INV3"]
[tool.invocation-lint.overrides.rules.sync-long-task]
max_sync_seconds = 20
""",
    )
    configuration = Configuration()
    assert configuration.for_file(tree / "app.py").ignore == ("INV301",)
    for name in ("tests/a.py", "library/b_test.py"):
        settings = configuration.for_file(tree / name)
        assert settings.ignore == ("INV3",)
        assert settings.rules["sync-long-task"]["max_sync_seconds"].value == 20


def test_the_command_line_wins_over_files_and_overrides(tree: Path) -> None:
    write(
        tree,
        """
[tool.invocation-lint]
ignore = ["INV301"]
extend-select = ["INV105"]
profile = "strict"
[[tool.invocation-lint.overrides]]
paths = ["tests/"]
select = ["INV4"]
""",
    )
    chosen = Configuration(values={"select": ["INV1"], "profile": "default"}).for_file(tree / "tests" / "a.py")
    assert (chosen.select, chosen.ignore, chosen.extend_select, chosen.profile) == (("INV1",), (), (), "default")
    assert str(chosen.origin("select")) == COMMAND_LINE
    added = Configuration(values={"ignore": ["INV2"]}).for_file(tree / "a.py")
    assert added.ignore == ("INV301", "INV2")


def test_contracts_are_paths_from_the_file_that_names_them(tree: Path) -> None:
    (tree / "service" / "contracts").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tree / "service" / "contracts" / name).write_text("version: 1\n")
    (tree / "service" / ".invocation-lint.yaml").write_text("contracts: [contracts/*.yaml]\n")
    settings = Configuration().for_file(tree / "service" / "jobs" / "x.py")
    assert [path.name for path in settings.contracts] == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_onn: error\n", '.invocation-lint.yaml:1:1: unknown key "fail_onn"; did you mean "fail-on"?'),
        ("profile: strct\n", 'x.invocation-lint.yaml:1:10: unknown value of profile "strct"; did you mean "strict"?'),
        ("\nselect: INV101\n", '.invocation-lint.yaml:2:9: select: expected a list, found the text "INV101"'),
        ("possible: yes\n", '.invocation-lint.yaml:1:11: possible: expected true or false, found the text "yes"'),
        ("ignore: [1]\n", ".invocation-lint.yaml:1:10: ignore: expected text, found the number 1"),
        ("ignore: [a]\nignore: [b]\n", '.invocation-lint.yaml:2:1: duplicate key "ignore"'),
        ("fail-on: error\nfail_on: error\n", ".invocation-lint.yaml:2:1: the key 'fail-on' appears twice"),
        ("- a\n", ".invocation-lint.yaml:1:1: expected a mapping, found a list"),
        ("a: [\n", ".invocation-lint.yaml:2:1: not valid YAML"),
        ("contracts: [no.yaml]\n", ".invocation-lint.yaml:1:13: contracts: 'no.yaml' does not exist"),
        ("contracts: ['no/*.yaml']\n", ".invocation-lint.yaml:1:13: contracts: 'no/*.yaml' does not exist"),
        ("rules: {a: 1}\n", ".invocation-lint.yaml:1:12: a: expected a mapping, found the number 1"),
        ("overrides: [{ignore: [a]}]\n", ".invocation-lint.yaml:1:13: overrides: `paths` is missing"),
        ("overrides:\n- paths: [a]\n  fail-on: error\n", '.invocation-lint.yaml:3:3: unknown key "fail-on"'),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_place(tree: Path, text: str, message: str) -> None:
    (tree / ".invocation-lint.yaml").write_text(text)
    (tree / "pyproject.toml").unlink()
    with pytest.raises(UsageError) as caught:
        Configuration().for_file(tree / "a.py")
    assert message.removeprefix("x") in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.invocation-lint]\nselct = []\n", 'pyproject.toml:2:1: unknown key "selct"; did you mean "select"?'),
        ("[tool.invocation-lint]\nselect = 1\n", "pyproject.toml:2:10: select: expected a list, found the number 1"),
        ("tool.invocation-lint = 3\n", "expected a mapping, found the number 3"),
        ("[tool.invocation-lint\n", "pyproject.toml:1:22: not valid TOML"),
    ],
)
def test_a_mistake_in_toml_is_told_with_its_place(tree: Path, text: str, message: str) -> None:
    write(tree, text)
    with pytest.raises(UsageError) as caught:
        Configuration().for_file(tree / "a.py")
    assert message in caught.value.message


def test_two_configurations_in_one_folder_are_a_mistake(tree: Path) -> None:
    (tree / ".invocation-lint.yaml").write_text("profile: strict\n")
    with pytest.raises(UsageError, match="two configurations"):
        Configuration().for_file(tree / "a.py")


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.toml", "no such configuration file"), ("x.ini", "end in .toml or .yaml"), ("o.toml", "has no table")],
)
def test_a_given_file_that_is_none(tree: Path, name: str, message: str) -> None:
    (tree / "x.ini").write_text("")
    (tree / "o.toml").write_text("[tool.other]\n")
    with pytest.raises(UsageError, match=message):
        Configuration(config=tree / name)


def test_every_key_is_a_field_of_the_settings() -> None:
    fields = set(Settings.__dataclass_fields__) - {"root", "origins"}
    assert fields == {key.name.replace("-", "_") for key in KEYS}
