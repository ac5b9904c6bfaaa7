/** Our own version; `npm run check` compares it with the packages'. */
export const VERSION = '0.1.0';

/** The newest QEMU agent whose protocol this one speaks. Clients compare `version` of guest-info with QEMU's numbers. */
export const QEMU_VERSION = '11.1.3';

/** What guest-info reports: QEMU's number first, then, as semver's build metadata, who really answers. */
export const REPORTED_VERSION = `${QEMU_VERSION}+qga.${VERSION}`;
