"""The frame of a function that is walked, and what a frame is made of."""
