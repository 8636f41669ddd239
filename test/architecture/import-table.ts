// Who may import whom, as one table, and the functions that read import lines and judge them. It knows nothing of the
// file system: texts come in, findings go out, so that every rule can be shown to fail.

/** What one layer may import, besides its own files. */
export interface Layer {
  /** Layers, or single files of layers, whose values it may use. */
  readonly values: readonly string[];
  /** Layers, or single files of layers, of which it may use types only. */
  readonly types?: readonly string[];
  /** Packages; one that ends in ` (types)` may be used for its types only. */
  readonly packages: readonly string[];
  /** Modules of Node; `*` means any. */
  readonly node: '*' | readonly string[];
}

const PURE_NODE = ['node:crypto'];

/** The table. A folder of src is a layer, and so is a file directly in src; lower layers come first. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  model: { values: [], packages: ['zod'], node: [] },
  expressions: { values: ['model'], packages: [], node: PURE_NODE },
  scim: { values: ['model'], packages: [], node: PURE_NODE },
  rules: { values: ['expressions', 'scim', 'model'], packages: [], node: PURE_NODE },
  store: {
    values: ['model'],
    packages: ['kysely', 'better-sqlite3'],
    node: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:os', 'node:path'],
  },
  engine: {
    values: ['rules', 'expressions', 'scim', 'model', 'store'],
    packages: ['p-queue', 'zod', 'kysely (types)'],
    node: [],
  },
  network: { values: ['model'], packages: ['undici'], node: '*' },
  source: {
    values: ['scim', 'model', 'network'],
    types: ['engine/ports.ts'],
    packages: ['@azure/identity', '@microsoft/microsoft-graph-client', 'undici', 'zod'],
    node: '*',
  },
  target: {
    values: ['scim', 'model', 'network'],
    types: ['engine/ports.ts'],
    packages: ['axios', 'undici (types)', 'zod'],
    node: '*',
  },
  notify: { values: ['model', 'network'], packages: ['axios', 'nodemailer'], node: '*' },
  observe: { values: ['model'], types: ['engine', 'config'], packages: ['pino'], node: '*' },
  config: { values: ['rules', 'expressions', 'scim', 'model'], packages: ['yaml', 'zod'], node: '*' },
  sandbox: {
    values: ['model'],
    packages: ['scim-patch', 'scim2-parse-filter', 'selfsigned', 'yaml', 'zod'],
    node: '*',
  },
  probe: { values: ['target', 'scim', 'sandbox', 'model', 'network'], packages: [], node: ['node:http', 'node:net'] },
  'process-identity.ts': { values: [], types: ['engine'], packages: ['undici'], node: '*' },
  'compose-recording.ts': { values: ['model', 'target/curl.ts', 'target/har-file.ts'], packages: [], node: [] },
  'compose-target.ts': {
    values: ['compose-recording.ts', 'config', 'model', 'network', 'observe', 'target'],
    types: ['engine/ports.ts', 'source'],
    packages: [],
    node: '*',
  },
  'compose.ts': {
    values: [
      'compose-target.ts',
      'config',
      'engine',
      'model',
      'network',
      'notify',
      'observe',
      'process-identity.ts',
      'source',
      'store',
      'target',
    ],
    packages: [],
    node: '*',
  },
  'daemon.ts': {
    values: ['compose.ts', 'config', 'engine/run-job.ts', 'model', 'observe', 'rules', 'store'],
    types: ['engine'],
    packages: ['node-cron', 'p-queue'],
    node: '*',
  },
  cli: {
    values: [
      'compose.ts',
      'compose-recording.ts',
      'config',
      'daemon.ts',
      'engine/discover.ts',
      'engine/explain.ts',
      'engine/held-decision.ts',
      'engine/plan-approval.ts',
      'engine/plan-listing.ts',
      'engine/rebind.ts',
      'engine/rebuild-links.ts',
      'engine/reconcile.ts',
      'engine/restart.ts',
      'engine/run-job.ts',
      'expressions',
      'model',
      'notify/alert-mail.ts',
      'notify/mail-fault.ts',
      'observe',
      'probe',
      'rules',
      'process-identity.ts',
      'sandbox',
      'scim',
      'store',
      'target/curl.ts',
      'target/transport.ts',
    ],
    types: ['engine'],
    packages: ['commander', 'node-cron', 'p-queue', 'pino (types)', 'zod'],
    node: '*',
  },
  'cli.ts': { values: ['cli', 'model'], packages: ['commander'], node: '*' },
};

/** Packages that only one file may know, so that replacing one touches one file. */
const CONFINED: Readonly<Record<string, string>> = {
  '@azure/identity': 'source/credential.ts',
  '@microsoft/microsoft-graph-client': 'source/transport.ts',
  undici: 'source/transport.ts network/guarded-dispatcher.ts target/undici-adapter.ts',
  axios: 'target/transport.ts target/undici-adapter.ts target/token-request.ts notify/heartbeat.ts',
  nodemailer: 'notify/mailer.ts',
  'better-sqlite3': 'store/database.ts store/statement-cache.ts store/backup.ts store/migrate.ts',
  yaml: 'config/read-yaml.ts sandbox/write-config.ts',
  selfsigned: 'sandbox/entra/tls.ts',
};

