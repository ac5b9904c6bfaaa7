/** rtnetlink(7), netlink(7): messages between the kernel's routing tables and programs, in the machine's byte order. */

export const RTM_NEWLINK = 16;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_GETADDR = 22;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP_INTR = 0x10;
const NLM_F_DUMP = 0x300;
const HEADER_SIZE = 16;
/** The smallest body that every request for a dump takes: a family, here any, and padding. */
const FAMILY_SIZE = 4;
const ATTRIBUTE_HEADER_SIZE = 4;
/** Flags that share a number with an attribute's type. */
const ATTRIBUTE_TYPE = 0x3fff;

export interface NetlinkMessage {
  readonly type: number;
  /** what follows the header */
  readonly body: Uint8Array;
}

/** An answer to a request for a dump. */
export interface NetlinkDump {
  readonly messages: readonly NetlinkMessage[];
  /**
   * 'whole': all is there; 'changed': the table was changed while it was read, so ask again; 'cut': the end is missing; a
   * number: the errno that the kernel refuses with
   */
  readonly end: 'whole' | 'changed' | 'cut' | number;
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** The bytes as numbers; @qga runs on little-endian machines only. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A request for all entries of a table. @param type one of RTM_GET… */
export function dumpRequest(type: number): Uint8Array {
  const request = new Uint8Array(HEADER_SIZE + FAMILY_SIZE);
  const view = viewOf(request);
  view.setUint32(0, request.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, true);
  return request;
}

/** Reads the messages of an answer, up to the one that ends it. */
export function parseDump(bytes: Uint8Array): NetlinkDump {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(bytes);
  let changed = false;
  for (let at = 0; at + HEADER_SIZE <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < HEADER_SIZE || at + length > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    const body = bytes.subarray(at + HEADER_SIZE, at + length);
    if ((view.getUint16(at + 6, true) & NLM_F_DUMP_INTR) !== 0) changed = true;
    if (type === NLMSG_DONE || type === NLMSG_ERROR) {
      const result = body.length < 4 ? 0 : viewOf(body).getInt32(0, true);
      if (result < 0) return { messages, end: -result };
      return { messages, end: changed ? 'changed' : 'whole' };
    }
    messages.push({ type, body });
    at += aligned(length);
  }
  return { messages, end: 'cut' };
}

/** Reads the attributes that follow the fixed part of a body. @returns values by type */
export function parseAttributes(body: Uint8Array, from: number): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  const view = viewOf(body);
  for (let at = from; at + ATTRIBUTE_HEADER_SIZE <= body.length;) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER_SIZE || at + length > body.length) break;
    attributes.set(
      view.getUint16(at + 2, true) & ATTRIBUTE_TYPE,
      body.subarray(at + ATTRIBUTE_HEADER_SIZE, at + length),
    );
    at += aligned(length);
  }
  return attributes;
}
