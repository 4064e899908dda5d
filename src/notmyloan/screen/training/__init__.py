"""How the message model is made: corpora, own texts, evasions, fit, calibration.

Nothing here is imported at run time; it needs the `train` extra.
"""
