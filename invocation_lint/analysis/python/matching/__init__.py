"""`match`: what the patterns of its cases take, and what they bind."""
