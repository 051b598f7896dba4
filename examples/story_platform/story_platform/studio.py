"""The models behind the content agent."""

import os
import time
import uuid

WRITING_SECONDS = float(os.environ.get("WRITING_SECONDS", "45"))
DRAWING_SECONDS = float(os.environ.get("DRAWING_SECONDS", "60"))


def write(story_type, themes):
    time.sleep(WRITING_SECONDS)
    return f"Once upon a time there was {story_type} about {', '.join(themes) or 'friendship'}."


def draw(subject, description, folder):
    time.sleep(DRAWING_SECONDS)
    return f"s3://{os.environ.get('ASSET_BUCKET', 'story-assets')}/{folder}/{subject}-{uuid.uuid4()}.png"
