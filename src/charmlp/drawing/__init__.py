"""How pictures look and how they are saved; what they show is said where it is known (evaluation, doctor).

    canvas.py   a picture as a list of marks, saved as PNG or SVG; what a reader is told beside it
    marks.py    the marks: text, lines, areas, boxes, dots, images; each paints and writes itself
    axes.py     a part of a canvas with numbers along its edges
    fonts.py    which font has the characters of a text
    colours.py  colours that people who are colour-blind tell apart
    sheet.py    many small images with a line of text below each
    figures.py  figures of matplotlib, for the doctor

Pillow paints them, since importing matplotlib takes longer than drawing what a training draws.
"""
