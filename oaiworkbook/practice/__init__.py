"""The inside of the practice server: HTTP and WebSocket on 127.0.0.1, and failures on demand."""
