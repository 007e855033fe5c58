"""The report of a pack: composed once, then drawn as a web page and as a PDF."""
