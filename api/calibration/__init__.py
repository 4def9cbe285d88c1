"""The calibration workbench over HTTP: landmarks, skyline and sun become the pose of a preset."""
