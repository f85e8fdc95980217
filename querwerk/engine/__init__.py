"""Pure engines: plain data in, plain results out. Nothing here imports Django or a room."""
