"""数据上传: files dropped, what is asked of them, what was stored, what waits, forms and records."""
