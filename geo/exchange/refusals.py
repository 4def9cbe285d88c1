"""The clear ends of a file that cannot be taken: each says what to do."""

from models.errors import InputRefused

__all__ = ["refused"]

_REMEDIES = {
    "file_unreadable": "Choose the file again.",
    "file_empty": "Export the layer again.",
    "file_size": "Simplify the layer or split it.",
    "file_unknown": "Give a shapefile (all its parts in one zip), GeoPackage, GeoJSON, KML, KMZ, "
    "CSV or Excel file.",
    "file_drawing": "A drawing has no attributes and no coordinate system: ask for a shapefile or "
    "a GeoPackage.",
    "file_old_excel": "Save it as .xlsx or as CSV.",
    "file_archive_kind": "Pack it as .zip.",
    "file_parts": "Pack .shp, .shx, .dbf, .prj and .cpg of the layer into one zip.",
    "file_locked": "Take the password off.",
    "file_damaged": "Export or copy it again.",
    "archive_path": "Pack the files anew, without folders that lead out of it.",
    "archive_bomb": "Pack the files anew with an ordinary program.",
    "archive_empty": "Put the layer's files into it.",
    "file_entities": "Export it anew: a map file needs no document type and no entities.",
    "file_rows": "Split the layer.",
    "file_no_places": "Name the columns 经度 and 纬度 (or lon and lat, X and Y), or give a column "
    "WKT.",
    "file_no_layer": "Export the layer again; look whether it holds features.",
    "file_encoding": "Save it as CSV in UTF-8.",
    "export_empty": "Choose a layer that has features.",
    "export_one_layer": "Choose one layer, or a zip, GeoPackage, KML or Excel file.",
    "export_system": "Choose WGS84 or CGCS2000; shapefile and GeoPackage take EPSG:4545 too.",
    "export_text_long": "Choose GeoPackage or GeoJSON, which take texts of any length.",
    "export_lost": "Choose GeoPackage or GeoJSON, which keep every text and number.",
    "export_columns": "Rename one of them.",
    "export_unwritable": "Choose another folder.",
    "file_too_slow": "Simplify the layer or split it.",
    "file_too_hungry": "Simplify the layer or split it.",
}


def refused(code: str, message: str) -> InputRefused:
    """An error that names what to do, by its code."""
    return InputRefused(message, remedy=_REMEDIES[code], code=code)
