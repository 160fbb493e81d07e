"""What the calls mean: values in, values out. Knows no HTTP; refusals carry a kind, and the wire has the answer for it."""
