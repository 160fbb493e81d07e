"""What the Track-It! Web API means: one operation for each route, by the part of the API it belongs to."""
