"""Which recipient leaked: a probability for each, with reasons."""

from notmyloan.trace.answer import Answer, Suspect, Verdict, When, who
from notmyloan.trace.evidence import Contact, Evidence, Mark, Recipient
from notmyloan.trace.experiment import Marking
from notmyloan.trace.priors import Priors, default_priors, read_priors

__all__ = [
    "Answer", "Contact", "Evidence", "Mark", "Marking", "Priors", "Recipient", "Suspect",
    "Verdict", "When", "default_priors", "read_priors", "who",
]  # fmt: skip
