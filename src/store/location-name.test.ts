import assert from 'node:assert/strict';
import { it } from 'node:test';
import { locationName } from './location-name.ts';

it('no message repeats the password of a database', () => {
  const cases: [location: string, name: string][] = [
    ['trespass.db', 'trespass.db'],
    ['a:b@c?.db', 'a:b@c?.db'],
    ['postgres://trespass@db/scans', 'postgres://trespass@db/scans'],
    ['postgres://trespass:secret@db/scans', 'postgres://trespass@db/scans'],
    ['postgresql://trespass:sec@ret@db:5432/scans', 'postgresql://trespass@db:5432/scans'],
    ['postgres://trespass:sec/r?et@db/scans', 'postgres://trespass@db/scans'],
    ['postgres://:secret@db/scans', 'postgres://@db/scans'],
    ['postgres://trespass@db/scans?password=secret', 'postgres://trespass@db/scans'],
  ];
  for (const [location, name] of cases) assert.equal(locationName(location), name);
});
