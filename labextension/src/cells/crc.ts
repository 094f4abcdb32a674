/** CRC-32 (as zlib has it) of a text in UTF-8, with its length in bytes: the same as magics/stamp.py. Pure. */

/** "1c291ca3-12": two texts of the same stamp are taken for the same. */
export function stampOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `${crc32(bytes).toString(16).padStart(8, '0')}-${bytes.length}`;
}

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
