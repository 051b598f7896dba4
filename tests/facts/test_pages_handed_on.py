"""A page that is handed to a function of the module, or returned whole to one."""

from __future__ import annotations

import pytest

from invocation_lint.facts.base import Unknown
from tests.facts.test_list_reads import reads

HELPERS = """
def names(page):
    return [one["name"] for one in page["Items"]]

def with_token(page):
    return page["Items"], page.get("LastEvaluatedKey")

def kept(page):
    store(page)
    return page["Items"]

def status(page):
    return page["ResponseMetadata"]["HTTPStatusCode"]

def every():
    return table.scan()

class Shelf:
    def names(self, page):
        for one in page["Items"]:
            self.delete_name(one)

"""


def handed(code: str) -> list[tuple[str, object, str]]:
    """What is told of the read in some code: its use, whether the next page is looked for, what is done for each."""
    return [(one.used, one.next_page, one.each_entry) for one in reads(HELPERS + code)]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def work():\n    return names(table.scan())", ("looped", "no", "reads")),
        ("def work():\n    page = table.scan()\n    if page:\n        return names(page)", ("looped", "no", "reads")),
        ("def work():\n    return names(page=table.scan())", ("looped", "no", "reads")),
        (("class Other(Shelf):\n    def names(self, page):\n        for one in page['Items']:\n            remove(1)\n"
         "    def work(self):\n        self.names(table.scan())"), ("looped", "no", "acts")),
        ("def work():\n    return every()['Items']", ("returned", "no", "reads")),
        ("def work():\n    page = every()\n    for one in page.get('Items', []):\n        send(one)",
         ("looped", "no", "acts")),
    ],
)  # fmt: skip
def test_entries_are_read_there(code: str, told: tuple[str, str, str]) -> None:
    assert told in handed(code)


@pytest.mark.parametrize(
    "code",
    [
        "def work():\n    return with_token(table.scan())",
        "def work():\n    page = table.scan()\n    return kept(page), page['Items']",
        "def work():\n    return elsewhere(table.scan())",
        "def work():\n    page = table.scan()\n    return status(page), page['Items'], shelf.names(page)",
        "def work():\n    return names(*table.scan())",
        "def work():\n    page = every()\n    return page['Items'], page['LastEvaluatedKey']",
        "def work():\n    page = every()\n    store(page)\n    return page['Items']",
    ],
)
def test_somebody_may_look_for_the_next_page(code: str) -> None:
    assert all(isinstance(next_page, Unknown) for _, next_page, _ in handed(code))
