"""Children tell us who their hero is; we write, draw and read the story."""
