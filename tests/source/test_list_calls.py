"""What is left out before the parse is no read of a page, however it is laid out."""

from __future__ import annotations

import pytest

from invocation_lint.source.list_calls import clients_made, list_calls, reads_entries


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("client.list_roles()", ["list_roles"]),
        ("client.list_roles(PathPrefix=p)", ["list_roles"]),
        ("client.list_roles(**given)", ["list_roles"]),
        ("client.list_roles(été=1)", ["list_roles"]),
        (
            "(client\n  . # of the account\n  list_roles # all\n)(\n  # from here\n PathPrefix # so\n = p)",
            ["list_roles"],
        ),
        ("client.list_roles \\\n (\\\n)", ["list_roles"]),
        ("client.scan() or client.query()", ["scan", "query"]),
        ("client.list_roles(account)", []),
        ("client.list_roles(*given)", []),
        ("client.list_roles(a == b)", []),
        ("list_roles()", []),
        ("client.list_everything()", []),
        ("hand_over(client.list_roles)", []),
    ],
)
def test_calls(code: str, expected: list[str]) -> None:
    assert [call.name for call in list_calls(code)] == expected
    assert [call.name for call in list_calls(code.encode())] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('["Roles"]', True),
        (".get('Roles', [])", True),
        ('[ # all\n  u"Roles"]', True),
        (".get('''Roles''')", True),
        (".get(key='Roles')", True),
        ('{"Roles": []}', False),
        ('["Roles and more"]', False),
        ("[Roles]", False),
    ],
)
def test_keys(code: str, expected: bool) -> None:
    text = f"client.list_roles(){code}"
    assert reads_entries(text, "list_roles", 7, len(text)) is expected
    assert reads_entries(text.encode(), "list_roles", 7, len(text)) is expected
    assert not reads_entries(text, "list_roles", len(text), len(text))  # what stands before the call is not its answer
    assert not reads_entries(text, "list_users", 7, len(text))


def test_of_a_way_each_key_is_read() -> None:
    text = 'client.list_distributions()["DistributionList"]["Items"]'
    assert reads_entries(text, "list_distributions", 7, len(text))
    assert not reads_entries(text, "list_distributions", 7, len(text) - len('["Items"]'))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("iam = boto3.client('iam')", True),
        ("iam = boto3.client(service_name='iam')", True),
        ("iam = session.create_client( # IAM\n ('iam'), region)", True),
        ('iam = get_boto("""iam""")', True),
        ("table = db.Table(name)", True),
        ("client = boto3.client(service)", False),
        ("client = boto3.client('nothing of AWS')", False),
        ("iam = make('iam')", False),
    ],
)
def test_clients(code: str, expected: bool) -> None:
    assert bool(clients_made(code)) is expected
