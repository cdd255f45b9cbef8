"""Tests of the referee and of its labs."""
