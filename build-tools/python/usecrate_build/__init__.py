"""Turns crates into Python packages: projects, wheels, and whether these are what they say they are.

It comes with the program ``usecrate-build``, which builds artifacts. `usecrate` needs neither to load and
call.
"""
