"""One view for each screen of the till, and the parts that views share."""
