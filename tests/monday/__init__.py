"""A Monday morning: workbooks as they really arrive, built cell by cell, all content made up."""
