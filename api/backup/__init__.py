"""Backups: database and evidence as one, made while the watch runs, proved before they are used."""

from api.backup.layout import DATABASE, PARTS
from api.backup.making import Made, make_backup
from api.backup.restoring import Restored, check_backup, restore_backup
from api.backup.workshop import refuse_half_restored

__all__ = [
    "DATABASE",
    "PARTS",
    "Made",
    "Restored",
    "check_backup",
    "make_backup",
    "refuse_half_restored",
    "restore_backup",
]
