import type { ByteKernels } from '@qga/protocol';

/**
 * What a host must offer the agent: system calls, clocks, processes and byte kernels; nothing that knows the protocol. Every
 * call that the kernel can hold up is asynchronous. A call that the kernel refuses rejects with a SystemError.
 */
export interface Platform {
  readonly kernels: ByteKernels;
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly logs: LogOutput;
}

/** An open file: the descriptor's number, or whatever the host uses for one. */
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

/** Files, by the calls of the same name in section 2 of the manual. Paths are text; one with a NUL does not exist. */
export interface Files {
  open(path: string, flags: number, mode?: number): Promise<FileDescriptor>;
  close(file: FileDescriptor): Promise<void>;
  /** Reads at the file position. @returns bytes read, 0 at the end */
  read(file: FileDescriptor, into: Uint8Array): Promise<number>;
  /** Writes at the file position. @returns bytes written, maybe fewer than given */
  write(file: FileDescriptor, bytes: Uint8Array): Promise<number>;
  /** @returns the new position in bytes */
  lseek(file: FileDescriptor, offset: bigint, whence: number): Promise<bigint>;
  fstat(file: FileDescriptor): Promise<FileStatus>;
  stat(path: string): Promise<FileStatus>;
  fchmod(file: FileDescriptor, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Whether the calling process may execute the file: access(2) with X_OK. */
  executable(path: string): Promise<boolean>;
  /** ioctl(2) with an integer argument of 0, off the event loop. */
  ioctl(file: FileDescriptor, request: number): Promise<number>;
}

/** How a process ended. */
export interface ProcessExit {
  /** 0 to 255, unless a signal ended it */
  readonly code: number | undefined;
  readonly signal: number | undefined;
}

/** A program being run in a session of its own, its standard output and error in one pipe, its standard input empty. */
export interface HelperProcess {
  readonly pid: number;
  /** what it and its children write; ends when the last of them closes the pipe */
  readonly output: AsyncIterable<Uint8Array>;
  readonly exited: Promise<ProcessExit>;
  /** Sends the signal to the whole session; harmless when it is gone. */
  kill(signal: number): void;
  /** Stops reading the output. */
  release(): void;
}

export interface Processes {
  /** Starts a program by its path; argv[0] is the path. Environment and working directory are the agent's. */
  startHelper(path: string, args: readonly string[]): Promise<HelperProcess>;
}

export interface Clock {
  /** nanoseconds since the epoch */
  now(): bigint;
  /** milliseconds from some point in the past, never going back */
  monotonic(): number;
  /** Calls back once after so many milliseconds. @returns a function that cancels it */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface LogOutput {
  /** Adds text to the log file or standard error; it must not wait for the disk. */
  write(text: string): void;
  /** Hands one message to the system's log daemon without waiting; it is lost when the daemon does not take it. */
  syslog(priority: number, text: string): void;
}
