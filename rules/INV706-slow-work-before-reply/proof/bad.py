"""A route that works for 25 seconds before it answers."""

import json
import os
import time
import urllib.error
import urllib.request

from invocation_lint.reference.platform import finish_story, open_story


def handler(event, context):
    time.sleep(25)
    finish_story(json.loads(event["body"])["storyId"], "Once upon a time")
    return {"statusCode": 201, "body": "{}"}


def main():
    data = json.dumps({"storyId": open_story().id}).encode()
    try:
        with urllib.request.urlopen(os.environ["API_URL"], data=data) as reply:
            print(reply.status)
    except urllib.error.HTTPError as error:
        print(error.code)


if __name__ == "__main__":
    main()
