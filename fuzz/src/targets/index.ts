import type { Target } from '../target.js';
import { agent } from './agent.js';
import { client } from './client.js';
import { framer } from './framer.js';
import { kernelBytes } from './kernel-bytes.js';
import { kernelText } from './kernel-text.js';
import { schema } from './schema.js';
import { commandLine, config } from './settings.js';

/** All targets. */
export const targets: readonly Target[] = [framer, agent, client, config, commandLine, kernelText, kernelBytes, schema];
