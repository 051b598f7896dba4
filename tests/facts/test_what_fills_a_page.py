"""What tells that a list outgrows a page, and what that it holds a few things that somebody sets up."""

from __future__ import annotations

import pytest

from invocation_lint.facts.base import Unknown
from tests.facts.test_list_reads import reads


def fills(code: str) -> object:
    (one,) = reads(code)
    return one.fills


def scanned(table: str, function: str = "work") -> str:
    return f"def {function}(db, names):\n    return db.Table({table}).scan()['Items']\n"


@pytest.mark.parametrize(
    "table",
    [
        *('"users"', '"UserTable"', '"app-orders-prod"', "names.CAMPAIGNS_TABLE", 'f"{names.stage}-stories"'),
        *('"quizzes"', '"photo_uploads"', '"movies"', '"tenant_services"', '"company-config"', "get_uploads_table()"),
        *(
            'f"ChunkProgress-{names.ENVIRONMENT}-orders"',
            '"orders_cache"',
            '"event-store"',
            '"user_status"',
            '"analyses"',
            '"device_tokens"',
        ),
        *('"t_productos"', '"app-usuarios-dev"', "names.PEDIDOS_TABLE", '"tabla_de_ventas"', '"solicitudes"'),
    ],
)
def test_what_people_add(table: str) -> None:
    assert fills(scanned(table)) == "named"


@pytest.mark.parametrize(
    "table",
    [
        *('"locations"', '"ParkTable"', '"parks_cache"', "names.WEBSITES_TABLE", '"app-categories-dev"', '"admins"'),
        *('"socket-table"', "names.TOKENS_TABLE", '"job_locks"', '"OtpTable"', '"websocket_connections"'),
        *('"categorias"', '"app-ciudades-dev"'),
        *('"customer_regions"', 'f"{names.stage}-cities"', '"device_registry"', '"organizations"', '"order_types"'),
    ],
)
def test_what_somebody_sets_up(table: str) -> None:
    assert fills(scanned(table)) == "few"


@pytest.mark.parametrize("table", ["names.TABLE", '"main"', 'f"progress-{names.ENVIRONMENT}"', "name"])
def test_a_name_that_tells_nothing(table: str) -> None:
    assert isinstance(fills(scanned(table)), Unknown)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        *(("list_users", "named"), ("get_stories_by_author", "named"), ("get_active_quizzes_to_score", "named")),
        *(("get_all_apps_live", "few"), ("load_regions", "few")),
    ],
)
def test_the_name_of_a_function_where_that_of_the_table_tells_nothing(function: str, expected: str) -> None:
    assert fills(scanned("names.TABLE", function)) == expected
    assert fills(scanned('"orders"', function)) == "named"
    assert fills(scanned('"regions"', function)) == "few"


@pytest.mark.parametrize("function", ["get_user", "check_order_state", "apps_of"])
def test_a_single_one_in_the_name_of_a_function_tells_nothing(function: str) -> None:
    assert fills(scanned("names.TABLE", function)) != "named"


@pytest.mark.parametrize(
    "before",
    [
        *('TABLE = "users"\n', 'import os\nTABLE = os.environ["USERS_TABLE"]\n'),
        'import os\nTABLE = os.environ.get("TABLE", "app-users")\n',
    ],
)
def test_what_a_name_stands_for(before: str) -> None:
    assert fills(f"{before}def work(db):\n    table = db.Table(TABLE)\n    return table.scan()['Items']\n") == "named"


def test_one_kind_of_the_items_of_a_table() -> None:
    asked = 'table.query(KeyConditionExpression=Key("kind").eq("{}"))["Items"]'
    assert fills(f"def work(table):\n    return {asked.format('REGION')}\n") == "few"
    assert fills(f"def work(regions):\n    return {asked.format('ORDER')}\n") == "named"


ADDING = """
import uuid

def add(event):
    shelf.put_item(Item={"id": KEY, "text": event["text"]})

def every():
    return shelf.scan()["Items"]
"""


def test_entries_with_generated_keys() -> None:
    assert fills(ADDING.replace("KEY", "str(uuid.uuid4())")) == "added"
    assert isinstance(fills(ADDING.replace("import uuid", "").replace("KEY", 'event["id"]')), Unknown)
    assert isinstance(fills(ADDING.replace("shelf.put_item", "other.put_item")), Unknown)


def of_group(group: str) -> str:
    request = f"UserPoolId=pool, GroupName={group}"
    return f"def work(cognito, pool, names):\n    return cognito.list_users_in_group({request})['Users']\n"


def test_groups_of_a_few_people() -> None:
    assert fills(of_group('"admins"')) == "few"
    assert fills(of_group("names.ADMIN_GROUP")) == "few"
    assert fills(of_group('"approved"')) == "page"


def test_resources_of_an_account() -> None:
    assert fills("def work(iam):\n    return iam.list_roles()['Roles']\n") == "page"


@pytest.mark.parametrize(("given", "told"), [('Path="/app/"', False), ('Path="/app/", Recursive=True', True)])
def test_parameters_below_a_path(given: str, told: bool) -> None:
    found = fills(f"def work(ssm):\n    return ssm.get_parameters_by_path({given})['Parameters']\n")
    assert (found == "page") is told


def emptied(prefix: str) -> str:
    return f"""
def work(s3, bucket, job_id, user_id):
    for one in s3.list_objects_v2(Bucket=bucket, Prefix={prefix})["Contents"]:
        s3.delete_object(Bucket=bucket, Key=one["Key"])
"""


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        *(('f"results/{job_id}/"', "few"), ('f"tmp/{user_id}/"', "few"), ('f"uploads/{user_id}/"', "page")),
        *(('"uploads/"', "page"), ('"config/"', "few")),
    ],
)
def test_objects_below_a_prefix(prefix: str, expected: str) -> None:
    assert fills(emptied(prefix)) == expected


@pytest.mark.parametrize(
    "taken", ["max([i['orderId'] for i in items])", "max(int(i.get('number', 0)) for i in items) + 1"]
)
def test_the_number_of_the_last_one(taken: str) -> None:
    assert fills(f"def work(shelf):\n    items = shelf.scan()['Items']\n    return {taken}\n") == "added"


def test_another_maximum_tells_nothing() -> None:
    found = fills("def work(shelf):\n    return max(i['price'] for i in shelf.scan()['Items'])\n")
    assert isinstance(found, Unknown)


def test_a_name_of_many_numbers_is_read_at_once() -> None:
    assert isinstance(fills(scanned(f'"{"_v1_2" * 200}!x"')), Unknown)
