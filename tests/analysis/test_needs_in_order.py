"""What a handler needs is said in one order: how Python orders a set differs from run to run."""

from __future__ import annotations

from tests.analysis.test_handlers import handler

NAMES = ["zip", "street", "name", "city", "amount", "currency", "order", "buyer"]
READ = "[{}]".format(", ".join(f'event["{name}"]' for name in NAMES))
READING = f"def handler(event, context):\n    return {READ}\n"
REFUSING = f"def handler(event, context):\n    if 'old' in event:\n        raise ValueError\n    return {READ}\n"
MEETING = "def handler(event, context):\n    if {{{}}} - set(event):\n        raise ValueError\n    return 1\n".format(
    ", ".join(f'"{name}"' for name in NAMES)
)


def test_what_is_needed_of_a_payload_comes_in_its_order() -> None:
    paths = [(name,) for name in NAMES]
    assert handler(READING).needs_of(paths, {}).required == tuple(paths)
    assert handler(REFUSING).needs_of(paths[::-1], {}).required == tuple(paths[::-1])


def test_what_it_lacks_comes_in_the_order_of_the_code() -> None:
    assert handler(READING).missing([("city",)], {}).fields == tuple((name,) for name in NAMES if name != "city")


def test_what_is_looked_for_as_a_set_comes_in_alphabetical_order() -> None:
    found = handler(MEETING)
    assert found.handled().always.required == tuple((name,) for name in sorted(NAMES))
