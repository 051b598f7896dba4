"""What is known of functions outside the program: the standard library, encoders, containers, texts."""
