"""Events, their agenda and what documents them."""
