"""Which clause takes the error of a field that is missing: the others say nothing of what the handler does then."""

from __future__ import annotations

import pytest

from tests.analysis.test_handlers import body, handler, told

HEAD = """
from elsewhere import OtherError, errors, work

class OwnError(Exception):
    pass

class MissingError(KeyError):
    pass

def checked(event):
    if not event.get("a"):
        raise ValueError("a is missing")
    return event["a"]

def token_of(event):
    return event["a"]
"""

READS = 'work(event["a"])'


@pytest.mark.parametrize(
    ("clauses", "reads", "required"),
    [
        ("except KeyError:\n    return {'status': 400}\nexcept Exception:\n    return {'ok': True}", READS, "a"),
        ("except OwnError:\n    return {'ok': True}\nexcept KeyError:\n    return {'status': 400}", READS, "a"),
        ("except OtherError as e:\n    return {'status': e.code}\nexcept LookupError:\n    raise", READS, "a"),
        ("except (OwnError, OtherError):\n    return 1\nexcept Exception as e:\n    raise e", READS, "a"),
        ("except (ValueError, TypeError):\n    return 1", READS, "a"),
        ("except MissingError:\n    return 1\nexcept:\n    return {'success': False}", READS, "a"),
        ("except ValueError:\n    return {'statusCode': 422}\nexcept Exception:\n    return 1", "checked(event)", "a"),
        ("except ValueError:\n    return 1\nexcept KeyError:\n    return {'code': 500}", "token_of(event)", "a"),
        ("except AttributeError:\n    return {'code': 500}\nexcept KeyError:\n    return 1", 'event.get("a").b()', "a"),
        ("except OwnError:\n    return 1\nexcept KeyError:\n    return {'ok': True}", READS, ""),
        ("except (OwnError, Exception):\n    return {'ok': True}\nexcept KeyError:\n    raise", READS, ""),
        ("except errors.of[0]:\n    return 1\nexcept KeyError:\n    raise", READS, ""),
        ("except KeyError:\n    return 1", "checked(event)", "a"),
        ("except ValueError:\n    return 1\nexcept KeyError:\n    raise", "checked(event)", ""),
        (
            "except ValueError:\n    return 1\nexcept KeyError:\n    raise",
            "if work():\n        raise ValueError\n    " + READS,
            "",
        ),
        (
            "except ValueError:\n    return 1\nexcept KeyError:\n    raise",
            "try:\n        " + READS + "\n    except KeyError as e:\n        print(e)\n        raise e",
            "a",
        ),
        (
            "except ValueError:\n    return 1\nexcept KeyError:\n    raise",
            "try:\n        " + READS + "\n    except KeyError as e:\n        raise ValueError from e",
            "",
        ),
        (
            "except ValueError:\n    return 1\nexcept KeyError:\n    raise",
            "try:\n        work()\n    except OtherError:\n        raise ValueError\n    " + READS,
            "a",
        ),
        (
            "except OwnError:\n    return 1\nexcept KeyError:\n    raise",
            "try:\n        " + READS + "\n    except KeyError:\n        raise OwnError('a')",
            "",
        ),
        ("except OwnError:\n    return 1\nfinally:\n    print('done')", READS, "a"),
    ],
)
def test_the_clause_that_takes_it(clauses: str, reads: str, required: str) -> None:
    found = body(f"try:\n    {reads}\n{clauses}\nreturn {{'ok': True}}", HEAD)
    assert told(found.always)[0] == required


def test_an_answer_that_is_filled_in_by_the_clause() -> None:
    code = """
        from elsewhere import work, TokenError
        def handler(event, context):
            answer = {"valid": False, "status_code": None}
            try:
                answer["valid"] = work(event["token"])
                answer["status_code"] = 200
            except TokenError as error:
                answer["status_code"] = error.code
            except KeyError:
                answer["status_code"] = 500
            return answer
    """
    assert told(handler(code).handled().always) == ("token", "")


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ('key = event["key"]\nreturn key.split("/")[-1] if "/" in key else key', "key", ""),
        ('name = event["name"]\nif "draft" in name:\n    return 1\nreturn name.lower()', "name", ""),
        (
            'if event["key"].startswith("in/") and "tmp" in event["key"]:\n    return 1\nreturn event["id"]',
            "key",
            "id",
        ),
        ('order = event["order"]\nif "id" in order:\n    return order["id"]\nreturn 1', "order", "order.id"),
        ('order = event["order"]\nif "id" not in order:\n    raise ValueError\nreturn 1', "order order.id", ""),
        ('return {**event, "done": bool(event["id"])}', "id", ""),
    ],
)
def test_what_is_looked_for_in_a_text_is_no_field(code: str, required: str, optional: str) -> None:
    assert told(body(code).always) == (required, optional)
