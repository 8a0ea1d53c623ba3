"""A run bound as a report: one HTML page, or what a course has handed in.

contents.py  what there is to tell
page.py      as one HTML file; charts.py, sprites.py: its pictures; templates/: page, style and script
latex.py     as LaTeX; markdown.py: as Markdown; both with figures beside them
words/       all sentences, in English and Chinese
"""

from charmlp.report.contents import Contents, gather
from charmlp.report.writing import FORMATS, check_form, write_report

__all__ = ["FORMATS", "Contents", "check_form", "gather", "write_report"]
