"""What Python does, a module a construct."""
