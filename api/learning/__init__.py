"""What the watch learns of people's verdicts: labelled data, and a nightly digest."""
