"""Many trainings: every setting of a grid, or settings that Optuna suggests, each with several seeds.

    space.py      what is tried: a grid, or ranges      measured.py   what a training has shown
    plan.py       the whole search, as its folder keeps it; the folder
    jobs.py       worker processes, each with one core  worker.py     what runs in them
    trying.py     every cell once, whatever is killed   choosing.py   which is best, by more than luck?
    suggesting.py Optuna suggests, and prunes           studies.py    where it keeps what it knows
    table.py      trials.csv, and words for figures     picture.py, page.py  to look at

A training here is one cell: a setting with a seed. Settings are numbered from 1 on.
"""

from charmlp.search.searching import Found, tune

__all__ = ["Found", "tune"]
