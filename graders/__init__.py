"""The referee: measures a learner's solution from outside its process and gives the verdict.

Imports torch, numpy and the standard library only; ``python -m graders run SLUG --solution PATH`` is the whole
interface towards the application. ``README.md`` in this folder explains how to write a lab.
"""
