"""Port tables of any shape, made into policies: bytes to sheets, sheets to lines, lines to a policy's data."""
