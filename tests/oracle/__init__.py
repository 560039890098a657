"""A second opinion: random estates, a judge that walks their rules packet by packet, and the comparison with pamlint."""
