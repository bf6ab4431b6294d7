"""What a reading is given and what it gives back: cells, answers of the sender, marks, the reading."""
