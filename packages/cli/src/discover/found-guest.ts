/** A guest that was found on this machine. */
export interface FoundGuest {
  readonly name: string;
  /** who runs it, or where its name stands */
  readonly from: 'config' | 'libvirt' | 'proxmox' | 'qemu';
  /** how to reach its agent; undefined when there is no way */
  readonly target: string | undefined;
  /** why there is no way, or what to know about it */
  readonly note?: string;
}
