import { PLAIN_MODULE, RELAXED_MODULE } from './module.generated.ts';
import { HIT_FIELDS, HIT_ROOM, type Scanner } from './scanner.ts';

/** The part of the engine's API that is used; no library that declares it is loaded. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly Instance: new (module: object, imports: { readonly env: { readonly memory: object } }) => { readonly exports: Exports };
}

interface Variable {
  value: number;
}

/** What ./assembly/scanner.ts exports. */
interface Exports {
  readonly NEEDLES: Variable;
  readonly NEEDLE_BYTES: Variable;
  readonly needleCount: Variable;
  readonly textAt: Variable;
  readonly hitsAt: Variable;
  readonly hitRoom: Variable;
  readonly scannedTo: Variable;
  readonly newlines: Variable;
  fit(fromByte: number, toByte: number): void;
  scan(fromByte: number, toByte: number): number;
}

const SHORTEST_NEEDLE = 3;
const PAGE_BYTES = 65_536;
/** The loop reads so far beyond the text. */
const SLACK_BYTES = 64;

/**
 * The scanner in WebAssembly. Undefined where the engine has no SIMD or no room for the memory, and for needles shorter than
 * three bytes.
 */
export function createSimdScanner(needles: readonly string[], capacity: number): Scanner | undefined {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  const encoded = needles.map((needle) => Buffer.from(needle));
  if (api === undefined || hasNoRoom || encoded.some((needle) => needle.length < SHORTEST_NEEDLE)) return undefined;
  module ??= compile(api);
  if (module === undefined) return undefined;
  try {
    return new SimdScanner(api, module, encoded, capacity);
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

  constructor(api: WebAssemblyApi, module: object, needles: readonly Uint8Array[], capacity: number) {
    const memory = new api.Memory({ initial: 1 });
    const { exports } = new api.Instance(module, { env: { memory } });
    const needlesEnd = needles.reduce((end, needle) => end + 2 * needle.length, bytesAt(exports, needles.length));
    const hitsAt = Math.ceil(needlesEnd / 16) * 16;
    const textAt = hitsAt + HIT_ROOM * HIT_FIELDS * 4;
    memory.grow(Math.ceil((textAt + capacity + SLACK_BYTES) / PAGE_BYTES) - 1);
    writeNeedles(memory.buffer, exports, needles);
    exports.needleCount.value = needles.length;
    exports.hitsAt.value = hitsAt;
    exports.hitRoom.value = HIT_ROOM;
    exports.textAt.value = textAt;
    this.#exports = exports;
    this.hits = new Uint32Array(memory.buffer, hitsAt, HIT_ROOM * HIT_FIELDS);
    this.input = new Uint8Array(memory.buffer, textAt, capacity);
    this.fit(0, 0);
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
    this.#exports.fit(fromByte, toByte);
  }
}

/** Where the needles' bytes begin: behind their records, which are numbered from 1. */
function bytesAt({ NEEDLES, NEEDLE_BYTES }: Exports, count: number): number {
  return NEEDLES.value + (count + 1) * NEEDLE_BYTES.value;
}

/** What ./assembly/memory.ts leaves to the caller: each needle's bytes, with room for as many masks, their address and length. */
function writeNeedles(buffer: ArrayBuffer, exports: Exports, needles: readonly Uint8Array[]): void {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  let at = bytesAt(exports, needles.length);
  for (const [index, needle] of needles.entries()) {
    const record = exports.NEEDLES.value + (index + 1) * exports.NEEDLE_BYTES.value;
    view.setUint32(record, at, true);
    view.setUint16(record + 4, needle.length, true);
    bytes.set(needle, at);
    at += 2 * needle.length;
  }
}
