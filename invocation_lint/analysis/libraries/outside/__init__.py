"""What comes into the program from outside: answers of AWS, options of the command line."""
