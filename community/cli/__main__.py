"""`python -m community.cli`: the command where its script is not on the path."""

from community.cli import main

main()
