"""Asking: the page to ask, which first looks whether the answer is there; its outcomes are counted in `insights`.

It stands above the readers, because it searches, and writes nothing of its own.
"""
