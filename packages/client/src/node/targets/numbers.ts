import { TargetError } from './address-error.js';

/** Takes `HOST:PORT` apart at the last colon; brackets around a host (`[::1]:5000`) are taken off. @throws TargetError */
export function splitPort(
  text: string,
  form: string,
  largest = 65_535,
): { readonly rest: string; readonly port: number } {
  const [, rest = '', port = ''] = /^(.*):(\d+)$/s.exec(text) ?? [];
  if (rest === '' || port === '') throw new TargetError(`'${text}' is not of the form ${form}`);
  if (Number(port) > largest) throw new TargetError(`port ${port} is beyond ${String(largest)}`);
  return { rest: rest.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
