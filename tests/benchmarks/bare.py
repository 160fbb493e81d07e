"""A server that does nothing: `python bare.py` prints its address, and answers whatever it reads with the same few bytes.

What a load client finds here is its own and the machine's: how long an answer takes where nobody computes one.
"""

from __future__ import annotations

import gc
import selectors
import socket

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def main() -> None:
    gc.disable()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is listening:
                connection, _ = listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting.register(connection, selectors.EVENT_READ)
                continue
            connection = key.fileobj  # type: ignore[assignment]
            if connection.recv(1 << 16):
                connection.sendall(ANSWER)
            else:
                waiting.unregister(connection)
                connection.close()


if __name__ == "__main__":
    main()
