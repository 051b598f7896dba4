"""Which files hold tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import holds_test, is_in_test_folder, is_named_like_a_test, is_test_of

TEST = "def test_it():\n    assert 1\n"
NO_TEST = "import boto3\n\n\ndef run(name):\n    return name\n"


@pytest.mark.parametrize(
    "path", ["tests/app.py", "src/testing/run.py", "test/unit/helper.py", "conftest.py", "a/conftest.py"]
)
def test_a_folder_of_tests_says_so(path: str) -> None:
    assert is_in_test_folder(path)


@pytest.mark.parametrize("path", ["app.py", "test_app.py", "contest/app.py", "latest/app.py", "tests.py"])
def test_other_folders_say_nothing(path: str) -> None:
    assert not is_in_test_folder(path)


@pytest.mark.parametrize("path", ["test_app.py", "a/app_test.py", "shop/tests.py", "app_tests.py", "tests_app.py"])
def test_names_that_make_one_look(path: str) -> None:
    assert is_named_like_a_test(path)


@pytest.mark.parametrize("path", ["testbed.py", "contest.py", "a_test/app.py", "app.py"])
def test_names_that_do_not(path: str) -> None:
    assert not is_named_like_a_test(path)


@pytest.mark.parametrize(
    "text",
    [
        TEST,
        "class TestSend:\n    async def test_send(self):\n        pass\n",
        "class Sending(unittest.TestCase):\n    def runTest(self): ...\n",
        "@pytest.fixture\ndef client(): ...\n",
        "def sending_test(client): ...\n",
        "def test(client): ...\n",
        "def test_handler(event, context): ...\n",
    ],
)
def test_what_a_test_is_known_by(text: str) -> None:
    assert holds_test(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        NO_TEST,
        "def tested(a): ...\n",
        "TESTS = ['def test_it()']\n",
        "def run_tests(suite): ...\n",
        "def test(event, context): ...\n",
        "def test2(event: dict, _context): ...\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not holds_test(text.encode())


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("test_connection.py", NO_TEST, False),
        ("test_connection.py", TEST, True),
        ("checks_test.py", NO_TEST, False),
        ("tests/shared.py", NO_TEST, True),
        ("app.py", TEST, False),
    ],
)
def test_a_file_is_a_test_by_its_folder_or_by_name_and_content(
    tmp_path: Path, path: str, text: str, expected: bool
) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert is_test_of(ProjectFiles(tmp_path), str(file)) is expected
