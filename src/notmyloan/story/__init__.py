"""A seeded generator of a consistent made-up life, with its truth kept apart.

It writes the formats that the readers read, for the demo, the tests and the benchmarks. Nothing
that detects anything imports it.
"""

from notmyloan.story.write import make_life, make_messages_xml, write_life

__all__ = ["make_life", "make_messages_xml", "write_life"]
