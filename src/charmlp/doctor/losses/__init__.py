"""Losses that are known by name and left to an engine, in all the conventions in which people write them.

No single formula is the right one here: what is summed or averaged, which constant keeps a quotient finite
and which label means "alike" are matters of taste. So each loss has all right forms, and the few that are
wrong in every convention; `checks/known_losses.py` says where only one of the latter agrees.
"""
