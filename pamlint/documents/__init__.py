"""Policy files, site files and the schemas of all that pamlint reads and writes."""
