// Loaded before the program by `node --import`: ends the process with SIGKILL right before or right after its N-th
// COMMIT, so that a test can stop it at every boundary of its store without any support in the product.
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

const wanted = Number(process.env.KILL_AT_COMMIT ?? 0);
const after = process.env.KILL_MOMENT === 'after';
const countFile = process.env.COMMIT_COUNT_FILE;

let commits = 0;

function counted(run) {
  return (...args) => {
    commits += 1;
    if (commits === wanted && !after) process.kill(process.pid, 'SIGKILL');
    const result = run(...args);
    if (commits === wanted && after) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

const prepare = Reflect.get(Database.prototype, 'prepare');
Database.prototype.prepare = function prepareCounted(source, ...rest) {
  const statement = prepare.call(this, source, ...rest);
  if (/^\s*commit\s*;?\s*$/i.test(source)) statement.run = counted(statement.run.bind(statement));
  return statement;
};

if (countFile !== undefined) process.on('exit', () => writeFileSync(countFile, String(commits)));
