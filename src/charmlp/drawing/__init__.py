"""How pictures look and how they are saved; what they show is said where it is known (evaluation, doctor).

Matplotlib is imported when a picture is made, so that this costs nothing before.
"""

from charmlp.drawing.figures import class_colours, no_ticks, save, sheet, short, tidy, write_in_cell

__all__ = ["class_colours", "no_ticks", "save", "sheet", "short", "tidy", "write_in_cell"]
