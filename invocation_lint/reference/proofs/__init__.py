"""The proofs: a room's `proof/bad.py` shows the harm that its rule speaks of, `proof/good.py` shows that it stays away.

Both run on the local Lambda service. What is seen is read from the service's log and from the database, never from
the program.
"""

from invocation_lint.reference.proofs.rooms import Room, find_room, rooms
from invocation_lint.reference.proofs.words import WORDS, Word

__all__ = ["WORDS", "Room", "Word", "find_room", "rooms"]
