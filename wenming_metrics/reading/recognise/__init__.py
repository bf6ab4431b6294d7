"""What is what in a workbook: sheets, tables, headers, kinds, rows of data."""
