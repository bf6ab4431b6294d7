"""Files for people: frame in, bytes of a workbook out."""
