"""Reports that an office files: monthly compliance 月度达标 and the yearly risk study 年度研判."""
