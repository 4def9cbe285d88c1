"""One module for each section of the reports: it reads the material and gives figures."""
