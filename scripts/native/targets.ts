/** How one kind of binary is made. */
export interface Target {
  /** folder under build/native */
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly linkFlags: readonly string[];
  /** objects that come before and after the program's own, where the compiler does not know them */
  readonly linkStart?: readonly string[];
  readonly linkEnd?: readonly string[];
  /** what to install when the compiler is missing */
  readonly packages: string;
}

const COMMON = [
  '-std=gnu11',
  '-D_GNU_SOURCE',
  // what the engine wants: integers that wrap
  '-fwrapv',
  '-ffunction-sections',
  '-fdata-sections',
  '-fvisibility=hidden',
];

const HARDENED = [
  '-O2',
  '-DNDEBUG',
  '-fPIE',
  '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2',
  '-fno-plt',
  '-fno-asynchronous-unwind-tables',
];
const HARDENED_LINK = ['-s', '-Wl,--gc-sections', '-Wl,-z,relro,-z,now,-z,noexecstack', '-Wl,--build-id=none'];

/** Where Debian's musl-dev keeps musl. */
const MUSL = '/usr/lib/x86_64-linux-musl';

/** Hardened static binaries that need nothing but the kernel. */
export const TARGETS: readonly Target[] = [
  {
    name: 'x86_64',
    compiler: 'musl-gcc',
    flags: [...COMMON, ...HARDENED, '-fcf-protection'],
    // musl-gcc would make a dynamic executable of -static-pie
    linkFlags: ['-static', '-nostartfiles', '-Wl,-pie,--no-dynamic-linker,-z,text', ...HARDENED_LINK],
    linkStart: [`${MUSL}/rcrt1.o`, `${MUSL}/crti.o`],
    linkEnd: [`${MUSL}/crtn.o`],
    packages: 'gcc musl-tools',
  },
  {
    name: 'aarch64',
    compiler: 'aarch64-linux-gnu-gcc',
    flags: [...COMMON, ...HARDENED, '-mbranch-protection=standard'],
    linkFlags: ['-static-pie', ...HARDENED_LINK],
    packages: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  },
];

/**
 * For tests: with the compiler's checks of memory and of undefined behaviour, each of which ends the process, and with the
 * engine's own assertions, one of which is that nothing of JavaScript is left over in the end.
 */
export const SANITIZED: Target = {
  name: 'sanitized',
  compiler: 'gcc',
  flags: [
    ...COMMON,
    '-O1',
    '-g',
    '-fno-omit-frame-pointer',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=undefined',
    // the engine calls functions through pointers of another type and reads unaligned bytecode on purpose
    '-fno-sanitize=alignment',
  ],
  linkFlags: ['-fsanitize=address,undefined'],
  packages: 'gcc',
};
