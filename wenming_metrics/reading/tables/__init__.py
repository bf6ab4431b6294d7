"""One sheet as a table: header of several rows, titles, typed values, totals."""
