import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkPattern } from './check-pattern.ts';

it('safe patterns pass', () => {
  for (const pattern of [
    '^a$',
    'a{2,3}',
    '(a|b)*c',
    '[(*+]+',
    'a\\+\\(+',
    '(a{1,3})+',
    '^.*x[^y]*$',
    '(ab?){2,6}',
    'a+?b',
  ]) {
    assert.equal(checkPattern(pattern), '', pattern);
  }
});

it('a repetition inside a repetition is refused', () => {
  for (const pattern of [
    '(a+)+',
    '(a*)*',
    '((a|b+)c)*',
    '(a{2,})+',
    '(?:x[ab]*)+',
    '(a+){3,}',
    '((a+))*',
    '(a+b?)+?',
  ]) {
    assert.match(checkPattern(pattern), /already repeats/, pattern);
  }
});

it('back references and many repetitions are refused', () => {
  assert.match(checkPattern('(a)\\1'), /back reference/);
  assert.match(checkPattern('(?<x>a)\\k<x>'), /back reference/);
  assert.match(checkPattern('.*a.*b.*c.*'), /more than three/);
});

it('what is no pattern is refused', () => {
  for (const pattern of ['(', '[', 'a**', '(?<', '\\'])
    assert.match(checkPattern(pattern), /no regular expression/, pattern);
});
