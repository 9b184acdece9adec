"""Numbered forms from files: read and checked, searched, typeset in a process of their own, printed once."""
