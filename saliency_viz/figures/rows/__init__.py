"""Numbers of a Trace: every figure, table and page takes them from here."""
