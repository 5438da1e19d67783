/** Layouts in which records are not one a line; the first whose `detect` holds reads the source. */
import type { Framing } from '../types.ts';
import { csv } from './csv.ts';
import { journalExport } from './journal-export.ts';
import { journalVerbose } from './journal-verbose.ts';
import { jsonDocument } from './json-document.ts';
import { kubernetesYaml } from './kubernetes-yaml.ts';

export const framings: readonly Framing[] = [journalExport, journalVerbose, jsonDocument, kubernetesYaml, csv];
