"""The thread: typed, dated and sourced links between everything below."""
