"""What came in: batches, held rows, records, pictures, forms, what people said and did."""
