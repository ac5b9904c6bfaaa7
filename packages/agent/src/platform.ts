import type { ByteKernels } from '@qga/protocol';

/**
 * What a host must offer the agent: system calls, clocks, processes and byte kernels; nothing that knows the protocol. Every
 * call that the kernel can hold up is asynchronous. A call that the kernel refuses rejects with a SystemError.
 */
export interface Platform {
  readonly kernels: ByteKernels;
  readonly files: Files;
  readonly processes: Processes;
  readonly system: System;
  readonly clock: Clock;
  readonly logs: LogOutput;
  /** The SHA-256 of bytes, taken together (FIPS 180-4): 32 bytes. */
  sha256(parts: readonly Uint8Array[]): Uint8Array;
}

/** An open file: the descriptor's number. */
export type FileDescriptor = number;

export interface FileStatus {
  /** type and permission bits, as in stat(2) */
  readonly mode: number;
  /** bytes */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** device number of a device node */
  readonly rdev: number;
}

/** Room on a filesystem, as in statvfs(3); counts are in units of `fragmentSize` bytes. */
export interface FilesystemRoom {
  readonly fragmentSize: number;
  readonly blocks: number;
  readonly free: number;
  /** free for users without privileges */
  readonly available: number;
}

/** Bytes that an ioctl's structure points to. */
export interface Pointee {
  /** where in the structure the 64-bit address belongs, in bytes */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * Files, by the calls of the same name in section 2 of the manual. Paths are text; one with a NUL does not exist. A path below
 * an open directory is written `/proc/self/fd/N/name`.
 */
export interface Files {
  /** flags of open(2) whose numbers differ between architectures */
  readonly flags: { readonly directory: number; readonly noFollow: number };
  open(path: string, flags: number, mode?: number): Promise<FileDescriptor>;
  close(file: FileDescriptor): Promise<void>;
  /** Reads at the file position. @returns bytes read, 0 at the end */
  read(file: FileDescriptor, into: Uint8Array): Promise<number>;
  /**
   * Reads at the file position what is in memory already, without waiting for anything.
   * @returns bytes read; undefined when there is nothing to be had this way, which says nothing of the file
   */
  readNow(file: FileDescriptor, into: Uint8Array): number | undefined;
  /**
   * Opens a file, reads it from its start, and closes it, where the host can do all that in one go.
   * @returns bytes read; as many as there is room for when the file may be longer
   */
  readSmall?(path: string, into: Uint8Array): Promise<number>;
  /** Writes at the file position. @returns bytes written, maybe fewer than given */
  write(file: FileDescriptor, bytes: Uint8Array): Promise<number>;
  /** @returns the new position in bytes */
  lseek(file: FileDescriptor, offset: bigint, whence: number): Promise<bigint>;
  fstat(file: FileDescriptor): Promise<FileStatus>;
  stat(path: string): Promise<FileStatus>;
  fchmod(file: FileDescriptor, mode: number): Promise<void>;
  fchown(file: FileDescriptor, uid: number, gid: number): Promise<void>;
  fsync(file: FileDescriptor): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, mode: number): Promise<void>;
  /** Names in a directory, without `.` and `..`, in the order that the kernel gives them. */
  readdir(path: string): Promise<string[]>;
  readlink(path: string): Promise<string>;
  /** The path without symbolic links: realpath(3). */
  realpath(path: string): Promise<string>;
  statvfs(path: string): Promise<FilesystemRoom>;
  /** Whether the calling process may execute the file: access(2) with X_OK. */
  executable(path: string): Promise<boolean>;
  /**
   * ioctl(2), off the event loop.
   * @param argument bytes that the kernel reads and may overwrite; without it the argument is 0
   * @returns the call's result
   */
  ioctl(file: FileDescriptor, request: number, argument?: Uint8Array, pointee?: Pointee): Promise<number>;
}

/** How a process ended. */
export interface ProcessExit {
  /** 0 to 255, unless a signal ended it */
  readonly code: number | undefined;
  readonly signal: number | undefined;
}

export interface ProcessOptions {
  /** path of the program; it is not searched for */
  readonly file: string;
  /** with the program's name in front */
  readonly argv: readonly string[];
  /** `NAME=value`; undefined: the agent's own */
  readonly env?: readonly string[] | undefined;
  /** what to feed it before its standard input ends; 'null': /dev/null. A reader that goes away early is no error. */
  readonly stdin: 'null' | Uint8Array;
  readonly stdout: 'null' | 'pipe';
  /** 'stdout': into the same pipe */
  readonly stderr: 'null' | 'pipe' | 'stdout';
  /** in a session, and so a process group, of its own */
  readonly session: boolean;
}

/** A running program. Descriptors other than the standard three are closed in it, signals are at their defaults. */
export interface RunningProcess {
  readonly pid: number;
  /** what it and its children write; ends when the last of them closes the pipe; empty when not piped */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly exited: Promise<ProcessExit>;
  /** Signals the process, or the whole session when it leads one; harmless when it is gone. */
  kill(signal: number): void;
  /** Stops reading the pipes; their iterations end. */
  release(): void;
}

export interface Processes {
  /** Starts a program in the agent's working directory. @throws SystemError when it cannot be executed */
  start(options: ProcessOptions): Promise<RunningProcess>;
}

export interface System {
  /** uname(2) */
  uname(): { readonly nodename: string; readonly release: string; readonly version: string; readonly machine: string };
  /** Load of the last 1, 5 and 15 minutes: sysinfo(2). */
  loadAverages(): readonly [number, number, number];
  /** A variable of the agent's environment. */
  environment(name: string): string | undefined;
  /**
   * Keeps what the process has in memory there, or no longer, as far as the system lets it: while disks are frozen nothing
   * should have to be read from them, or given up by others, for the agent to go on.
   */
  lockMemory(locked: boolean): void;
  /** Sets the wall clock, to the microsecond: settimeofday(2). @param time nanoseconds since the epoch */
  setTime(time: bigint): void;
  /**
   * Asks the kernel's routing socket (rtnetlink(7)) and collects the answer.
   * @param request one message with its header
   * @returns all messages of the answer, the one that ends it (NLMSG_DONE, NLMSG_ERROR) included
   */
  netlink(request: Uint8Array): Promise<Uint8Array>;
}

export interface Clock {
  /** nanoseconds since the epoch */
  now(): bigint;
  /** milliseconds since the guest's boot, the same for every process, never going back */
  monotonic(): number;
  /** Calls back once after so many milliseconds; 0: after everything that is ready by now. @returns a function that cancels it */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface LogOutput {
  /** Adds text to the log file or standard error; it must not wait for the disk. */
  write(text: string): void;
  /** Hands one message to the system's log daemon without waiting; it is lost when the daemon does not take it. */
  syslog(priority: number, text: string): void;
}
