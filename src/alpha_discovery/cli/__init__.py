"""The command ``alpha``: one small file for each group of commands."""
