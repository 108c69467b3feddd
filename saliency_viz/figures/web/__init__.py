"""The interactive view: what the browser needs, in a page, a notebook or one file."""
