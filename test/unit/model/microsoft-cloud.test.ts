import { describe, expect, it } from 'vitest';
import { isMicrosoftCloud } from '../../../src/model/microsoft-cloud.ts';

describe('isMicrosoftCloud', () => {
  it.each([
    [undefined, true],
    ['https://graph.microsoft.com', true],
    ['https://dod-graph.microsoft.us', true],
    ['https://microsoftgraph.chinacloudapi.cn', true],
    ['https://127.0.0.1:8443', false],
    ['https://sandbox:8443', false],
    ['https://graph.microsoft.com.example', false],
    ['https://notmicrosoft.com', false],
  ])('%s -> %s', (graphBaseUrl, real) => {
    expect(isMicrosoftCloud(graphBaseUrl === undefined ? {} : { graphBaseUrl })).toBe(real);
  });
});
