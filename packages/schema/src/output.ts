/** Where the command line writes; tests collect it. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** The output and error streams of this process. */
export const processOutput: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};
