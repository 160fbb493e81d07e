"""The vendors of this package, each a package of the same shape; `mockservers.registry` finds them, nothing else names them."""
