import { FINGERPRINT_BYTES, hashOf, type Placement, placeAnyhow, placeNeedles, SHORTEST_NEEDLE } from './fingerprints.ts';
import { PLAIN_MODULE, RELAXED_MODULE } from './module.generated.ts';
import { HIT_FIELDS, HIT_ROOM, type Scanner } from './scanner.ts';

/** The part of the engine's API that is used; no library that declares it is loaded. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: { readonly env: { readonly memory: object } }) => { readonly exports: Exports };
}

interface Variable {
  value: number;
}

/** What ./assembly/scanner.ts exports. */
interface Exports {
  readonly TABLES: Variable;
  readonly HEADS: Variable;
  readonly NEEDLES: Variable;
  readonly NEEDLE_BYTES: Variable;
  readonly textAt: Variable;
  readonly hitsAt: Variable;
  readonly hitRoom: Variable;
  readonly scannedTo: Variable;
  readonly newlines: Variable;
  scan(fromByte: number, toByte: number): number;
}

const PAGE_BYTES = 65_536;
/** The loop reads so far beyond the text. */
const SLACK_BYTES = 64;

/**
 * The scanner in WebAssembly. Undefined where the engine has no SIMD or no room for the memory, and for needles shorter than a
 * fingerprint.
 */
export function createSimdScanner(needles: readonly string[], capacity: number): Scanner | undefined {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  const folded = needles.map((needle) => foldCase(Buffer.from(needle)));
  if (api === undefined || hasNoRoom || folded.some((needle) => needle.length < SHORTEST_NEEDLE)) return undefined;
  module ??= compile(api);
  if (module === undefined) return undefined;
  try {
    return new SimdScanner(api, module, folded, capacity);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Each attempt to get memory that is not there takes long.
    hasNoRoom = true;
    return undefined;
  }
}

let module: object | undefined;
let hasNoRoom = false;

/** Relaxed look-ups save an instruction each where the engine has them. */
function compile(api: WebAssemblyApi): object | undefined {
  const bytes = [RELAXED_MODULE, PLAIN_MODULE].map((text) => Buffer.from(text, 'base64')).find((candidate) => api.validate(candidate));
  return bytes && new api.Module(bytes);
}

class SimdScanner implements Scanner {
  readonly input: Uint8Array;
  readonly hits: Uint32Array;
  readonly #exports: Exports;
  readonly #needles: readonly Uint8Array[];

  constructor(api: WebAssemblyApi, module: object, needles: readonly Uint8Array[], capacity: number) {
    const needleBytes = needles.reduce((sum, needle) => sum + needle.length, 0);
    // No field of a needle needs more than 16 bytes beside its bytes and masks; the tables end below the first page's end.
    const hitsAt = PAGE_BYTES + roundUp(needles.length * 16 + needleBytes * 2, 16);
    const textAt = hitsAt + HIT_ROOM * HIT_FIELDS * 4;
    const memory = new api.Memory({ initial: Math.ceil((textAt + capacity + SLACK_BYTES) / PAGE_BYTES) });
    const { exports } = new api.Instance(module, { env: { memory } });
    exports.textAt.value = textAt;
    exports.hitsAt.value = hitsAt;
    exports.hitRoom.value = HIT_ROOM;
    this.#exports = exports;
    this.#needles = needles;
    this.input = new Uint8Array(memory.buffer, textAt, capacity);
    this.hits = new Uint32Array(memory.buffer, hitsAt, HIT_ROOM * HIT_FIELDS);
    writeTables(memory.buffer, exports, needles, placeAnyhow(needles));
  }

  get scannedTo(): number {
    return this.#exports.scannedTo.value;
  }

  get newlines(): number {
    return this.#exports.newlines.value;
  }

  scan(fromByte: number, toByte: number): number {
    return this.#exports.scan(fromByte, toByte);
  }

  fit(fromByte: number, toByte: number): void {
    const { buffer } = this.input;
    writeTables(buffer, this.#exports, this.#needles, placeNeedles(this.#needles, this.input.subarray(fromByte, toByte)));
  }
}

/** Lays out the memory as ./assembly/scanner.ts describes it. */
function writeTables(buffer: ArrayBufferLike, exports: Exports, needles: readonly Uint8Array[], placements: readonly Placement[]): void {
  const { TABLES, HEADS, NEEDLES, NEEDLE_BYTES } = exports;
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  let end = NEEDLES.value + (needles.length + 1) * NEEDLE_BYTES.value;
  bytes.fill(0, TABLES.value, NEEDLES.value);
  placements.forEach(({ at, bucket }, index) => {
    const needle = needles[index] ?? new Uint8Array();
    for (let place = 0; place < FINGERPRINT_BYTES; place += 1) {
      const byte = needle[at + place];
      for (let half = 0; half < 16; half += 1) {
        if (byte === undefined || half === (byte & 15)) {
          const entry = TABLES.value + place * 16 + half;
          bytes[entry] = (bytes[entry] ?? 0) | (1 << bucket);
        }
      }
    }
    const head = HEADS.value + 2 * hashOf(needle, at);
    const record = NEEDLES.value + (index + 1) * NEEDLE_BYTES.value;
    view.setUint32(record, end, true);
    view.setUint16(record + 4, needle.length, true);
    view.setUint16(record + 6, at, true);
    view.setUint16(record + 8, view.getUint16(head, true), true);
    view.setUint16(record + 10, needle.every(isDigit) ? 1 : 0, true);
    view.setUint16(head, index + 1, true);
    bytes.set(needle, end);
    bytes.set(
      needle.map((byte) => (isLetter(byte) ? 0x20 : 0)),
      end + needle.length,
    );
    end += 2 * needle.length;
  });
}

function foldCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
}

function isLetter(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
