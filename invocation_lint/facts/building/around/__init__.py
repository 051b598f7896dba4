"""What stands around the code of a call: who waits for it, and whom it answers."""
