"""The guide of matters: kept as a sheet, answered from, and looked after."""
