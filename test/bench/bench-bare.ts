// Sends recorded writes again, as fast as undici can and with nothing around it: what the target and the machine allow.
//   node test/bench/bench-bare.ts <address> <requests in flight>
import { Pool } from 'undici';
import type { Recorded } from './bench-server.ts';

const [address = '', inFlight = '32'] = process.argv.slice(2);
const { writes, headers } = (await (await fetch(`${address}/_bench/writes`)).json()) as Recorded;
const pool = new Pool(address, { connections: Number(inFlight) });
let next = 0;
const work = async (): Promise<void> => {
  for (let write = writes[next++]; write !== undefined; write = writes[next++]) {
    const { method, path, body } = write;
    const answer = await pool.request({ method, path, headers, ...(body === '' ? {} : { body }) });
    await answer.body.text();
  }
};
const began = performance.now();
const cpu = process.cpuUsage();
await Promise.all(Array.from({ length: Number(inFlight) }, work));
const used = process.cpuUsage(cpu);
const seconds = (performance.now() - began) / 1000;
await pool.close();
process.stdout.write(
  `${JSON.stringify({ requests: writes.length, seconds, cpuSeconds: (used.user + used.system) / 1e6 })}\n`,
);
