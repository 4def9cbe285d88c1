"""Land layers from files: uploaded, looked at, mapped, checked, taken, and taken back."""
