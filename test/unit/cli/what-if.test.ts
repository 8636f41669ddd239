import { describe, expect, it } from 'vitest';
import { parseWhatIf, withWhatIfs } from '../../../src/cli/what-if.ts';
import { buildJob } from '../../support/build-job.ts';

const tried = (...texts: readonly string[]) => withWhatIfs(buildJob(), texts.map(parseWhatIf));

describe('a value to be tried', () => {
  it.each([
    ['source.nestedGroups=transitive', ['source', 'nestedGroups'], 'transitive'],
    ['source.syncAll=true', ['source', 'syncAll'], true],
    ['guards.leavers.count=7', ['guards', 'leavers', 'count'], 7],
    ['protect=[userName eq "a=b"]', ['protect'], ['userName eq "a=b"']],
  ])('%s', (text, path, value) => {
    expect(parseWhatIf(text)).toEqual({ path, value });
  });

  it.each(['source', '=x', 'a..b=1', 'a=[', '', 'a=*nobody'])('%s is refused', (text) => {
    expect(() => parseWhatIf(text)).toThrow(/KEY=VALUE|not YAML/);
  });

  it('changes the job and nothing else', () => {
    const job = tried(
      'source.nestedGroups=transitive',
      'objectMappings.group.enabled=false',
      'lifecycle.unassigned=nothing',
    );
    expect(job.source.nestedGroups).toBe('transitive');
    expect(job.objectMappings.map((each) => each.enabled)).toEqual([true, false]);
    expect(job.lifecycle.unassigned).toBe('nothing');
    expect(job.lifecycle.blocked).toBe(buildJob().lifecycle.blocked);
  });

  it.each([
    ['source.nestedGroups=deep', /source\.nestedGroups/],
    ['source.nosuch=1', /nosuch/],
    ['nosuch=1', /^With these values job \S+ is not valid:\n {2}Unrecognized key: "nosuch"$/],
    ['__proto__={enabled: false}', /__proto__/],
    ['guards.__proto__=1', /__proto__/],
    ['nosuch.deep=1', /nothing at nosuch/],
    ['objectMappings.device.enabled=true', /nothing at objectMappings\.device/],
    ['id=other', /which job it is/],
  ])('%s is refused', (text, message) => {
    expect(() => tried(text)).toThrow(message);
  });
});
