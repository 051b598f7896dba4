"""What a payload is once it is sent: whether its text is JSON, how large it may be."""
