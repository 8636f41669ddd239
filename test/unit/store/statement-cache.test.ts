import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepStatements } from '../../../src/store/statement-cache.ts';

function aDatabase() {
  const sqlite = new Sqlite(':memory:');
  onTestFinished(() => {
    sqlite.close();
  });
  return keepStatements(sqlite);
}

describe('keepStatements', () => {
  it('prepares a text once', () => {
    const database = aDatabase();
    expect(database.prepare('select 1')).toBe(database.prepare('select 1'));
    expect(database.prepare('select 1')).not.toBe(database.prepare('select 2'));
  });

  it('keeps what is used, and forgets the rest in time', () => {
    const database = aDatabase();
    const used = database.prepare('select ?');
    const unused = database.prepare('select 0');
    for (let number = 1; number <= 200; number += 1) {
      database.prepare(`select ${number}`);
      expect(database.prepare('select ?')).toBe(used);
    }
    expect(database.prepare('select 0')).not.toBe(unused);
  });

  it('does not keep long texts', () => {
    const database = aDatabase();
    const text = `select ${Array.from({ length: 1000 }, () => '1').join(', ')}`;
    expect(database.prepare(text)).not.toBe(database.prepare(text));
  });

  it('runs a kept statement after the table has changed', () => {
    const database = aDatabase();
    const run = (text: string) => {
      const statement = database.prepare(text);
      return statement.reader ? statement.all([]) : statement.run([]);
    };
    run('create table person (name text)');
    run("insert into person values ('Ana')");
    expect(run('select * from person')).toEqual([{ name: 'Ana' }]);
    run('alter table person add column age integer default 7');
    expect(run('select * from person')).toEqual([{ name: 'Ana', age: 7 }]);
  });
});
