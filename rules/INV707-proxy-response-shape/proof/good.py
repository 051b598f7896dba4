"""A route that answers with a text for its body."""

import json
import os
import urllib.error
import urllib.request

from invocation_lint.reference.platform import finish_story, open_story


def handler(event, context):
    story = json.loads(event["body"])["storyId"]
    finish_story(story, "Once upon a time")
    return {"statusCode": 200, "body": json.dumps({"storyId": story})}


def main():
    data = json.dumps({"storyId": open_story().id}).encode()
    try:
        with urllib.request.urlopen(os.environ["API_URL"], data=data) as reply:
            print(reply.status, reply.read())
    except urllib.error.HTTPError as error:
        print(error.code, error.read())


if __name__ == "__main__":
    main()
