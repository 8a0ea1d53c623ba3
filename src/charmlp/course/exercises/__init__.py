"""Exercises: made from a seed, with their solution, and answers judged number by number.

kind.py      what a kind of exercise is made of, what a problem can be asked, what a verdict says
kinds/       one file for each kind, found by its name: whatever lies there and defines a `KIND` is one
writing.py   a problem or its solution as text, Markdown, LaTeX or JSON
answers.py   answers of others, read with care
"""
