"""Mutant: adds one instead of doubling."""


def double(x):
    return x + 1
