"""A trained model as a file for other programs, which answers as the Recognizer does.

    formats.py  the table: which formats there are, with how many bits each, and what writes it
    job.py      what a writer gets, and what it returns
    rows.py     weights of 8 bits, for ONNX and the page
    writing.py  export(…): checks, has the writer write, refuses what answers otherwise

A format is an entry of the table and a module that writes it. Nothing is in the file's place until it has
been compared, and measured where it is quantised.
"""

from charmlp.exporting.formats import FORMATS, Format
from charmlp.exporting.writing import Exported, export

__all__ = ["FORMATS", "Exported", "Format", "export"]
