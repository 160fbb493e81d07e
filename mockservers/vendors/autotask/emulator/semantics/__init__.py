"""What Autotask's operations mean. Knows the tables, and neither HTTP nor XML."""
