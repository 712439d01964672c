// Codes and files that are no text: a DIVOC certificate is a zip archive.

const magic = [0x50, 0x4b, 3, 4]; // PK, of a member

/** archive reads the bytes of an archive as the characters that stand for them, which is how the verifier takes them; null for anything else. */
export function archive(bytes: Uint8Array): string | null {
  if (!magic.every((b, i) => bytes[i] === b)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes); // some makers wrote the characters
  } catch {
    return Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  }
}
