"""Frames between the service and a render process: of any length, in order, and nothing else."""

from __future__ import annotations

import asyncio
import socket

import pytest

from emblazon_origin.workers import frames


async def open_pair() -> tuple[socket.socket, frames.Channel]:
    theirs, ours = socket.socketpair()
    return theirs, await frames.Channel.open(ours)


@pytest.mark.parametrize("size", [0, 1, 8, frames._USUAL - 40, frames._USUAL, 3_000_000])
async def test_a_frame_of_any_length_comes_whole(size: int) -> None:
    theirs, channel = await open_pair()
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    with theirs:
        for number in range(2):
            sent = asyncio.to_thread(frames.send, theirs, {"number": number}, body)
            received, _ = await asyncio.gather(channel.receive(), sent)
            assert received == ({"number": number}, body)
    channel.close()


async def test_frames_that_come_together_are_received_one_by_one() -> None:
    theirs, channel = await open_pair()
    with theirs:
        theirs.sendall(b"".join(frames.pack({"number": number}, b"body" * number) for number in range(20)))
        for number in range(20):
            assert await channel.receive() == ({"number": number}, b"body" * number)
        channel.send({"thanks": True})
        assert frames.receive(theirs) == ({"thanks": True}, b"")
    with pytest.raises(frames.ChannelClosed):
        await channel.receive()
    assert channel.at_eof()
    channel.close()


@pytest.mark.parametrize(
    "sent",
    [
        frames.PREFIX.pack(2, frames.MAX_BODY + 1) + b"{}",
        frames.PREFIX.pack(frames.MAX_HEADER + 1, 0),
        frames.PREFIX.pack(0, 0),
        frames.PREFIX.pack(4, 0) + b"nope",
    ],
)
async def test_what_is_no_frame_closes_the_channel(sent: bytes) -> None:
    theirs, channel = await open_pair()
    with theirs:
        theirs.sendall(sent)
        with pytest.raises(frames.ChannelClosed):
            await channel.receive()
        with pytest.raises(frames.ChannelClosed):
            channel.send({"op": "render"})
