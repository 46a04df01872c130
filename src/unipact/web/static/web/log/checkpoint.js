// Checkpoints (C2SP tlog-checkpoint): `origin`, size and root, signed by the log and cosigned by
// every party, without any other line.

import { decode } from "./canonical.js";
import { DASH, cosignedAt, fromBase64, isName, isSigned, readSignature } from "./note.js";
import { Refusal, demand } from "./refusal.js";

const SIZE = /^(?:0|[1-9][0-9]*)$/;

export const LONGEST_CHECKPOINT = 16_384;

// {origin, size, root (bytes), text, signatures (lines)}. Nothing is verified yet.
export function readCheckpoint(bytes) {
  const lines = decode(bytes, "checkpoint-form").split("\n");
  const [origin, size, root, blank, ...signatures] = lines;
  demand(lines.length >= 6 && blank === "" && signatures.pop() === "", "checkpoint-form");
  demand(isName(origin) && SIZE.test(size), "checkpoint-form");
  demand(Number.isSafeInteger(Number(size)), "checkpoint-form");
  const hash = fromBase64(root);
  demand(hash?.length === 32, "checkpoint-form");
  demand(signatures.every((line) => line.startsWith(`${DASH} `)), "checkpoint-form");
  const text = `${lines.slice(0, 3).join("\n")}\n`;
  return { origin, size: Number(size), root: hash, text, signatures };
}

// The latest time of a cosignature, in seconds; refused unless signed by exactly these keys:
// `keys`: {log, parties: Map of party -> {consent, cosign}} as they are after `size` entries.
export async function verifyCheckpoint(checkpoint, keys) {
  const parties = [...keys.parties.keys()].sort();
  const { signatures, text } = checkpoint;
  demand(signatures.length === parties.length + 1, "checkpoint-signatures");
  const message = new TextEncoder().encode(text);
  const signature = readSignature(signatures[0], keys.log);
  demand(await isSigned(keys.log, signature, message), "signature-wrong", { name: keys.log.name });
  let latest = -Infinity;
  for (const [i, party] of parties.entries()) {
    const key = keys.parties.get(party).cosign;
    const time = await cosignedAt(key, readSignature(signatures[i + 1], key), text);
    demand(time !== null, "signature-wrong", { name: key.name });
    latest = Math.max(latest, time);
  }
  return latest;
}

// The latest time of those cosignatures on a kept checkpoint that hold. It may have been kept
// before the others cosigned it.
export async function timeOfKept(checkpoint, keys) {
  let latest = -Infinity;
  for (const { cosign } of keys.parties.values()) {
    for (const line of checkpoint.signatures) {
      try {
        const time = await cosignedAt(cosign, readSignature(line, cosign), checkpoint.text);
        if (time !== null) latest = Math.max(latest, time);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === "no-ed25519") throw error;
      }
    }
  }
  return latest;
}

// The notes of the member `checkpoints`, one at a time, in the order in which they stand.
export async function* earlierCheckpoints(source, member, lineCount) {
  let done = 0;
  while (done < member.size) {
    const piece = await source.read(member.offset + done, Math.min(LONGEST_CHECKPOINT, member.size - done));
    let length = 0;
    for (let line = 0; line < lineCount; line += 1) {
      length = piece.indexOf(0x0a, length) + 1;
      demand(length > 0, "checkpoint-form");
    }
    yield readCheckpoint(piece.subarray(0, length));
    done += length;
  }
}
