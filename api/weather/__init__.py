"""The weather and the danger of the day: entered, imported, asked for."""