/** One import or re-export of a file. */
export interface ImportLine {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** `import('…')` at run time, which makes no cycle between modules that are loading. */
  readonly dynamic: boolean;
}

const STATIC = /(?:^|[;\n])\s*(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s*from\s*)?'([^']+)'/g;
const DYNAMIC = /(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g;

function allTypes(clause: string): boolean {
  const named = /^\{([^}]*)\}$/s.exec(clause.trim())?.[1];
  if (named === undefined) return false;
  const names = named.split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

/** The imports of a text whose comments were blanked. */
export function importsOf(text: string): ImportLine[] {
  const found: ImportLine[] = [];
  for (const [, type, clause, specifier] of text.matchAll(STATIC))
    found.push({
      specifier: specifier ?? '',
      typeOnly: type !== undefined || allTypes(clause ?? ''),
      dynamic: false,
    });
  for (const [, type, specifier] of text.matchAll(DYNAMIC))
    found.push({ specifier: specifier ?? '', typeOnly: type !== undefined, dynamic: true });
  return found;
}

/** A file below src by its path there (`engine/cycle.ts`) that a relative specifier names. */
function resolveImport(file: string, specifier: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const step of specifier.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

/** The layer of a file: its first folder, or itself where it lies directly in src. */
export function layerOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function judgeRelative(file: string, layer: Layer, line: ImportLine): string | undefined {
  const to = resolveImport(file, line.specifier);
  if (!line.specifier.endsWith('.ts')) return `${file} imports ${line.specifier} without its ending .ts`;
  const covers = (allowed: string) => allowed === to || allowed === layerOf(to);
  if (layerOf(to) === layerOf(file) || layer.values.some(covers)) return undefined;
  const asType = layer.types?.some(covers) ?? false;
  if (!asType) return `${file} must not import ${to}`;
  return line.typeOnly ? undefined : `${file} may import types only from ${to}`;
}

function judgePackage(file: string, layer: Layer, line: ImportLine): string | undefined {
  const name = packageOf(line.specifier);
  const home = CONFINED[name];
  if (home !== undefined && !home.split(' ').includes(file)) return `${file} imports ${name}, which belongs to ${home}`;
  if (layer.packages.includes(name)) return undefined;
  if (!layer.packages.includes(`${name} (types)`)) return `${file} must not import the package ${name}`;
  return line.typeOnly ? undefined : `${file} may import types only from the package ${name}`;
}

/** What is wrong with the imports of one file; `text` without comments. */
export function judgeImports(file: string, text: string): string[] {
  const layer = LAYERS[layerOf(file)];
  if (layer === undefined) return [`${file} lies in no layer of the import table`];
  return importsOf(text).flatMap((line) => {
    if (line.specifier.startsWith('.')) return judgeRelative(file, layer, line) ?? [];
    if (!line.specifier.startsWith('node:')) return judgePackage(file, layer, line) ?? [];
    const allowed = layer.node === '*' || layer.node.includes(line.specifier);
    return allowed ? [] : [`${file} must not import ${line.specifier}`];
  });
}

/** Cycles of value imports between files, each as the path that leads back to its start. Type imports make none. */
export function findCycles(files: ReadonlyMap<string, string>): string[] {
  const graph = new Map<string, string[]>();
  for (const [file, text] of files) {
    const values = importsOf(text).filter((line) => line.specifier.startsWith('.') && !line.typeOnly && !line.dynamic);
    graph.set(
      file,
      values.map((line) => resolveImport(file, line.specifier)),
    );
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      cycles.push([...path.slice(start), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}
