/** The incidents of samples/: what to read, and the report that it gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Analysis, analyze, type Options } from '../src/index.ts';

const root = new URL('../samples/', import.meta.url);

/** Names of the folders. */
export const samples: readonly string[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

export const samplePath = (sample: string, name = ''): string => fileURLToPath(new URL(`${sample}/${name}`, root));

interface Incident {
  readonly title: string;
  readonly story: string;
  readonly options?: { readonly zone?: string; readonly zoneOf?: Readonly<Record<string, string>>; readonly nginxLogFormat?: string };
}

const incidentOf = (sample: string): Incident => JSON.parse(readFileSync(samplePath(sample, 'incident.json'), 'utf8')) as Incident;

/** Analyzes a sample's logs, or those of another folder, as its incident.json says. Sources are named alike wherever they stand. */
export const analyzeSample = (sample: string, options: Options = {}, logs = samplePath(sample, 'logs')): Promise<Analysis> =>
  analyze([`logs=${logs}`], { ...incidentOf(sample).options, ...options });
