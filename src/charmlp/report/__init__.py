"""A run bound as a report: one HTML page, or what a course has handed in.

contents.py  what there is to tell
page.py      as one HTML file of templates/; sections.py: what stands in it; charts.py, sprites.py: pictures
handin.py    as a report to hand in, in blocks.py; derivations.py: its formulas; command.py: what was typed
latex.py     those blocks as LaTeX; markdown.py: as Markdown; both with figures beside them
writing.py   which form is written by what
words/       all sentences, in English and Chinese
"""

from charmlp.report.contents import Contents, gather
from charmlp.report.writing import FORMATS, check_form, write_report

__all__ = ["FORMATS", "Contents", "check_form", "gather", "write_report"]
