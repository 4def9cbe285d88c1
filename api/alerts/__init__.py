"""Alerts over HTTP: the queue, one alert, its pictures, and the steps that people take."""
