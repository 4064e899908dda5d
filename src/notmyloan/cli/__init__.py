"""The command line: parses, calls one `guard` method, renders."""
