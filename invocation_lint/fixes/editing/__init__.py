"""What fixes are made of: the file's tree as they ask for it, edits on it, and writing what comes out."""
