"""Cases: playbooks, deadlines, letters, consents, and the emergency path.

from notmyloan.respond import load_playbook, stand
stand(load_playbook("cn", "loan_not_mine"), case, calendar, today)
"""

from notmyloan.respond.deadline import Length, Worked, work_out
from notmyloan.respond.playbook import Clock, Due, Playbook, Step, load_playbook, playbooks
from notmyloan.respond.progress import Standing, StepState, stand

__all__ = [
    "Clock", "Due", "Length", "Playbook", "Standing", "Step", "StepState", "Worked",
    "load_playbook", "playbooks", "stand", "work_out",
]  # fmt: skip
