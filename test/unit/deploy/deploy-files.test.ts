// The files of deploy/: they parse, keep what must be kept, and stop the program in a way that lets it finish.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}deploy/${name}`, 'utf8');

function yamlDocuments(name: string): Record<string, unknown>[] {
  return parseAllDocuments(read(name), { merge: true }).map((document) => {
    if ('errors' in document) expect(document.errors, name).toEqual([]);
    return document.toJS() as Record<string, unknown>;
  });
}

/** Lines `key=value` of the section [Service]. */
function service(name: string): string[] {
  const [, section = ''] = read(`systemd/${name}`).split('[Service]\n');
  return (section.split(/^\[/m)[0] ?? '').split('\n').filter((line) => /^[A-Z][A-Za-z]*=/.test(line));
}

// spec: documented-commands
describe('compose.yaml', () => {
  const [compose] = yamlDocuments('compose.yaml');
  const services = compose?.['services'] as Record<string, Record<string, unknown>>;

  it.for(['scimsync', 'cycle', 'cli'])('%s has the store on a volume and nothing else writable', (name) => {
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], stop_grace_period: '90s' });
    expect(services[name]?.['volumes']).toEqual(['./config:/config:ro', 'store:/data']);
    expect(compose?.['volumes']).toHaveProperty('store');
  });

  it('starts only the daemon by itself', () => {
    const started = Object.entries(services).filter(([, each]) => each['profiles'] === undefined);
    expect(started.map(([name]) => name)).toEqual(['scimsync']);
  });
});

// spec: documented-commands
describe('cronjob.yaml', () => {
  const [cronJob, claim] = yamlDocuments('kubernetes/cronjob.yaml');

  it('never runs two cycles at once and repeats none by itself', () => {
    expect(cronJob).toMatchObject({
      kind: 'CronJob',
      spec: {
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } } },
      },
    });
  });

  it('keeps the store on a claim that exists', () => {
    expect(claim).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'scimsync' },
      spec: { accessModes: ['ReadWriteOnce'] },
    });
    expect(JSON.stringify(cronJob)).toContain('{"claimName":"scimsync"}');
  });
});

// spec: documented-commands
describe('systemd units', () => {
  it('protect the one-shot as they protect the daemon', () => {
    const confined = (line: string) =>
      /^(No|Capability|Ambient|Protect|Private|Restrict[A-Z]|Remove|Lock|System|UMask)/.test(line);
    const daemon = service('scimsync.service').filter(confined);
    expect(daemon.length).toBeGreaterThan(15);
    expect(service('scimsync-cycle.service').filter(confined)).toEqual(daemon);
  });

  it('stop with SIGTERM and wait longer than a request may take', () => {
    expect(service('scimsync.service')).toEqual(
      expect.arrayContaining(['KillSignal=SIGTERM', 'TimeoutStopSec=90s', 'Restart=on-failure']),
    );
  });

  it.for(['scimsync.service', 'scimsync-cycle.service'])('%s starts the program itself, not npx', (name) => {
    const start = service(name).find((line) => line.startsWith('ExecStart='));
    expect(start).toMatch(/^ExecStart=\/opt\/scimsync\/node_modules\/\.bin\/node \/opt\/scimsync\/dist\/cli\.js /);
  });

  it('name the page that explains them', () => {
    expect(read('systemd/scimsync.service')).toContain('docs/operations.md');
    expect(existsSync(`${ROOT}docs/operations.md`)).toBe(true);
  });
});
