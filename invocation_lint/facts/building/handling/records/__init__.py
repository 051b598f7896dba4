"""The records of a batch: how a handler goes over them, and what becomes of one that fails."""
