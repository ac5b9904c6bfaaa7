import type { Settings } from './settings.js';

type KeysOf<T> = { [K in keyof Settings]-?: Settings[K] extends T ? K : never }[keyof Settings];

/** What happens when an option is given. The first four set a value and are keys of the configuration file too. */
export type OptionEffect =
  | { readonly kind: 'flag'; readonly setting: KeysOf<boolean> }
  | { readonly kind: 'text'; readonly setting: KeysOf<string | undefined> }
  | { readonly kind: 'list'; readonly setting: KeysOf<string[]> }
  | {
      readonly kind: 'number';
      readonly setting: KeysOf<number | undefined>;
      readonly least: number;
      readonly most: number;
    }
  | {
      readonly kind: 'action';
      readonly action: 'config' | 'check-policy' | 'self-test' | 'dump-conf' | 'version' | 'help';
    };

/** One option, once: the command line, the configuration file, --dump-conf and --help all read this. */
export interface OptionRow {
  /** QEMU's agent may give a meaning to any letter, so options that it does not have get none */
  readonly short?: string;
  readonly long: string;
  /** glued: an optional argument, only as `-F/path` or `--long=/path` */
  readonly argument: 'none' | 'required' | 'glued';
  /** how the argument is called in the help text */
  readonly metavar?: string;
  readonly effect: OptionEffect;
  /** key in the group [general] */
  readonly key?: string;
  readonly help: readonly string[];
}
