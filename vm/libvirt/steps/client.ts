import { checkVerbs } from '../../client/matrix.js';
import { domainName } from '../domain.js';
import type { Step } from './step.js';

/** The command line beside virsh: it reaches the agent through libvirt. */
export const client: readonly Step[] = [
  {
    name: 'qga -s libvirt:DOMAIN, every verb',
    run: async ({ agent }) => checkVerbs(`libvirt:qemu:///system/${domainName}`, `libvirt-${agent}`, 'tester'),
  },
];
