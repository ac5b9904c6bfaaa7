import { AgentError } from '@qga/protocol';

/** A call that the configuration forbids. */
export class DeniedError extends AgentError {}
