/** A part of what a server says on a socket: the answer to the handshake, or one frame. */
export interface SocketPiece {
  readonly bytes: Buffer;
  readonly isFrame: boolean;
}

/** Cuts what a WebSocket server sends where its frames end, however it comes in. */
export function createFrameSplitter(): (chunk: Buffer) => readonly SocketPiece[] {
  let held: Buffer = Buffer.alloc(0);
  let isShakingHands = true;
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    const pieces: SocketPiece[] = [];
    while (true) {
      const length = isShakingHands ? headLength(held) : frameLength(held);
      if (length === 0 || held.length < length) return pieces;
      pieces.push({ bytes: held.subarray(0, length), isFrame: !isShakingHands });
      held = held.subarray(length);
      isShakingHands = false;
    }
  };
}

/** 0 where its end has not come. */
function headLength(bytes: Buffer): number {
  return bytes.indexOf('\r\n\r\n') + 4 > 3 ? bytes.indexOf('\r\n\r\n') + 4 : 0;
}

/** 0 where it is not told yet. A server does not mask what it sends. */
function frameLength(bytes: Buffer): number {
  if (bytes.length < 2) return 0;
  const length = bytes.readUInt8(1) & 0x7f;
  if (length < 126) return 2 + length;
  if (length === 126) return bytes.length < 4 ? 0 : 4 + bytes.readUInt16BE(2);
  return bytes.length < 10 ? 0 : 10 + Number(bytes.readBigUInt64BE(2));
}
