/** The alert in one sentence. */

import type { NmapStory } from './nmap-story.ts';

export function scanTitle(story: NmapStory, source: string, targets: readonly string[], moreTargets: boolean): string {
  const who = story.orElse.length > 0 ? 'Nmap, or a tool that carries its probes' : 'Nmap scan';
  const what = activities(story);
  const whom =
    targets.length === 1 && !moreTargets ? targets[0] : `${moreTargets ? 'over ' : ''}${targets.length} hosts`;
  return `${who}${what === '' ? '' : `: ${what}`} from ${source} against ${whom}`;
}

function activities(story: NmapStory): string {
  const options = new Set(story.options.map(({ name }) => name));
  const scripts = story.scripts.map(({ name }) => name);
  const parts: string[] = [];
  if (options.has('-sV') || options.has('-A')) parts.push('service detection');
  if (options.has('-O')) parts.push('OS detection');
  if (scripts.some((name) => name.endsWith('-brute'))) parts.push('password guessing');
  const others = story.oneOf.filter(({ probes }) => probes.length === 0).length;
  if (options.has('-sC') || scripts.length + others > 0) {
    parts.push(scripts.length === 1 && others === 0 ? `script ${scripts[0]}` : 'scripts');
  } else if (parts.length === 0 && story.scripting) {
    // Service detection runs scripts of its own: beside it they say nothing more.
    parts.push('scripts');
  }
  if (parts.length === 0 && options.has('-sU')) parts.push('UDP scan');
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
