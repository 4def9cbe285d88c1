"""Aircraft that speak MAVLink: PX4 and ArduPilot."""
