"""The families of models, one file each and one row in table.py."""
