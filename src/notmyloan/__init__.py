"""notmyloan: is someone borrowing in my name, who leaked me, and how do I get it undone?

The parts (`read`, `screen`, `reconcile`, `report`) take and return the plain
values of `model` and can each be used alone; `guard` joins them to the vault.
"""

__version__ = "0.1.0"
