"""What a class has handed in, graded: each submission where it harms nobody, and every row in the table.

course.py       a whole class, from folder to folder
submissions.py  folders and archives, read without trusting them
grader.py       who speaks with the process of a submission; several at a time; records, by which it goes on
inside.py       what runs in that process; boxes.py, walls.py, forks.py: what keeps it there
probes.py       numbers drawn outside, by which "right" is believed
suspicion.py    what a teacher should look at
rubric.py       points; results.py, outcome.py: what is known of a submission, and of the class
pages.py        for people, in words/ and templates/; writing.py: which files there are
"""

from charmlp.course.grading.course import Order, grade_class

__all__ = ["Order", "grade_class"]
