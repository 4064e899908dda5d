"""The labels of messages, and a screening's judgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What a message is for. The order is the order of `Judgement.probabilities`."""

    LOAN_SOLICITATION = "loan_solicitation"
    VERIFICATION_CODE = "verification_code"
    DUNNING = "dunning"
    CREDIT_REPAIR = "credit_repair"
    CODE_BEGGING = "code_begging"
    FRAUD = "fraud"
    ILLEGAL_OFFER = "illegal_offer"
    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"
    PERSONAL = "personal"


LABELS: tuple[Label, ...] = tuple(Label)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A calibrated probability for every label (they sum to 1), by one model version."""

    probabilities: tuple[float, ...]
    model: str

    @property
    def label(self) -> Label:
        """The likeliest label."""
        best = max(range(len(LABELS)), key=self.probabilities.__getitem__)
        return LABELS[best]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest label."""
        return max(self.probabilities)

    def of(self, label: Label) -> float:
        """The probability of `label`."""
        return self.probabilities[LABELS.index(label)]
