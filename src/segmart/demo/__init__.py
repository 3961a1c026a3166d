"""The demo ledger: a made-up broker's files of any size, with everything planted that segmart must find.

`ledger` puts a chunk of customers together; `archetypes` says who they are; `contract` what each file
promises; `defects` what is wrong in them on purpose. The truth is kept in files of its own that no model may
read.
"""

from segmart.demo.ledger import DemoSummary, write_demo

__all__ = ["DemoSummary", "write_demo"]
